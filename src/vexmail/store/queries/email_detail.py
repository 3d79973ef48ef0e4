"""One whole message for the reader."""

from vexmail.domain.change import Json
from vexmail.domain.ids import MessageId, UserId
from vexmail.store.driver import Driver
from vexmail.store.queries import emails
from vexmail.store.queries.moments import iso_or_none

_DETAIL = """
SELECT m.recipients, m.sent_at, m.internet_message_id, m.in_reply_to, m.body_state,
       b.headers, b.text, b.safe_html, b.defects
  FROM messages m LEFT JOIN message_bodies b ON b.message_id = m.id
 WHERE m.id = $1
"""


async def detail(driver: Driver, user_id: UserId, message_id: MessageId) -> Json | None:
    """Return the message with what is known of its body, or None if it is not the user's."""
    summary = (await emails.by_ids(driver, user_id, [message_id])).get(message_id)
    row = await driver.fetchrow(_DETAIL, message_id)
    if summary is None or row is None:
        return None
    boxes = await driver.fetch(
        "SELECT id, name, role FROM mailboxes WHERE id = ANY($1::bigint[]) ORDER BY id",
        [int(i) for i in summary["mailbox_ids"]],
    )
    html = row["safe_html"]
    return {
        **summary,
        "cc": emails.people(row["recipients"], "cc"),
        "bcc": emails.people(row["recipients"], "bcc"),
        "reply_to": emails.people(row["recipients"], "reply_to"),
        "sent_at": iso_or_none(row["sent_at"]),
        "internet_message_id": row["internet_message_id"],
        "in_reply_to": row["in_reply_to"],
        "headers": [{"name": n, "value": v} for n, v in row["headers"] or ()],
        "text": row["text"] or "",
        "html": html or None,
        "remote_images": html.count("data-vx-src=") if html else 0,
        "attachments": await attachments(driver, message_id),
        "mailboxes": [{"id": str(b["id"]), "name": b["name"], "role": b["role"]} for b in boxes],
        "authentication": None,
        "raw_url": f"/api/email/{message_id}/raw",
        "body_state": row["body_state"],
        "defects": row["defects"] or [],
    }


async def attachments(driver: Driver, message_id: MessageId) -> list[Json]:
    """Return a message's attachments in the order of its parts; the caller checked the owner."""
    rows = await driver.fetch(
        "SELECT id, filename, content_type, size, inline FROM attachments"
        " WHERE message_id = $1 ORDER BY id",
        message_id,
    )
    return [
        {
            "id": str(r["id"]),
            "filename": r["filename"],
            "content_type": r["content_type"],
            "size": r["size"],
            "inline": r["inline"],
            "download_url": f"/api/attachment/{r['id']}/download",
        }
        for r in rows
    ]
