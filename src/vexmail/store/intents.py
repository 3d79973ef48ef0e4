"""Intents: wishes about messages, durable before they are carried out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import AccountId, IntentId, MailboxId, MessageId, OperationId, UserId
from vexmail.domain.intent import PendingIntent, Wish, WishKind
from vexmail.store.unit_of_work import Transaction

_COLUMNS = (
    "id, message_id, kind, add_flags, remove_flags, source_mailbox_id, target_mailbox_id,"
    " attempts, sent_at"
)


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


async def next_pending(
    tx: Transaction, account_id: AccountId, limit: int = 500
) -> list[PendingIntent]:
    """Return the account's wishes that are due, in the order they were made.

    A wish waits for the earlier ones of its message, so none overtakes another.
    """
    rows = await tx.driver.fetch(
        f"SELECT {_COLUMNS} FROM intents i"  # noqa: S608 - constant columns
        " WHERE account_id = $1 AND state = 'pending' AND next_attempt_at <= now()"
        " AND NOT EXISTS (SELECT 1 FROM intents e WHERE e.account_id = $1"
        " AND e.state = 'pending' AND e.message_id = i.message_id AND e.id < i.id"
        " AND e.next_attempt_at > now())"
        " ORDER BY id LIMIT $2",
        account_id,
        limit,
    )
    return [_pending(row) for row in rows]


async def of_operation(
    tx: Transaction, operation_id: OperationId
) -> list[tuple[PendingIntent, AccountId, str]]:
    """Return a batch's wishes, newest first, with their accounts and states."""
    rows = await tx.driver.fetch(
        f"SELECT {_COLUMNS}, account_id, state FROM intents"  # noqa: S608 - constant columns
        " WHERE operation_id = $1 ORDER BY id DESC",
        operation_id,
    )
    return [(_pending(r), AccountId(r["account_id"]), r["state"]) for r in rows]


async def open_of(
    tx: Transaction,
    user_id: UserId,
    *,
    ids: Sequence[IntentId] | None,
    kind: WishKind | None,
    account_id: AccountId | None,
    limit: int,
) -> list[tuple[AccountId, PendingIntent, str]]:
    """Return the user's wishes that are not done, with their states, oldest first.

    Without ``ids`` only those that were given up: refused by the server, or parked.
    """
    rows = await tx.driver.fetch(
        f"SELECT {_COLUMNS}, account_id, state FROM intents"  # noqa: S608 - constant columns
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
    return [(AccountId(r["account_id"]), _pending(r), r["state"]) for r in rows]


async def hurry(tx: Transaction, intent_id: IntentId) -> None:
    """Let a wish that waits for its next try be tried now."""
    await tx.driver.execute(
        "UPDATE intents SET next_attempt_at = now() WHERE id = $1 AND state = 'pending'", intent_id
    )


async def inherit_sent(tx: Transaction, old: IntentId, operation_id: OperationId) -> None:
    """Let a wish that was recorded anew know that its command may have been sent already."""
    await tx.driver.execute(
        "UPDATE intents n SET sent_at = o.sent_at FROM intents o WHERE o.id = $1"
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


async def mark_sent(tx: Transaction, intent_id: IntentId) -> None:
    """Remember that a command that must not be repeated blindly is about to be sent."""
    await tx.driver.execute("UPDATE intents SET sent_at = now() WHERE id = $1", intent_id)


async def postpone(
    tx: Transaction, intent_id: IntentId, delay: float, code: str = "", message: str = ""
) -> None:
    """Count a failed attempt, note why it failed, and keep the wish for later."""
    await tx.driver.execute(
        "UPDATE intents SET attempts = attempts + 1, error_code = $3, error_message = $4,"
        " next_attempt_at = now() + make_interval(secs => $2) WHERE id = $1 AND state = 'pending'",
        intent_id,
        delay,
        code,
        message,
    )


async def seconds_until_due(tx: Transaction, account_id: AccountId) -> float | None:
    """Return when the next wish can be carried out, 0 for now; None when there is none."""
    seconds = await tx.driver.fetchval(
        "SELECT extract(epoch FROM min(next_attempt_at) - now()) FROM intents"
        " WHERE account_id = $1 AND state = 'pending' AND NOT EXISTS"
        " (SELECT 1 FROM intents earlier WHERE earlier.message_id = intents.message_id"
        " AND earlier.state = 'pending' AND earlier.id < intents.id)",
        account_id,
    )
    return None if seconds is None else max(0.0, float(seconds))


def _pending(row: Mapping[str, Any]) -> PendingIntent:
    source, target = row["source_mailbox_id"], row["target_mailbox_id"]
    wish = Wish(
        WishKind(row["kind"]),
        FlagEdit(frozenset(row["add_flags"]), frozenset(row["remove_flags"])),
        None if source is None else MailboxId(source),
        None if target is None else MailboxId(target),
    )
    return PendingIntent(
        IntentId(row["id"]),
        MessageId(row["message_id"]),
        wish,
        row["attempts"],
        row["sent_at"] is not None,
    )
