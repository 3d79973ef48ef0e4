"""Taking all that a mailbox shows to another one: three statements, however much it is."""

from vexmail.domain.ids import AccountId, MailboxId, MessageId, OperationId
from vexmail.domain.intent import WishKind
from vexmail.store.placeholders import Shift
from vexmail.store.unit_of_work import Transaction

_WISH = """
INSERT INTO intents (account_id, message_id, operation_id, kind, source_mailbox_id,
                     target_mailbox_id)
SELECT $1, message_id, $2, $3, $4, $5
  FROM (SELECT DISTINCT message_id FROM mailbox_entries
         WHERE mailbox_id = $4 AND hidden_by IS NULL ORDER BY message_id) shown
RETURNING id, message_id
"""

_SHOW = """
INSERT INTO mailbox_entries (mailbox_id, uid, message_id, received_at, server_flags, flags,
                             is_read, is_starred)
SELECT DISTINCT ON (u.id) $2::bigint, -u.id, e.message_id, e.received_at, e.flags, e.flags,
       e.is_read, e.is_starred
  FROM unnest($3::bigint[], $4::bigint[]) AS u(id, message_id)
  JOIN mailbox_entries e ON e.mailbox_id = $1 AND e.message_id = u.message_id
   AND e.hidden_by IS NULL
 WHERE NOT EXISTS (SELECT 1 FROM mailbox_entries x
                    WHERE x.mailbox_id = $2 AND x.message_id = u.message_id
                      AND x.hidden_by IS NULL)
 ORDER BY u.id, e.uid
RETURNING NOT is_read AS unread
"""

_HIDE = """
UPDATE mailbox_entries e SET hidden_by = u.id
  FROM unnest($2::bigint[], $3::bigint[]) AS u(id, message_id)
 WHERE e.mailbox_id = $1 AND e.message_id = u.message_id AND e.hidden_by IS NULL
RETURNING NOT e.is_read AS unread
"""


async def move_all(
    tx: Transaction,
    account_id: AccountId,
    operation_id: OperationId | None,
    source: MailboxId,
    target: MailboxId,
) -> tuple[list[MessageId], list[Shift]]:
    """Wish that every message which ``source`` shows be moved, and show it as done.

    As for single moves there is one wish for each, hiding the entry and standing for the next.
    """
    wished = await tx.driver.fetch(_WISH, account_id, operation_id, WishKind.MOVE, source, target)
    ids, messages = [r["id"] for r in wished], [r["message_id"] for r in wished]
    if not ids:
        return [], []
    shown = await tx.driver.fetch(_SHOW, source, target, ids, messages)
    hidden = await tx.driver.fetch(_HIDE, source, ids, messages)
    return [MessageId(key) for key in messages], [
        Shift(target, len(shown), sum(r["unread"] for r in shown)),
        Shift(source, -len(hidden), -sum(r["unread"] for r in hidden)),
    ]
