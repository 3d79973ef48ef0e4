"""Removing messages for good, and no others.

Only UID EXPUNGE (RFC 4315 §2.1) names what it removes. EXPUNGE takes everything that is marked
as deleted, whoever marked it, so it is sent only when all that is marked is ours.
"""

from collections.abc import Sequence
from typing import Final

import structlog

from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import CommandRefused
from vexmail.domain.flags import DELETED, FlagEdit
from vexmail.domain.ids import Uid
from vexmail.imap import uid_sets
from vexmail.imap.exchange import Exchange
from vexmail.imap.searching import search
from vexmail.imap.storing import store_flags
from vexmail.imap.wording import command_refused

log = structlog.get_logger(__name__)

_MARK: Final = frozenset({DELETED})
_LOOKS: Final = 3  # searches until nobody marks anything meanwhile


async def expunge(exchange: Exchange, uids: Sequence[Uid]) -> None:
    """Remove messages of the selected mailbox.

    Raises:
        CommandRefused: the server would not, or could not without removing other messages.
        TransientError: it would not just now.
    """
    if not uids:
        return
    ours = frozenset(uids)
    marked_before: frozenset[Uid] = frozenset()
    if not _can_name(exchange):
        marked_before = await _marked(exchange)
        if marked_before - ours:
            raise _others_are_marked()
    await store_flags(exchange, uids, FlagEdit(add=_MARK))
    crash_point("delete.marked")
    if not await expunge_marked(exchange, uids):
        fresh = sorted(ours - marked_before)
        await store_flags(exchange, fresh, FlagEdit(remove=_MARK))
        raise _others_are_marked()


async def expunge_marked(exchange: Exchange, uids: Sequence[Uid]) -> bool:
    """Remove messages that are marked as deleted already; tell whether that was possible.

    Raises:
        CommandRefused, TransientError: the server would not.
    """
    if _can_name(exchange):
        for part in uid_sets.cut(uids, uid_sets.most_at_once(exchange.capabilities)):
            await _send(exchange, uid_sets.format_set(part), prefix="UID")
        return True
    ours = frozenset(uids)
    for _ in range(_LOOKS):
        marked = await _marked(exchange)
        if marked - ours:
            return False
        if not marked:
            return True  # somebody else has removed them
        if not _somebody_marks(exchange):
            await _send(exchange)
            return True
    return False


def _can_name(exchange: Exchange) -> bool:
    return bool(exchange.capabilities & {"UIDPLUS", "IMAP4REV2"})


async def _marked(exchange: Exchange) -> frozenset[Uid]:
    exchange.watch.marks = 0
    return frozenset(await search(exchange, "DELETED"))


def _somebody_marks(exchange: Exchange) -> bool:
    """Tell whether a message was marked while the server searched."""
    exchange.drain()
    return exchange.watch.marks > 0


async def _send(exchange: Exchange, *arguments: str, prefix: str = "") -> None:
    answer = await exchange.run("EXPUNGE", *arguments, prefix=prefix)
    if answer.tagged.status != "OK":
        raise command_refused("remove the messages", answer.tagged)


def _others_are_marked() -> CommandRefused:
    return CommandRefused(
        "This mail server can only remove everything that is marked as deleted, and other "
        "messages of this mailbox are marked, too. Move the message to the trash instead, or "
        "let the program that marked them clean up first."
    )
