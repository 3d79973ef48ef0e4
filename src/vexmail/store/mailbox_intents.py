"""Intents about mailboxes, and which wishes wait for which."""

from collections.abc import Sequence

from vexmail.domain.ids import AccountId, IntentId, MailboxId, OperationId
from vexmail.domain.intent import AnyIntent, MailboxWish, MailboxWishKind, PendingMailboxIntent
from vexmail.domain.mailbox_name import Renaming
from vexmail.store import intents
from vexmail.store.unit_of_work import Transaction


async def record(
    tx: Transaction,
    account_id: AccountId,
    wish: MailboxWish,
    *,
    operation_id: OperationId | None = None,
    grace: float = 0.0,
) -> IntentId:
    """Write a wish about a mailbox down; ``grace`` as for wishes about messages."""
    return IntentId(
        await tx.driver.fetchval(
            "INSERT INTO intents (account_id, mailbox_id, operation_id, kind, name, old_name,"
            " permanent, next_attempt_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))"
            " RETURNING id",
            account_id,
            wish.mailbox_id,
            operation_id,
            wish.kind,
            wish.name,
            wish.old_name,
            wish.permanent,
            grace,
        )
    )


async def renamings(tx: Transaction, account_id: AccountId) -> list[Renaming]:
    """Return the account's pending renames, oldest first."""
    rows = await tx.driver.fetch(
        "SELECT id, old_name, name FROM intents WHERE account_id = $1 AND state = 'pending'"
        " AND kind = $2 ORDER BY id",
        account_id,
        MailboxWishKind.RENAME,
    )
    return [Renaming(r["id"], r["old_name"], r["name"]) for r in rows]


async def renamed_to(tx: Transaction, account_id: AccountId) -> dict[MailboxId, str]:
    """Return where each mailbox lies once its next pending rename is carried out."""
    rows = await tx.driver.fetch(
        "SELECT DISTINCT ON (mailbox_id) mailbox_id, name FROM intents WHERE account_id = $1"
        " AND state = 'pending' AND kind = $2 ORDER BY mailbox_id, id",
        account_id,
        MailboxWishKind.RENAME,
    )
    return {MailboxId(r["mailbox_id"]): r["name"] for r in rows}


async def with_subscription_wish(tx: Transaction, account_id: AccountId) -> set[MailboxId]:
    """Return the mailboxes whose subscription somebody wishes to be as we show it."""
    rows = await tx.driver.fetch(
        "SELECT DISTINCT mailbox_id FROM intents WHERE account_id = $1 AND state = 'pending'"
        " AND kind = ANY($2::text[])",
        account_id,
        [MailboxWishKind.SUBSCRIBE, MailboxWishKind.UNSUBSCRIBE],
    )
    return {MailboxId(r["mailbox_id"]) for r in rows}


async def pending_about(
    tx: Transaction, account_id: AccountId, mailbox_ids: Sequence[MailboxId], after: IntentId
) -> list[AnyIntent]:
    """Return pending wishes made after ``after`` that concern these mailboxes, newest first."""
    rows = await tx.driver.fetch(
        f"SELECT {intents.COLUMNS} FROM intents WHERE account_id = $1"  # noqa: S608 - constant
        " AND state = 'pending' AND id > $3 AND (mailbox_id = ANY($2::bigint[])"
        " OR source_mailbox_id = ANY($2::bigint[]) OR target_mailbox_id = ANY($2::bigint[]))"
        " ORDER BY id DESC",
        account_id,
        list(mailbox_ids),
        after,
    )
    return [intents.read(row) for row in rows]


async def pending_changes(
    tx: Transaction, account_id: AccountId, after: IntentId
) -> list[PendingMailboxIntent]:
    """Return pending wishes about any mailbox made after ``after``, newest first."""
    rows = await tx.driver.fetch(
        f"SELECT {intents.COLUMNS} FROM intents WHERE account_id = $1"  # noqa: S608 - constant
        " AND state = 'pending' AND id > $2 AND mailbox_id IS NOT NULL ORDER BY id DESC",
        account_id,
        after,
    )
    return [one for one in map(intents.read, rows) if isinstance(one, PendingMailboxIntent)]


async def has_made(tx: Transaction, mailbox_id: MailboxId) -> bool:
    """Tell whether a wish of ours has made this mailbox."""
    found = await tx.driver.fetchval(
        "SELECT EXISTS (SELECT 1 FROM intents i JOIN mailboxes b ON b.account_id = i.account_id"
        " WHERE b.id = $1 AND i.mailbox_id = $1 AND i.kind = $2 AND i.state = 'settled')",
        mailbox_id,
        MailboxWishKind.CREATE,
    )
    return bool(found)


async def is_held_up(tx: Transaction, intent_id: IntentId) -> bool:
    """Tell whether an earlier wish, of this very moment, must be carried out first."""
    found = await tx.driver.fetchval(
        f"SELECT {intents.waits()} FROM intents i WHERE i.id = $1",  # noqa: S608 - constant
        intent_id,
    )
    return bool(found)
