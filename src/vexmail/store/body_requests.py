"""Messages whose bytes somebody waits for at a process that does not run their account."""

from dataclasses import dataclass

from vexmail.domain.ids import AccountId, MessageId, ProcessId
from vexmail.store.unit_of_work import Transaction

KEPT = 300.0  # seconds; by then nobody waits for the answer any more


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request ended: the bytes are stored, or a code and a sentence say why not."""

    code: str
    message: str


async def ask(tx: Transaction, account_id: AccountId, message_id: MessageId) -> bool:
    """Write a request down, or ask again; False when there is no such message."""
    await tx.driver.execute(
        "DELETE FROM body_requests WHERE asked_at < now() - make_interval(secs => $1)", KEPT
    )
    done = await tx.driver.fetchval(
        "INSERT INTO body_requests (message_id, account_id)"
        " SELECT id, account_id FROM messages WHERE id = $1 AND account_id = $2"
        " ON CONFLICT (message_id) DO UPDATE SET asked_at = now(), answered_at = NULL,"
        " error_code = '', error_message = '' RETURNING message_id",
        message_id,
        account_id,
    )
    return done is not None


async def answer(tx: Transaction, message_id: MessageId, said: Answer) -> None:
    """Write down how a request ended."""
    await tx.driver.execute(
        "UPDATE body_requests SET answered_at = now(), error_code = $2, error_message = $3"
        " WHERE message_id = $1",
        message_id,
        said.code,
        said.message,
    )


async def answer_to(tx: Transaction, message_id: MessageId) -> Answer | None:
    """Return how a request ended, or None while it is open."""
    row = await tx.driver.fetchrow(
        "SELECT error_code, error_message FROM body_requests"
        " WHERE message_id = $1 AND answered_at IS NOT NULL",
        message_id,
    )
    return None if row is None else Answer(row["error_code"], row["error_message"])


async def open_for(tx: Transaction, process: ProcessId) -> list[tuple[AccountId, MessageId]]:
    """Return the open requests for accounts that a process holds, oldest first."""
    rows = await tx.driver.fetch(
        "SELECT r.account_id, r.message_id FROM body_requests r"
        " JOIN leases l ON l.account_id = r.account_id"
        " WHERE l.holder = $1 AND r.answered_at IS NULL"
        " AND r.asked_at > now() - make_interval(secs => $2) ORDER BY r.asked_at",
        process,
        KEPT,
    )
    return [(AccountId(r["account_id"]), MessageId(r["message_id"])) for r in rows]
