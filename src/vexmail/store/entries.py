"""Mailbox entries: the UIDs of a mailbox and their flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vexmail.domain.flags import FLAGGED, IMPORTANT, SEEN, FlagEdit, Flags, effective
from vexmail.domain.ids import AccountId, MailboxId, MessageId, ModSeq, Uid
from vexmail.domain.message import RemoteFlags, RemoteMessage
from vexmail.store.unit_of_work import Transaction

Edits = Mapping[MessageId, Sequence[FlagEdit]]
"""Pending wishes by message, oldest first."""

_COLUMNS = (
    "mailbox_id",
    "uid",
    "message_id",
    "received_at",
    "mod_seq",
    "server_flags",
    "flags",
    "is_read",
    "is_starred",
)

_UPDATE = """
UPDATE mailbox_entries e
   SET mod_seq = u.mod_seq, server_flags = string_to_array(u.server_flags, ' '),
       flags = string_to_array(u.flags, ' '), is_read = u.is_read, is_starred = u.is_starred
  FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bool[], $7::bool[])
    AS u(uid, mod_seq, server_flags, flags, is_read, is_starred)
 WHERE e.mailbox_id = $1 AND e.uid = u.uid
"""


@dataclass(frozen=True, slots=True)
class FlagChange:
    """What an update did to one entry's effective flags."""

    message_id: MessageId
    before: Flags
    after: Flags
    hidden: bool = False
    """The entry is not shown here any more, so it counts for nothing."""

    @property
    def unread_delta(self) -> int:
        """Return by how much the mailbox's unread count grew: -1, 0 or 1."""
        if self.hidden:
            return 0
        return (SEEN not in self.after) - (SEEN not in self.before)

    @property
    def starred(self) -> bool | None:
        """Return the new star, or None when it did not change."""
        now = FLAGGED in self.after
        return None if now == (FLAGGED in self.before) else now

    @property
    def important(self) -> bool | None:
        """Return the new importance, or None when it did not change."""
        now = IMPORTANT in self.after
        return None if now == (IMPORTANT in self.before) else now


async def known_uids(tx: Transaction, mailbox_id: MailboxId, uids: Sequence[Uid]) -> set[Uid]:
    """Return those of ``uids`` that the mailbox holds already."""
    rows = await tx.driver.fetch(
        "SELECT uid FROM mailbox_entries WHERE mailbox_id = $1 AND uid = ANY($2::bigint[])",
        mailbox_id,
        list(uids),
    )
    return {Uid(r["uid"]) for r in rows}


async def fingerprints(
    tx: Transaction, mailbox_id: MailboxId, uids: Sequence[Uid]
) -> dict[Uid, bytes]:
    """Return by which content we know the messages behind ``uids``, for those that we hold."""
    rows = await tx.driver.fetch(
        "SELECT e.uid, m.fingerprint FROM mailbox_entries e JOIN messages m ON m.id = e.message_id"
        " WHERE e.mailbox_id = $1 AND e.uid = ANY($2::bigint[])",
        mailbox_id,
        list(uids),
    )
    return {Uid(r["uid"]): bytes(r["fingerprint"]) for r in rows}


async def server_flags(tx: Transaction, mailbox_id: MailboxId) -> dict[Uid, Flags]:
    """Return what the server last said of every UID that we hold."""
    rows = await tx.driver.fetch(
        "SELECT uid, server_flags FROM mailbox_entries WHERE mailbox_id = $1 AND uid > 0",
        mailbox_id,
    )
    return {Uid(r["uid"]): frozenset(r["server_flags"]) for r in rows}


async def insert(
    tx: Transaction,
    mailbox_id: MailboxId,
    items: Sequence[RemoteMessage],
    message_ids: Sequence[MessageId],
    pending: Edits,
) -> int:
    """Insert entries for ``items``, none of which may be known; answer how many are unread."""
    flags = [
        effective(m.flags, pending.get(i, ())) for m, i in zip(items, message_ids, strict=True)
    ]
    await tx.driver.copy_records_to_table(
        "mailbox_entries",
        columns=_COLUMNS,
        records=[
            (
                mailbox_id,
                m.uid,
                message_id,
                m.received_at,
                m.mod_seq,
                sorted(m.flags),
                sorted(shown),
                SEEN in shown,
                FLAGGED in shown,
            )
            for m, message_id, shown in zip(items, message_ids, flags, strict=True)
        ],
    )
    return sum(SEEN not in f for f in flags)


async def update_flags(
    tx: Transaction, mailbox_id: MailboxId, told: Sequence[RemoteFlags], pending: Edits
) -> list[FlagChange]:
    """Take over the server's flags; unknown UIDs and older MODSEQs are left alone.

    Returns:
        The entries whose effective flags changed.
    """
    newest = {t.uid: t for t in told}
    rows = await tx.driver.fetch(
        "SELECT uid, message_id, mod_seq, server_flags, flags, hidden_by IS NOT NULL AS hidden"
        " FROM mailbox_entries WHERE mailbox_id = $1 AND uid = ANY($2::bigint[])",
        mailbox_id,
        list(newest),
    )
    changes: list[FlagChange] = []
    updates: list[tuple[Uid, ModSeq, Flags, Flags]] = []
    for row in rows:
        fact = newest[Uid(row["uid"])]
        if fact.mod_seq and fact.mod_seq < row["mod_seq"]:
            continue
        message_id = MessageId(row["message_id"])
        before = frozenset(row["flags"])
        after = effective(fact.flags, pending.get(message_id, ()))
        mod_seq = ModSeq(max(fact.mod_seq, row["mod_seq"]))
        if after != before:
            changes.append(FlagChange(message_id, before, after, row["hidden"]))
        elif fact.flags == frozenset(row["server_flags"]) and mod_seq == row["mod_seq"]:
            continue
        updates.append((fact.uid, mod_seq, fact.flags, after))
    await _write(tx, mailbox_id, updates)
    return changes


async def lay_over(
    tx: Transaction, message_id: MessageId, edits: Sequence[FlagEdit]
) -> list[tuple[MailboxId, FlagChange]]:
    """Work out a message's effective flags anew in every mailbox that holds it."""
    rows = await tx.driver.fetch(
        "SELECT mailbox_id, uid, mod_seq, server_flags, flags, hidden_by IS NOT NULL AS hidden"
        " FROM mailbox_entries WHERE message_id = $1 ORDER BY mailbox_id",
        message_id,
    )
    changes: list[tuple[MailboxId, FlagChange]] = []
    for row in rows:
        server = frozenset(row["server_flags"])
        before, after = frozenset(row["flags"]), effective(server, edits)
        if before == after:
            continue
        mailbox_id = MailboxId(row["mailbox_id"])
        await _write(tx, mailbox_id, [(Uid(row["uid"]), ModSeq(row["mod_seq"]), server, after)])
        changes.append((mailbox_id, FlagChange(message_id, before, after, row["hidden"])))
    return changes


async def acknowledge(
    tx: Transaction,
    mailbox_id: MailboxId,
    message_id: MessageId,
    edit: FlagEdit,
    told: Sequence[RemoteFlags],
) -> None:
    """Write the server's flags after it acknowledged ``edit``; effective flags stay as shown.

    An answer older than what we hold came late and tells nothing new; it holds ``edit`` already.
    """
    by_uid = {t.uid: t for t in told}
    rows = await tx.driver.fetch(
        "SELECT uid, mod_seq, server_flags, flags FROM mailbox_entries"
        " WHERE mailbox_id = $1 AND message_id = $2",
        mailbox_id,
        message_id,
    )
    updates: list[tuple[Uid, ModSeq, Flags, Flags]] = []
    for row in rows:
        fact = by_uid.get(Uid(row["uid"]))
        if fact and fact.mod_seq and fact.mod_seq < row["mod_seq"]:
            continue
        server = fact.flags if fact else edit.apply(frozenset(row["server_flags"]))
        mod_seq = max(fact.mod_seq if fact else 0, row["mod_seq"])
        updates.append((Uid(row["uid"]), ModSeq(mod_seq), server, frozenset(row["flags"])))
    await _write(tx, mailbox_id, updates)


@dataclass(frozen=True, slots=True)
class Removed:
    """An entry that was there; ``hidden`` ones were not shown any more."""

    message_id: MessageId
    unread: bool
    hidden: bool


async def remove(tx: Transaction, mailbox_id: MailboxId, uids: Sequence[Uid]) -> list[Removed]:
    """Remove entries by UID; answer those that were there."""
    rows = await tx.driver.fetch(
        "DELETE FROM mailbox_entries WHERE mailbox_id = $1 AND uid = ANY($2::bigint[])"
        " RETURNING message_id, NOT is_read AS unread, hidden_by IS NOT NULL AS hidden",
        mailbox_id,
        list(uids),
    )
    return [Removed(MessageId(r["message_id"]), r["unread"], r["hidden"]) for r in rows]


async def remove_generation(tx: Transaction, mailbox_id: MailboxId) -> list[MessageId]:
    """Remove what has a UID and keep placeholders; answer the messages of those removed."""
    rows = await tx.driver.fetch(
        "DELETE FROM mailbox_entries WHERE mailbox_id = $1 AND uid > 0 RETURNING message_id",
        mailbox_id,
    )
    return [MessageId(r["message_id"]) for r in rows]


async def remove_all(tx: Transaction, mailbox_ids: Sequence[MailboxId]) -> list[MessageId]:
    """Empty mailboxes; answer the messages they held."""
    rows = await tx.driver.fetch(
        "DELETE FROM mailbox_entries WHERE mailbox_id = ANY($1::bigint[]) RETURNING message_id",
        mailbox_ids,
    )
    return [MessageId(r["message_id"]) for r in rows]


async def _write(
    tx: Transaction,
    mailbox_id: MailboxId,
    updates: Sequence[tuple[Uid, ModSeq, Flags, Flags]],
) -> None:
    if updates:
        await tx.driver.execute(
            _UPDATE,
            mailbox_id,
            [uid for uid, _, _, _ in updates],
            [mod_seq for _, mod_seq, _, _ in updates],
            [_joined(server) for _, _, server, _ in updates],
            [_joined(flags) for _, _, _, flags in updates],
            [SEEN in flags for _, _, _, flags in updates],
            [FLAGGED in flags for _, _, _, flags in updates],
        )


def _joined(flags: Flags) -> str:
    # A flag is an atom and holds no space (RFC 9051 §9 "flag"); PostgreSQL has no arrays of
    # arrays of different length, so a row's flags travel as one string.
    return " ".join(sorted(flags))


async def shown_in(
    tx: Transaction, account_id: AccountId, message_ids: Sequence[MessageId]
) -> dict[MessageId, set[MailboxId]]:
    """Return where messages of an account are shown, those that are nowhere left out."""
    rows = await tx.driver.fetch(
        "SELECT e.message_id, array_agg(e.mailbox_id) AS boxes FROM messages m"
        " JOIN mailbox_entries e ON e.message_id = m.id AND e.hidden_by IS NULL"
        " WHERE m.account_id = $1 AND m.id = ANY($2::bigint[]) AND m.orphaned_at IS NULL"
        " GROUP BY e.message_id ORDER BY e.message_id",
        account_id,
        list(message_ids),
    )
    return {MessageId(r["message_id"]): set(map(MailboxId, r["boxes"])) for r in rows}
