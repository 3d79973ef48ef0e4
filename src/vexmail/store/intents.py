"""Intents: wishes about flags, durable before they are carried out."""

from collections import defaultdict
from collections.abc import Sequence

from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import AccountId, IntentId, MessageId
from vexmail.domain.intent import PendingIntent
from vexmail.store.unit_of_work import Transaction


async def record(
    tx: Transaction, account_id: AccountId, message_id: MessageId, edit: FlagEdit
) -> IntentId:
    """Write a wish down; from now on it survives a crash."""
    return IntentId(
        await tx.driver.fetchval(
            "INSERT INTO intents (account_id, message_id, add_flags, remove_flags)"
            " VALUES ($1, $2, $3, $4) RETURNING id",
            account_id,
            message_id,
            sorted(edit.add),
            sorted(edit.remove),
        )
    )


async def pending_edits(
    tx: Transaction, account_id: AccountId, message_ids: Sequence[MessageId]
) -> dict[MessageId, list[FlagEdit]]:
    """Return the pending wishes of these messages, oldest first."""
    if not message_ids:
        return {}
    edits: dict[MessageId, list[FlagEdit]] = defaultdict(list)
    for row in await tx.driver.fetch(
        "SELECT message_id, add_flags, remove_flags FROM intents"
        " WHERE account_id = $1 AND state = 'pending' AND message_id = ANY($2::bigint[])"
        " ORDER BY id",
        account_id,
        list(message_ids),
    ):
        edit = FlagEdit(frozenset(row["add_flags"]), frozenset(row["remove_flags"]))
        edits[MessageId(row["message_id"])].append(edit)
    return edits


async def next_pending(
    tx: Transaction, account_id: AccountId, limit: int = 50
) -> list[PendingIntent]:
    """Return the account's wishes that are due, in the order they were made.

    A wish waits behind an earlier one about the same message, or a later "unread" that was
    not postponed would be undone by the "read" before it.
    """
    rows = await tx.driver.fetch(
        "SELECT id, message_id, add_flags, remove_flags, attempts FROM intents"
        " WHERE account_id = $1 AND state = 'pending' AND next_attempt_at <= now()"
        " AND NOT EXISTS (SELECT 1 FROM intents earlier"
        " WHERE earlier.message_id = intents.message_id AND earlier.state = 'pending'"
        " AND earlier.id < intents.id AND earlier.next_attempt_at > now())"
        " ORDER BY id LIMIT $2",
        account_id,
        limit,
    )
    return [
        PendingIntent(
            IntentId(r["id"]),
            MessageId(r["message_id"]),
            FlagEdit(frozenset(r["add_flags"]), frozenset(r["remove_flags"])),
            r["attempts"],
        )
        for r in rows
    ]


async def seconds_until_due(tx: Transaction, account_id: AccountId) -> float | None:
    """Return when the next wish can be carried out, 0 for now; None when there is none."""
    seconds = await tx.driver.fetchval(
        "SELECT greatest(0, extract(epoch FROM min(next_attempt_at) - now())) FROM intents"
        " WHERE account_id = $1 AND state = 'pending' AND NOT EXISTS"
        " (SELECT 1 FROM intents earlier WHERE earlier.message_id = intents.message_id"
        " AND earlier.state = 'pending' AND earlier.id < intents.id)",
        account_id,
    )
    return None if seconds is None else float(seconds)


async def finish(
    tx: Transaction, intent_id: IntentId, state: str, code: str = "", message: str = ""
) -> bool:
    """Close a pending wish as settled or rejected; False when it was closed before."""
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


async def postpone(tx: Transaction, intent_id: IntentId, delay: float) -> None:
    """Count a failed attempt and keep the wish for later."""
    await tx.driver.execute(
        "UPDATE intents SET attempts = attempts + 1,"
        " next_attempt_at = now() + make_interval(secs => $2) WHERE id = $1",
        intent_id,
        delay,
    )
