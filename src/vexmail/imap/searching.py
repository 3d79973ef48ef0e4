"""UIDs of the selected mailbox: the complete list, or those that meet a search."""

from collections.abc import Iterable
from typing import Final

import structlog

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.ids import Uid
from vexmail.imap import uid_sets
from vexmail.imap.encode import Argument, Astring
from vexmail.imap.exchange import Answer, Exchange
from vexmail.imap.responses import ESearch, Search
from vexmail.imap.wording import command_refused

log = structlog.get_logger(__name__)

WINDOW: Final = 50_000  # messages per SEARCH: 11 bytes each stay well below the line limit
ATTEMPTS: Final = 3
_SLACK: Final = 100_000  # messages that may arrive while we search
_TOO_MANY: Final = "The mail server named more messages than the mailbox holds."


async def all_uids(exchange: Exchange) -> list[Uid]:
    """Return every UID, ascending.

    A mailbox larger than ``WINDOW`` is searched by parts. Parts are sequence numbers, which an
    EXPUNGE renumbers; then the search is made again, as it is when fewer UIDs came than the
    mailbox holds.

    Raises:
        ProtocolViolation: the answer stayed short, or could not be read.
    """
    for attempt in range(1, ATTEMPTS + 1):
        exchange.drain()
        watch = exchange.watch
        before, gone = watch.exists, watch.gone
        if before > uid_sets.MOST_MESSAGES:
            break  # grown beyond what SELECT would have let pass
        parts = _parts(before, min(WINDOW, uid_sets.most_at_once(exchange.capabilities)))
        found: set[Uid] = set()
        for part in parts:
            known = len(found)
            found.update(await _search(exchange, part))
            if len(found) == known and watch.gone == gone:
                break  # a part without messages: no need to ask for a thousand more
            if len(found) > before + _SLACK:
                exchange.connection.abort()
                raise ProtocolViolation(_TOO_MANY)
        lost = watch.gone - gone
        if len(found) >= before - lost and not (lost and len(parts) > 1):
            return sorted(found)
        log.warning("imap.search.short", found=len(found), expected=before - lost, attempt=attempt)
        noop = await exchange.run("NOOP")
        if noop.tagged.status != "OK":
            break
    exchange.connection.abort()
    raise ProtocolViolation(
        "The mail server named fewer messages than the mailbox holds. It will be tried again."
    )


def _parts(exists: int, window: int) -> list[str]:
    if exists <= window:
        return ["ALL"]
    bounds = range(1, exists + 1, window)
    # The last part is open, for messages that arrive meanwhile.
    return [f"{low}:{low + window - 1}" if low + window <= exists else f"{low}:*" for low in bounds]


async def search(exchange: Exchange, *criteria: Argument) -> list[Uid]:
    """Return the UIDs that meet ``criteria``, ascending.

    Raises:
        CommandRefused, TransientError: the server would not search.
    """
    exchange.drain()
    return sorted(set(await _search(exchange, *criteria)))


async def having_header(exchange: Exchange, name: str, value: str) -> list[Uid]:
    """Return the UIDs whose header ``name`` holds ``value``, as far as the server can tell."""
    charset = () if value.isascii() else ("CHARSET", "UTF-8")
    return await search(exchange, *charset, "HEADER", name, Astring(value))


async def _search(exchange: Exchange, *criteria: Argument) -> Iterable[Uid]:
    if exchange.capabilities & {"ESEARCH", "IMAP4REV2"}:
        criteria = ("RETURN", "(ALL)", *criteria)
    answer = await exchange.run("SEARCH", *criteria, prefix="UID")
    if answer.tagged.status != "OK":
        raise command_refused("list the messages", answer.tagged)
    with exchange.guard():
        most = min(exchange.watch.exists, uid_sets.MOST_MESSAGES)
        return map(Uid, _numbers(answer, most + _SLACK))


def _numbers(answer: Answer, at_most: int) -> list[int]:
    """Return the numbers of an answer in either form.

    An ESEARCH without ALL means no match (RFC 4731 §3.1). So does an OK alone, although a SEARCH
    without numbers is due (RFC 9051 §6.4.4): some servers leave it out. Who needs every message
    compares with the number of them. An ESEARCH for somebody else's tag only is no answer.
    """
    numbers: list[int] = []
    answered, astray = False, False
    for response in answer.responses:
        if isinstance(response, ESearch) and response.tag in {answer.tagged.tag, ""}:
            answered = True
            numbers.extend(uid_sets.expand(response.all or (), at_most))
        elif isinstance(response, Search):
            answered = True
            numbers.extend(response.numbers)
        elif isinstance(response, ESearch):
            astray = True
        if len(numbers) > 2 * at_most:
            raise ProtocolViolation(_TOO_MANY)
    if astray and not answered:
        raise ProtocolViolation("The mail server did not answer a search.")
    if numbers and not (min(numbers) >= 1 and max(numbers) <= uid_sets.LARGEST):
        raise ProtocolViolation("The mail server named a message number out of range.")
    return numbers
