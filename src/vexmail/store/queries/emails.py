"""The message list and summaries: one index range scan per mailbox, merged."""

import base64
import binascii
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vexmail.domain.change import Json
from vexmail.domain.flags import ANSWERED, DRAFT, FLAGGED, IMPORTANT, SEEN, is_label
from vexmail.domain.ids import MailboxId, MessageId, UserId
from vexmail.store.driver import Driver
from vexmail.store.queries.moments import iso

_COLUMNS = """
m.id, m.account_id, m.from_name, m.from_address, m.recipients, m.subject, m.snippet,
m.has_attachments, m.size,
ARRAY(SELECT mailbox_id FROM mailbox_entries x WHERE x.message_id = m.id
         AND x.hidden_by IS NULL ORDER BY 1) AS mailbox_ids
"""

_LIST = f"""
SELECT {_COLUMNS}, p.flags, p.received_at
  FROM (SELECT e.*
          FROM unnest($1::bigint[]) AS box(id)
         CROSS JOIN LATERAL
               (SELECT message_id, received_at, flags FROM mailbox_entries e
                 WHERE e.mailbox_id = box.id AND hidden_by IS NULL {{where}}
                 ORDER BY received_at DESC, message_id DESC LIMIT $2::int + $3::int) e
         ORDER BY received_at DESC, message_id DESC LIMIT $2::int OFFSET $3::int) p
  JOIN messages m ON m.id = p.message_id
 ORDER BY p.received_at DESC, p.message_id DESC
"""  # noqa: S608 - only constants are put together

_AFTER_CURSOR = " AND (received_at, message_id) < ($4::timestamptz, $5::bigint)"

_BY_ID = f"""
SELECT {_COLUMNS}, m.received_at,
       ARRAY(SELECT DISTINCT f FROM mailbox_entries x, unnest(x.flags) f
              WHERE x.message_id = m.id AND x.hidden_by IS NULL) AS flags,
       (SELECT bool_and(is_read) FROM mailbox_entries x
         WHERE x.message_id = m.id AND x.hidden_by IS NULL) AS all_read
  FROM messages m JOIN accounts a ON a.id = m.account_id
 WHERE a.user_id = $1 AND m.id = ANY($2::bigint[]) AND m.orphaned_at IS NULL
   AND EXISTS (SELECT 1 FROM mailbox_entries x WHERE x.message_id = m.id AND x.hidden_by IS NULL)
"""  # noqa: S608 - only constants are put together

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadCursor(ValueError):
    """The cursor was not made by us."""


@dataclass(frozen=True, slots=True)
class EmailFilter:
    """What a list leaves out; None means "does not matter"."""

    unread: bool | None = None
    starred: bool | None = None
    flagged: bool | None = None
    has_attachment: bool | None = None

    def sql(self) -> str:
        """Return the conditions on an entry ``e``, each starting with AND."""
        parts = {
            "is_read": None if self.unread is None else not self.unread,
            "is_starred": self.starred,
            "('$Important' = ANY(flags))": self.flagged,
            "EXISTS (SELECT 1 FROM messages h WHERE h.id = e.message_id AND h.has_attachments)": (
                self.has_attachment
            ),
        }
        return "".join(
            f" AND {'' if wanted else 'NOT '}{condition}"
            for condition, wanted in parts.items()
            if wanted is not None
        )


async def page(
    driver: Driver,
    mailbox_ids: Sequence[MailboxId],
    wanted: EmailFilter,
    *,
    limit: int,
    cursor: str | None = None,
    offset: int = 0,
) -> tuple[list[Json], str | None]:
    """Return summaries newest first and the cursor of the next page, if there is one.

    The mailboxes must be the asking user's own. Flags are those of the listed mailbox.

    Raises:
        BadCursor: the cursor was not made by us.
    """
    where = wanted.sql()
    arguments: list[Any] = [list(mailbox_ids), limit + 1, offset]
    if cursor is not None:
        where += _AFTER_CURSOR
        arguments += _read_cursor(cursor)
    rows = await driver.fetch(_LIST.format(where=where), *arguments)
    more = len(rows) > limit
    rows = rows[:limit]
    next_cursor = _cursor(rows[-1]["received_at"], rows[-1]["id"]) if more else None
    return [summary(row) for row in rows], next_cursor


async def by_ids(
    driver: Driver, user_id: UserId, message_ids: Sequence[MessageId]
) -> dict[MessageId, Json]:
    """Return the summaries of those messages that are the user's and lie in some mailbox.

    A message in several mailboxes counts as read when it is read in all of them, and as
    starred, flagged or labelled when it is so in any.
    """
    rows = await driver.fetch(_BY_ID, user_id, list(message_ids))
    return {MessageId(row["id"]): summary(row, all_read=row["all_read"]) for row in rows}


async def count(
    driver: Driver, mailbox_ids: Sequence[MailboxId], wanted: EmailFilter
) -> int | None:
    """Return how many messages a list has, or None where counting would not be cheap."""
    if wanted.flagged is not None or wanted.has_attachment is not None:
        return None
    if wanted.starred is None and wanted.unread is not False:
        column = "unread" if wanted.unread else "total"
        return int(
            await driver.fetchval(
                f"SELECT coalesce(sum({column}), 0) FROM mailboxes"  # noqa: S608 - two constants
                " WHERE id = ANY($1::bigint[])",
                list(mailbox_ids),
            )
        )
    return int(
        await driver.fetchval(
            "SELECT count(*) FROM mailbox_entries e"  # noqa: S608 - conditions are constants
            " WHERE e.mailbox_id = ANY($1::bigint[]) AND hidden_by IS NULL" + wanted.sql(),
            list(mailbox_ids),
        )
    )


def summary(row: Mapping[str, Any], *, all_read: bool | None = None) -> Json:
    """Return one list item in the shape of the API."""
    flags = row["flags"]
    sender = row["from_address"] or row["from_name"]
    return {
        "id": str(row["id"]),
        "account_id": str(row["account_id"]),
        "thread_id": str(row["id"]),
        "mailbox_ids": [str(i) for i in row["mailbox_ids"]],
        "from": {"name": row["from_name"], "address": row["from_address"]} if sender else None,
        "to": people(row["recipients"], "to"),
        "subject": row["subject"],
        "snippet": row["snippet"],
        "date": iso(row["received_at"]),
        "is_read": SEEN in flags if all_read is None else all_read,
        "is_starred": FLAGGED in flags,
        "is_flagged": IMPORTANT in flags,
        "is_answered": ANSWERED in flags,
        "is_draft": DRAFT in flags,
        "has_attachments": row["has_attachments"],
        "size": row["size"],
        "labels": sorted(f for f in flags if is_label(f)),
    }


def people(recipients: Mapping[str, Any], header: str) -> list[Json]:
    """Return one recipient header as name and address pairs."""
    return [{"name": name, "address": address} for name, address in recipients.get(header, ())]


def _cursor(received_at: datetime, message_id: int) -> str:
    micros = (received_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(struct.pack(">qq", micros, message_id)).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, int]:
    try:
        micros, message_id = struct.unpack(
            ">qq", base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        )
        return _EPOCH + timedelta(microseconds=micros), message_id
    except (binascii.Error, struct.error, ValueError, OverflowError) as error:
        raise BadCursor(text) from error
