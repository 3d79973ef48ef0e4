"""Intents: wishes durable before they are carried out. Those about messages are written here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import (
    AccountId,
    IntentId,
    MailboxId,
    MessageId,
    OperationId,
    ProcessId,
    UserId,
)
from vexmail.domain.intent import (
    AnyIntent,
    MailboxWish,
    MailboxWishKind,
    PendingIntent,
    PendingMailboxIntent,
    Wish,
    WishKind,
)
from vexmail.store.unit_of_work import Transaction

COLUMNS = (
    "id, message_id, kind, add_flags, remove_flags, source_mailbox_id, target_mailbox_id,"
    " attempts, sent_at, mailbox_id, name, old_name, permanent"
)
_EARLIER = "e.account_id = i.account_id AND e.state = 'pending' AND e.id < i.id"


def waits(when: str = "true") -> str:
    """Return the condition that a wish ``i`` waits for an earlier one ``e`` that meets ``when``.

    It waits for an earlier one of the same message; for one that makes or renames a mailbox,
    since it may name that; a change of a mailbox for every earlier change; and a deletion of a
    mailbox for what is to be taken out of it. Three questions, since each has an index.
    """
    return f"""(
        EXISTS (SELECT 1 FROM intents e WHERE {_EARLIER} AND {when}
                   AND e.message_id = i.message_id)
     OR EXISTS (SELECT 1 FROM intents e WHERE {_EARLIER} AND {when}
                   AND e.mailbox_id IS NOT NULL
                   AND (i.mailbox_id IS NOT NULL OR e.kind IN ('create_mailbox', 'rename_mailbox')))
     OR i.kind = 'delete_mailbox' AND
        EXISTS (SELECT 1 FROM intents e WHERE {_EARLIER} AND {when}
                   AND i.mailbox_id IN (e.source_mailbox_id, e.target_mailbox_id)))"""  # noqa: S608 - constant conditions


async def record(
    tx: Transaction,
    account_id: AccountId,
    message_id: MessageId,
    wish: Wish,
    *,
    operation_id: OperationId | None = None,
    grace: float = 0.0,
) -> IntentId:
    """Write a wish down; from now on it survives a crash.

    ``grace`` is how many seconds it waits before it is carried out, so that it can still be
    taken back.
    """
    return IntentId(
        await tx.driver.fetchval(
            "INSERT INTO intents (account_id, message_id, operation_id, kind, add_flags,"
            " remove_flags, source_mailbox_id, target_mailbox_id, next_attempt_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))"
            " RETURNING id",
            account_id,
            message_id,
            operation_id,
            wish.kind,
            sorted(wish.edit.add),
            sorted(wish.edit.remove),
            wish.source,
            wish.target,
            grace,
        )
    )


async def pending_edits(
    tx: Transaction, account_id: AccountId, message_ids: Sequence[MessageId]
) -> dict[MessageId, list[FlagEdit]]:
    """Return the pending wishes about flags of these messages, oldest first."""
    if not message_ids:
        return {}
    edits: dict[MessageId, list[FlagEdit]] = defaultdict(list)
    for row in await tx.driver.fetch(
        "SELECT message_id, add_flags, remove_flags FROM intents"
        " WHERE account_id = $1 AND state = 'pending' AND kind = 'flags'"
        " AND message_id = ANY($2::bigint[]) ORDER BY id",
        account_id,
        list(message_ids),
    ):
        edit = FlagEdit(frozenset(row["add_flags"]), frozenset(row["remove_flags"]))
        edits[MessageId(row["message_id"])].append(edit)
    return edits


async def next_pending(tx: Transaction, account_id: AccountId, limit: int = 500) -> list[AnyIntent]:
    """Return the account's wishes that are due, in the order they were made.

    A wish waits for those that must come first, so none overtakes another.
    """
    rows = await tx.driver.fetch(
        f"SELECT {COLUMNS} FROM intents i"  # noqa: S608 - constant columns
        " WHERE account_id = $1 AND state = 'pending' AND next_attempt_at <= now()"
        f" AND NOT {waits('e.next_attempt_at > now()')}"
        " ORDER BY id LIMIT $2",
        account_id,
        limit,
    )
    return [read(row) for row in rows]


async def of_operation(
    tx: Transaction, operation_id: OperationId
) -> list[tuple[AnyIntent, AccountId, str]]:
    """Return a batch's wishes, newest first, with their accounts and states."""
    rows = await tx.driver.fetch(
        f"SELECT {COLUMNS}, account_id, state FROM intents"  # noqa: S608 - constant columns
        " WHERE operation_id = $1 ORDER BY id DESC",
        operation_id,
    )
    return [(read(r), AccountId(r["account_id"]), r["state"]) for r in rows]


async def pending(tx: Transaction, intent_id: IntentId) -> AnyIntent | None:
    """Return a wish that is on its way; None when it is closed."""
    row = await tx.driver.fetchrow(
        f"SELECT {COLUMNS} FROM intents WHERE id = $1 AND state = 'pending'",  # noqa: S608 - constant
        intent_id,
    )
    return None if row is None else read(row)


async def open_of(
    tx: Transaction,
    user_id: UserId,
    *,
    ids: Sequence[IntentId] | None,
    kind: str | None,
    account_id: AccountId | None,
    limit: int,
) -> list[tuple[AccountId, AnyIntent, str]]:
    """Return the user's wishes that are not done, with their states, oldest first.

    Without ``ids`` only those that were given up: refused by the server, or parked.
    """
    rows = await tx.driver.fetch(
        f"SELECT {COLUMNS}, account_id, state FROM intents"  # noqa: S608 - constant columns
        " WHERE account_id IN (SELECT id FROM accounts WHERE user_id = $1)"
        " AND state IN ('pending', 'parked', 'rejected')"
        " AND CASE WHEN $2::bigint[] IS NULL THEN state <> 'pending' ELSE id = ANY($2) END"
        " AND ($3::text IS NULL OR kind = $3) AND ($4::bigint IS NULL OR account_id = $4)"
        " ORDER BY id LIMIT $5",
        user_id,
        None if ids is None else list(ids),
        kind,
        account_id,
        limit,
    )
    return [(AccountId(r["account_id"]), read(r), r["state"]) for r in rows]


async def hurry(tx: Transaction, intent_id: IntentId) -> None:
    """Let a wish that waits for its next try be tried now."""
    await tx.driver.execute(
        "UPDATE intents SET next_attempt_at = now() WHERE id = $1 AND state = 'pending'", intent_id
    )


async def inherit_sent(tx: Transaction, old: IntentId, operation_id: OperationId) -> None:
    """Let a wish that was recorded anew know that its command may have been sent already."""
    await tx.driver.execute(
        "UPDATE intents n SET sent_at = o.sent_at, sent_uid_validity = o.sent_uid_validity,"
        " sent_uid_next = o.sent_uid_next FROM intents o WHERE o.id = $1"
        " AND o.sent_at IS NOT NULL AND n.operation_id = $2 AND n.message_id = o.message_id"
        " AND n.kind = o.kind",
        old,
        operation_id,
    )


async def drop(tx: Transaction, intent_ids: Sequence[IntentId]) -> None:
    """Forget wishes that are closed."""
    await tx.driver.execute(
        "DELETE FROM intents WHERE id = ANY($1::bigint[]) AND state <> 'pending'",
        list(intent_ids),
    )


async def finish(
    tx: Transaction, intent_id: IntentId, state: str, code: str = "", message: str = ""
) -> bool:
    """Close a pending wish; False when it was closed before.

    ``state`` is settled, rejected, parked or cancelled.
    """
    done = await tx.driver.fetchval(
        "UPDATE intents SET state = $2, error_code = $3, error_message = $4,"
        " attempts = attempts + 1, finished_at = now()"
        " WHERE id = $1 AND state = 'pending' RETURNING id",
        intent_id,
        state,
        code,
        message,
    )
    return done is not None


async def still_pending(tx: Transaction, intent_ids: Sequence[IntentId]) -> set[IntentId]:
    """Return those of the wishes that nobody has closed."""
    rows = await tx.driver.fetch(
        "SELECT id FROM intents WHERE id = ANY($1::bigint[]) AND state = 'pending'",
        list(intent_ids),
    )
    return {IntentId(row["id"]) for row in rows}


async def postpone(
    tx: Transaction,
    intent_ids: Sequence[IntentId],
    delay: float,
    code: str = "",
    message: str = "",
) -> None:
    """Count a failed attempt, note why it failed, and keep the wishes for one later moment."""
    await tx.driver.execute(
        "UPDATE intents SET attempts = attempts + 1, error_code = $3, error_message = $4,"
        " next_attempt_at = now() + make_interval(secs => $2)"
        " WHERE id = ANY($1::bigint[]) AND state = 'pending'",
        list(intent_ids),
        delay,
        code,
        message,
    )


async def bring_forward(tx: Transaction, process: ProcessId, seconds: float) -> list[AccountId]:
    """Let wishes of a process's accounts wait so long at most; answer whose were brought forward.

    Those that somebody is writing just now get another time by that.
    """
    rows = await tx.driver.fetch(
        "WITH late AS (SELECT i.id FROM intents i JOIN leases l ON l.account_id = i.account_id"
        " WHERE l.holder = $1 AND i.state = 'pending'"
        " AND i.next_attempt_at > now() + make_interval(secs => $2) FOR UPDATE OF i SKIP LOCKED)"
        " UPDATE intents i SET next_attempt_at = now() + make_interval(secs => $2) FROM late"
        " WHERE i.id = late.id RETURNING i.account_id",
        process,
        seconds,
    )
    return sorted({AccountId(r["account_id"]) for r in rows})


async def seconds_until_due(tx: Transaction, account_id: AccountId) -> float | None:
    """Return when the next wish can be carried out, 0 for now; None when there is none."""
    seconds = await tx.driver.fetchval(
        "SELECT extract(epoch FROM min(next_attempt_at) - now()) FROM intents"  # noqa: S608 - constant
        " AS i WHERE account_id = $1 AND state = 'pending'"
        f" AND NOT {waits()}",
        account_id,
    )
    return None if seconds is None else max(0.0, float(seconds))


def read(row: Mapping[str, Any]) -> AnyIntent:
    """Return the wish of a row with ``COLUMNS``."""
    key, was_sent = IntentId(row["id"]), row["sent_at"] is not None
    if row["mailbox_id"] is not None:
        wish = MailboxWish(
            MailboxWishKind(row["kind"]),
            MailboxId(row["mailbox_id"]),
            row["name"],
            row["old_name"],
            row["permanent"],
        )
        return PendingMailboxIntent(key, wish, row["attempts"], was_sent)
    source, target = row["source_mailbox_id"], row["target_mailbox_id"]
    return PendingIntent(
        key,
        MessageId(row["message_id"]),
        Wish(
            WishKind(row["kind"]),
            FlagEdit(frozenset(row["add_flags"]), frozenset(row["remove_flags"])),
            None if source is None else MailboxId(source),
            None if target is None else MailboxId(target),
        ),
        row["attempts"],
        was_sent,
    )
