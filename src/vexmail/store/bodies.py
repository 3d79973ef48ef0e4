"""Bodies: from "on the server" over "stored" to "read into a record"."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vexmail.domain.ids import AccountId, BlobId, MessageId
from vexmail.domain.intent import Place
from vexmail.domain.message import BodyState, ParsedMessage
from vexmail.store.unit_of_work import Transaction

_PLACES = """
SELECT e.mailbox_id, b.wire_name, b.uid_validity, e.uid, m.id AS message_id, m.size
  FROM messages m
  JOIN mailbox_entries e ON e.message_id = m.id AND e.uid > 0
  JOIN mailboxes b ON b.id = e.mailbox_id AND b.selectable
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """Where bodies that we lack can be fetched, newest first; ``last`` is where to go on."""

    places: list[Place]
    last: tuple[datetime, MessageId] | None

    def __bool__(self) -> bool:
        """Tell whether there is anything to fetch."""
        return bool(self.places)


async def missing(
    tx: Transaction, account_id: AccountId, limit: int, after: tuple[datetime, MessageId] | None
) -> Missing:
    """Return places of messages whose bodies are still on the server, newest first.

    Going on ``after`` the last answer keeps a long backfill from walking again and again over
    what it has dealt with.
    """
    rows = await tx.driver.fetch(
        _PLACES.replace("m.size", "m.size, m.received_at")
        + " WHERE m.account_id = $1 AND m.body_state = 'remote'"
        " AND ($3::timestamptz IS NULL OR (m.received_at, m.id) < ($3, $4))"
        " ORDER BY m.received_at DESC, m.id DESC LIMIT $2",
        account_id,
        limit,
        *(after or (None, None)),
    )
    last = (rows[-1]["received_at"], MessageId(rows[-1]["message_id"])) if rows else None
    found = [{k: v for k, v in r.items() if k != "received_at"} for r in rows]
    return Missing([Place(**place) for place in found], last)


async def places_of(
    tx: Transaction, message_ids: Sequence[MessageId]
) -> dict[MessageId, list[Place]]:
    """Return every place that holds each of the messages; an empty list where none does."""
    rows = await tx.driver.fetch(
        _PLACES + " WHERE m.id = ANY($1::bigint[]) ORDER BY e.mailbox_id, e.uid",
        list(message_ids),
    )
    found: dict[MessageId, list[Place]] = {message_id: [] for message_id in message_ids}
    for row in rows:
        found[MessageId(row["message_id"])].append(Place(**dict(row)))
    return found


async def mark_stored(
    tx: Transaction, message_ids: Sequence[MessageId], blob_ids: Sequence[BlobId]
) -> list[MessageId]:
    """Name the blobs of messages; answer those that still have to be parsed."""
    rows = await tx.driver.fetch(
        "UPDATE messages m SET blob_id = u.blob_id,"
        " body_state = CASE WHEN m.body_state = 'remote' THEN 'stored' ELSE m.body_state END"
        " FROM unnest($1::bigint[], $2::text[]) AS u(id, blob_id)"
        " WHERE m.id = u.id RETURNING m.id, m.body_state",
        list(message_ids),
        list(blob_ids),
    )
    return [MessageId(r["id"]) for r in rows if r["body_state"] == BodyState.STORED]


@dataclass(frozen=True, slots=True)
class BodyCount:
    """How many messages of an account there are, and how many bodies are still to be fetched."""

    total: int
    missing: int


async def progress(tx: Transaction, account_id: AccountId) -> BodyCount:
    """Count the account's messages that lie in some mailbox."""
    row = await tx.driver.fetchrow(
        "SELECT count(*) AS total, count(*) FILTER (WHERE body_state = 'remote') AS missing"
        " FROM messages WHERE account_id = $1 AND orphaned_at IS NULL",
        account_id,
    )
    return BodyCount(row["total"], row["missing"])


async def mark_missing(tx: Transaction, message_id: MessageId) -> None:
    """Forget a blob that is lost or damaged, so that it is fetched again."""
    await tx.driver.execute(
        "UPDATE messages SET body_state = 'remote', blob_id = '' WHERE id = $1", message_id
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """A message whose bytes are in the blob store."""

    message_id: MessageId
    account_id: AccountId
    blob_id: BlobId
    state: BodyState


async def stored(tx: Transaction, message_ids: Sequence[MessageId]) -> list[Stored]:
    """Return blob and state of messages, whatever their state."""
    rows = await tx.driver.fetch(
        "SELECT id, account_id, blob_id, body_state FROM messages WHERE id = ANY($1::bigint[])",
        list(message_ids),
    )
    return [
        Stored(
            MessageId(r["id"]),
            AccountId(r["account_id"]),
            BlobId(r["blob_id"]),
            BodyState(r["body_state"]),
        )
        for r in rows
    ]


async def waiting_for_parse(tx: Transaction, limit: int) -> list[MessageId]:
    """Return stored messages that nobody has parsed yet, newest first."""
    rows = await tx.driver.fetch(
        "SELECT id FROM messages WHERE body_state = 'stored' ORDER BY received_at DESC LIMIT $1",
        limit,
    )
    return [MessageId(r["id"]) for r in rows]


async def record(tx: Transaction, readings: Sequence[tuple[MessageId, ParsedMessage]]) -> None:
    """Write what reading messages gave, replacing earlier readings; a few statements in all.

    A message whose blob was found to be lost meanwhile stays to be fetched again.
    """
    await _record_bodies(tx, readings)
    await _record_attachments(tx, readings)
    await tx.driver.execute(
        "UPDATE messages m SET body_state = 'parsed', snippet = u.snippet,"
        " has_attachments = u.has_attachments"
        " FROM unnest($1::bigint[], $2::text[], $3::bool[]) AS u(id, snippet, has_attachments)"
        " WHERE m.id = u.id AND m.body_state <> 'remote'",
        [i for i, _ in readings],
        [p.snippet for _, p in readings],
        [any(not a.inline for a in p.attachments) for _, p in readings],
    )


async def _record_bodies(
    tx: Transaction, readings: Sequence[tuple[MessageId, ParsedMessage]]
) -> None:
    # Lists of different length cannot be an array of arrays, so they travel as JSON.
    await tx.driver.execute(
        "INSERT INTO message_bodies (message_id, text, html, headers, reference_ids, defects)"
        " SELECT u.id, u.text, u.html, u.headers,"
        " ARRAY(SELECT jsonb_array_elements_text(u.reference_ids)),"
        " ARRAY(SELECT jsonb_array_elements_text(u.defects))"
        " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::jsonb[], $5::jsonb[], $6::jsonb[])"
        " AS u(id, text, html, headers, reference_ids, defects)"
        " ON CONFLICT (message_id) DO UPDATE SET text = excluded.text, html = excluded.html,"
        " safe_html = NULL, headers = excluded.headers, reference_ids = excluded.reference_ids,"
        " defects = excluded.defects",
        [i for i, _ in readings],
        [p.text for _, p in readings],
        [p.html for _, p in readings],
        [json.dumps(p.headers) for _, p in readings],
        [json.dumps(p.references) for _, p in readings],
        [json.dumps(p.defects) for _, p in readings],
    )


async def _record_attachments(
    tx: Transaction, readings: Sequence[tuple[MessageId, ParsedMessage]]
) -> None:
    rows = [(i, a) for i, p in readings for a in p.attachments]
    await tx.driver.execute(
        "DELETE FROM attachments t WHERE t.message_id = ANY($1::bigint[]) AND NOT EXISTS"
        " (SELECT 1 FROM unnest($2::bigint[], $3::text[]) AS u(message_id, part_id)"
        " WHERE u.message_id = t.message_id AND u.part_id = t.part_id)",
        [i for i, _ in readings],
        [i for i, _ in rows],
        [a.part_id for _, a in rows],
    )
    if not rows:
        return
    await tx.driver.execute(
        "INSERT INTO attachments (message_id, part_id, filename, content_type, size, content_id,"
        " inline) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[],"
        " $5::bigint[], $6::text[], $7::bool[]) ON CONFLICT (message_id, part_id) DO UPDATE"
        " SET filename = excluded.filename, content_type = excluded.content_type,"
        " size = excluded.size, content_id = excluded.content_id, inline = excluded.inline",
        [i for i, _ in rows],
        [a.part_id for _, a in rows],
        [a.filename for _, a in rows],
        [a.content_type for _, a in rows],
        [a.size for _, a in rows],
        [a.content_id for _, a in rows],
        [a.inline for _, a in rows],
    )


async def html_to_clean(tx: Transaction, message_id: MessageId) -> str | None:
    """Return HTML that was not sanitised yet, or None when there is nothing to do."""
    html = await tx.driver.fetchval(
        "SELECT html FROM message_bodies WHERE message_id = $1 AND safe_html IS NULL"
        " AND html <> ''",
        message_id,
    )
    return None if html is None else str(html)


async def record_clean(tx: Transaction, message_id: MessageId, safe_html: str) -> None:
    """Keep sanitised HTML beside the original."""
    await tx.driver.execute(
        "UPDATE message_bodies SET safe_html = $2 WHERE message_id = $1", message_id, safe_html
    )
