"""Mailbox rows as LIST makes and unmakes them."""

from collections.abc import Mapping, Sequence

from vexmail.domain.ids import AccountId, MailboxId
from vexmail.domain.mailbox import LocalMailbox, RemoteMailbox
from vexmail.store.unit_of_work import Transaction

_COLUMNS = (
    "id",
    "account_id",
    "name",
    "server_name",
    "wire_name",
    "delimiter",
    "role",
    "attributes",
    "selectable",
    "subscribed",
    "namespace",
    "prefix",
    "object_id",
)


async def add(
    tx: Transaction, account_id: AccountId, listed: Sequence[tuple[RemoteMailbox, str]]
) -> list[MailboxId]:
    """Insert mailboxes, each with the path it is shown as; answer their keys in order."""
    if not listed:
        return []
    ids: list[MailboxId] = await tx.driver.fetchval(
        "SELECT array_agg(nextval(pg_get_serial_sequence('mailboxes', 'id')))"
        " FROM generate_series(1, $1)",
        len(listed),
    )
    await tx.driver.copy_records_to_table(
        "mailboxes",
        columns=_COLUMNS,
        records=[
            (
                key,
                account_id,
                path,
                remote.name,
                remote.wire_name,
                remote.delimiter or "",
                remote.role,
                sorted(remote.attributes),
                remote.selectable,
                remote.subscribed,
                remote.namespace,
                remote.prefix,
                remote.counters.object_id if remote.counters else "",
            )
            for key, (remote, path) in zip(ids, listed, strict=True)
        ],
    )
    return ids


def is_described(box: LocalMailbox, remote: RemoteMailbox, *, shown_as: str) -> bool:
    """Tell whether what LIST says, the path shown being ``shown_as``, is what we hold."""
    return (
        (box.wire_name, box.server_name, box.name) == (remote.wire_name, remote.name, shown_as)
        and (box.role, box.subscribed) == (remote.role, remote.subscribed)
        and (box.attributes, box.selectable) == (remote.attributes, remote.selectable)
        and (box.delimiter, box.namespace, box.prefix)
        == (remote.delimiter or "", remote.namespace, remote.prefix)
    )


async def describe(
    tx: Transaction, mailbox_id: MailboxId, remote: RemoteMailbox, *, shown_as: str
) -> bool:
    """Take over what LIST said, the path shown being ``shown_as``; answer if anything changed."""
    done = await tx.driver.fetchval(
        "UPDATE mailboxes SET server_name = $2, delimiter = $3, role = $4, attributes = $5,"
        " selectable = $6, subscribed = $7, namespace = $8, prefix = $9, name = $10,"
        " wire_name = $11 WHERE id = $1 AND (server_name, delimiter, role, attributes,"
        " selectable, subscribed, namespace, prefix, name, wire_name) IS DISTINCT FROM"
        " ($2::text, $3::text, $4::text, $5::text[], $6::bool, $7::bool, $8::text, $9::text,"
        " $10::text, $11::text) RETURNING id",
        mailbox_id,
        remote.name,
        remote.delimiter or "",
        remote.role,
        sorted(remote.attributes),
        remote.selectable,
        remote.subscribed,
        remote.namespace,
        remote.prefix,
        shown_as,
        remote.wire_name,
    )
    return done is not None


async def note_object_ids(tx: Transaction, told: Mapping[MailboxId, str]) -> None:
    """Take over the MAILBOXIDs that the server told with its list."""
    if told:
        await tx.driver.execute(
            "UPDATE mailboxes m SET object_id = told.object_id"
            " FROM unnest($1::bigint[], $2::text[]) AS told(id, object_id)"
            " WHERE m.id = told.id AND m.object_id <> told.object_id",
            list(told),
            list(told.values()),
        )


async def delete(tx: Transaction, mailbox_ids: Sequence[MailboxId]) -> None:
    """Delete mailboxes with their entries."""
    await tx.driver.execute("DELETE FROM mailboxes WHERE id = ANY($1::bigint[])", list(mailbox_ids))
