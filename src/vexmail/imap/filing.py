"""Moving and copying messages from the selected mailbox to another."""

from collections import deque
from collections.abc import Sequence
from typing import Final

import structlog

from vexmail.domain.crash_points import crash_point
from vexmail.domain.flags import DELETED, FlagEdit
from vexmail.domain.ids import Uid
from vexmail.imap import uid_sets
from vexmail.imap.encode import Astring
from vexmail.imap.exchange import Exchange
from vexmail.imap.expunging import expunge_marked
from vexmail.imap.responses import Condition
from vexmail.imap.storing import store_flags
from vexmail.imap.uid_codes import copied_uids
from vexmail.imap.wording import filing_refused

log = structlog.get_logger(__name__)

# Codes of servers that take fewer messages at once than they were given (RFC 5530 §3, RFC 9738).
_TOO_MANY: Final = frozenset({"LIMIT", "MESSAGELIMIT"})


async def move(exchange: Exchange, uids: Sequence[Uid], target: str) -> dict[Uid, Uid]:
    """Move messages by what the server can; answer new UID by old where it told.

    MOVE (RFC 6851), else COPY, ``\\Deleted`` and an expunge of these messages only. Where the
    server can expunge nothing but all that is marked, and others are marked, too, ours stay
    in the mailbox, marked as deleted.

    Raises:
        MailboxGone, CommandRefused, TransientError: see ``wording.filing_refused``.
    """
    if not uids:
        return {}
    if exchange.capabilities & {"MOVE", "IMAP4REV2"}:
        return await _file(exchange, "MOVE", uids, target)
    copied = await _file(exchange, "COPY", uids, target)
    crash_point("move.copied")
    await store_flags(exchange, uids, FlagEdit(add=frozenset({DELETED})))
    crash_point("move.marked")
    if not await expunge_marked(exchange, uids):
        log.warning("imap.move.left_marked", messages=len(uids))
    return copied


async def copy(exchange: Exchange, uids: Sequence[Uid], target: str) -> dict[Uid, Uid]:
    """Copy messages; answer and errors as ``move``."""
    return await _file(exchange, "COPY", uids, target)


async def _file(
    exchange: Exchange, command: str, uids: Sequence[Uid], target: str
) -> dict[Uid, Uid]:
    """Send MOVE or COPY in as few parts as the server takes.

    Both do all of a part or, with a NO, nothing that a smaller part would do twice: COPY undoes
    what it did (RFC 9051 §6.4.7), what MOVE has moved is gone from the next part.
    """
    found: dict[Uid, Uid] = {}
    waiting = deque(uid_sets.cut(uids, uid_sets.most_at_once(exchange.capabilities)))
    while waiting:
        part = waiting.popleft()
        answer = await exchange.run(
            command, uid_sets.format_set(part), Astring(target), prefix="UID"
        )
        found |= copied_uids((*answer.responses, answer.tagged), part)
        if answer.tagged.status == "OK":
            continue
        if not _takes_fewer(answer.tagged) or len(part) == 1:
            raise filing_refused(command.lower(), target, answer.tagged)
        rest = [uid for batch in (part, *waiting) for uid in batch]
        waiting = deque(uid_sets.cut(rest, (len(part) + 1) // 2))
        log.info("imap.filing.halved", messages=len(part), code=answer.tagged.code)
    return found


def _takes_fewer(tagged: Condition) -> bool:
    return tagged.status == "NO" and tagged.code in _TOO_MANY
