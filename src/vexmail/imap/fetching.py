"""Pipelined FETCH: two commands in flight, answers handed out while they arrive.

With one command at a time the connection is silent for a round trip after each batch; with two,
the server reads the next batch while we read this one. Rows are told apart by UID, as servers
may mix the answers of commands in flight (RFC 9051 §5.5).
"""

import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, Generic, TypeVar

import structlog

from vexmail.domain.errors import ProtocolViolation, VexMailError
from vexmail.domain.ids import Uid
from vexmail.domain.message import RemoteBody, RemoteMessage
from vexmail.imap import uid_sets
from vexmail.imap.connection import Running
from vexmail.imap.exchange import Exchange
from vexmail.imap.framer import Unit
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Condition, Continuation, Fetch
from vexmail.imap.wording import command_refused, is_temporary

log = structlog.get_logger(__name__)

DEPTH: Final = 2  # FETCHes in flight
MAX_REFUSALS: Final = 40  # halvings of refused batches before the whole call is given up
_FETCH_HEAD: Final = re.compile(rb"\* \d+ FETCH ", re.IGNORECASE)

# What may come beside a body, asked for or not (RFC 9051 §7.5.2 and extensions). A literal longer
# than the message swallows the beginning of the next answer, and the rest of that has odd names.
_ITEM: Final = re.compile(
    r"(?:UID|BODY\[\]|FLAGS|MODSEQ|RFC822\.SIZE|INTERNALDATE|ENVELOPE|BODYSTRUCTURE|BODY|EMAILID"
    r"|THREADID|SAVEDATE|PREVIEW|X-[A-Z0-9-]+)\Z"
)

Row = TypeVar("Row", RemoteMessage, RemoteBody)


class Pipeline(Generic[Row]):
    """Runs the FETCHes of one call.

    Args:
        exchange: the connection's dialogue.
        batches: UIDs per FETCH, in the order wanted.
        items: what to ask for.
        read: turns a unit into a row, or None for an answer that is not ours.
    """

    def __init__(
        self,
        exchange: Exchange,
        batches: Sequence[Sequence[Uid]],
        items: str,
        read: Callable[[Unit], Row | None],
    ) -> None:
        self._exchange = exchange
        self._waiting = deque(batches)
        self._items = items
        self._read: Callable[[Unit], Row | None] = read
        self._flying: deque[_Flight[Row]] = deque()
        self._refusal: VexMailError | None = None
        self._refusals = 0

    async def batches(self) -> AsyncIterator[list[Row]]:
        """Yield the rows of each batch once its command has ended; empty batches are left out."""
        with self._exchange.streaming():
            while self._launch():
                head = self._flying[0]
                while not head.landed:
                    flight, row = self._route(await self._exchange.next_unit())
                    if flight is not None and row is not None:
                        flight.rows.append(row)
                self._flying.popleft()
                self._launch()
                if head.rows:
                    yield head.rows
        self._raise_refusal()

    async def rows(self) -> AsyncIterator[Row]:
        """Yield rows as they arrive, so that no more than one is held."""
        with self._exchange.streaming():
            while self._launch():
                _, row = self._route(await self._exchange.next_unit())
                while self._flying and self._flying[0].landed:
                    self._flying.popleft()
                if row is not None:
                    yield row
        self._raise_refusal()

    def _raise_refusal(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    def _launch(self) -> bool:
        """Send what may be sent; tell whether anything is in flight."""
        while self._waiting and len(self._flying) < DEPTH and self._refusal is None:
            uids = self._waiting.popleft()
            running = self._exchange.connection.begin(
                "FETCH", uid_sets.format_set(uids), self._items, prefix="UID"
            )
            self._flying.append(_Flight(running, set(uids)))
        return bool(self._flying)

    def _route(self, unit: Unit) -> tuple["_Flight[Row] | None", Row | None]:
        """Return a wanted row with its command; anything else is dealt with here."""
        row = self._read(unit)
        if row is None:
            self._other(unit)
            return None, None
        for flight in self._flying:
            if row.uid in flight.missing:
                flight.missing.discard(row.uid)
                return flight, row
        return None, None  # nobody asked for it, or it came before

    def _other(self, unit: Unit) -> None:
        try:
            response = parse_response(unit)
        except ProtocolViolation:
            if not _FETCH_HEAD.match(unit[0]):
                raise
            log.warning("imap.fetch.row_unreadable", bytes=sum(map(len, unit)))
            return
        if isinstance(response, Condition) and response.tag:
            self._land(response)
        elif isinstance(response, Continuation):
            raise ProtocolViolation("The mail server waits for something we did not announce.")
        else:
            self._exchange.note(response)

    def _land(self, tagged: Condition) -> None:
        for flight in self._flying:
            if tagged.tag == flight.running.tag:
                flight.landed = True
                if tagged.status != "OK":
                    self._refused(flight, tagged)
                return

    def _refused(self, flight: "_Flight[Row]", tagged: Condition) -> None:
        """Halve a batch that was refused: one bad message must not cost the others."""
        self._refusals += 1
        temporary = is_temporary(tagged) and tagged.code != "SERVERBUG"
        if tagged.status == "BAD" or temporary or self._refusals > MAX_REFUSALS:
            self._refusal = command_refused("hand out messages", tagged)
        elif flight.size == 1:
            log.warning("imap.fetch.message_refused", code=tagged.code)
        else:
            missing = sorted(flight.missing, reverse=True)
            half = (len(missing) + 1) // 2
            self._waiting.extendleft(part for part in (missing[half:], missing[:half]) if part)


class _Flight(Generic[Row]):
    """One FETCH in flight and what came of it."""

    def __init__(self, running: Running, uids: set[Uid]) -> None:
        self.running = running
        self.size = len(uids)
        self.missing = uids
        self.rows: list[Row] = []
        self.landed = False


def read_body(unit: Unit) -> RemoteBody | None:
    """Return the whole message in a FETCH answer, or None where it is not one."""
    if len(unit) == 1 and b"BODY[]" not in unit[0]:
        return None
    try:
        response = parse_response(unit)
    except ProtocolViolation:
        return None  # the pipeline decides whether one answer is lost or the session
    if not isinstance(response, Fetch):
        return None
    if any(not _ITEM.match(name) for name in response.items):
        return None  # what looks like an item is the rest of another answer: see ``_ITEM``
    uid, raw = response.uid, response.items.get("BODY[]")
    return RemoteBody(Uid(uid), raw) if uid and isinstance(raw, bytes) else None
