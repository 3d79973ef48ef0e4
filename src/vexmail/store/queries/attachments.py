"""Where an attachment lies."""

from dataclasses import dataclass

from vexmail.domain.ids import AttachmentId, MessageId, UserId
from vexmail.store.driver import Driver


@dataclass(frozen=True, slots=True)
class AttachmentPlace:
    """One part of one message, as its sender described it."""

    message_id: MessageId
    part_id: str
    filename: str
    content_type: str


async def attachment(
    driver: Driver, user_id: UserId, attachment_id: AttachmentId
) -> AttachmentPlace | None:
    """Return an attachment of the user, or None."""
    row = await driver.fetchrow(
        "SELECT t.message_id, t.part_id, t.filename, t.content_type FROM attachments t"
        " JOIN messages m ON m.id = t.message_id JOIN accounts a ON a.id = m.account_id"
        " WHERE a.user_id = $1 AND t.id = $2 AND m.orphaned_at IS NULL",
        user_id,
        attachment_id,
    )
    return None if row is None else AttachmentPlace(**dict(row))
