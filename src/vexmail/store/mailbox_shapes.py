"""What pending wishes make of mailbox rows: not there yet, called otherwise, gone already."""

from collections.abc import Sequence

from vexmail.domain.ids import AccountId, IntentId, MailboxId, Uid
from vexmail.domain.mailbox import LocalMailbox
from vexmail.domain.mailbox_name import Renaming, shown_path
from vexmail.store import mailboxes
from vexmail.store.unit_of_work import Transaction


async def anticipate(
    tx: Transaction, account_id: AccountId, path: str, like: LocalMailbox
) -> MailboxId:
    """Insert a mailbox that a wish will make; namespace and delimiter are those of ``like``.

    Its wire name is one that no server can give, as a line feed cannot be part of one.
    """
    return MailboxId(
        await tx.driver.fetchval(
            "INSERT INTO mailboxes (account_id, name, server_name, wire_name, delimiter,"
            " namespace, prefix) VALUES ($1, $2, $2, E'\\n' || $2, $3, $4, $5) RETURNING id",
            account_id,
            path,
            like.delimiter,
            like.namespace,
            like.prefix,
        )
    )


async def made_by(tx: Transaction, mailbox_id: MailboxId, intent_id: IntentId) -> None:
    """Say which pending wish makes the mailbox."""
    await tx.driver.execute(
        "UPDATE mailboxes SET created_by = $2 WHERE id = $1", mailbox_id, intent_id
    )


async def came(tx: Transaction, mailbox_id: MailboxId, wire_name: str) -> None:
    """The mailbox is on the server under this name."""
    await tx.driver.execute(
        "UPDATE mailboxes SET wire_name = $2, created_by = NULL"
        " WHERE id = $1 AND created_by IS NOT NULL",
        mailbox_id,
        wire_name,
    )


async def set_deleted_by(
    tx: Transaction, mailbox_id: MailboxId, intent_id: IntentId | None
) -> bool:
    """Stop showing a mailbox, or show it again; False when it is not there any more."""
    done = await tx.driver.fetchval(
        "UPDATE mailboxes SET deleted_by = $2 WHERE id = $1 RETURNING id", mailbox_id, intent_id
    )
    return done is not None


async def set_subscribed(tx: Transaction, mailbox_id: MailboxId, *, wanted: bool) -> bool:
    """Show a subscription or its end; False when it is shown so already."""
    done = await tx.driver.fetchval(
        "UPDATE mailboxes SET subscribed = $2 WHERE id = $1 AND subscribed <> $2 RETURNING id",
        mailbox_id,
        wanted,
    )
    return done is not None


async def follow_rename(
    tx: Transaction, box: LocalMailbox, wire_name: str, server_name: str
) -> None:
    """Give a mailbox and all below it the names that they have on the server since a rename."""
    for old, new, column in (
        (box.wire_name, wire_name, "wire_name"),
        (box.server_name, server_name, "server_name"),
    ):
        await tx.driver.execute(
            f"UPDATE mailboxes SET {column} = $3 || substr({column}, length($2) + 1)"  # noqa: S608 - constant
            f" WHERE account_id = $1 AND created_by IS NULL AND ({column} = $2"
            f" OR $4 <> '' AND starts_with({column}, $2 || $4))",
            box.account_id,
            old,
            new,
            box.delimiter,
        )


async def retitle(
    tx: Transaction, account_id: AccountId, renamings: Sequence[Renaming]
) -> list[MailboxId]:
    """Lay pending renames over the server's names; answer the mailboxes shown otherwise now."""
    changed = []
    for box in await mailboxes.all_of_account(tx, account_id):
        path = shown_path(box.server_name, box.delimiter, renamings, since=box.created_by or 0)
        if path != box.name:
            await tx.driver.execute("UPDATE mailboxes SET name = $2 WHERE id = $1", box.id, path)
            changed.append(box.id)
    return changed


async def expected_uids(tx: Transaction, mailbox_id: MailboxId) -> set[Uid]:
    """Return the UIDs that a wish took out of view here: deleting them surprises nobody."""
    rows = await tx.driver.fetch(
        "SELECT uid FROM mailbox_entries"
        " WHERE mailbox_id = $1 AND uid > 0 AND hidden_by IS NOT NULL",
        mailbox_id,
    )
    return {Uid(r["uid"]) for r in rows}
