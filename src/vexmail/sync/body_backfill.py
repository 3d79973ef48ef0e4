"""Brings the bodies that nobody waits for, newest first, in portions of bounded size."""

import contextlib
from collections import deque
from collections.abc import AsyncIterator
from itertools import groupby

from vexmail.domain.errors import MailboxGone, VexMailError
from vexmail.domain.ids import BlobId, MailboxId, MessageId, Uid, UidValidity
from vexmail.domain.intent import Place
from vexmail.ports.mail_server import MailSession
from vexmail.sync.lane import ConnectionWanted
from vexmail.sync.read_ahead import gathering, reading_ahead
from vexmail.sync.sync_state import AccountContext

PLACES_AT_ONCE = 1000  # asked from the store in one go, newest first
GROUP_COUNT = 200  # messages asked from the server between two safe points
GROUP_BYTES = 32 << 20  # bytes asked from the server between two safe points
FETCH_COUNT = 50  # messages of one FETCH: the server never waits for us to ask for more
STORE_COUNT = 100  # messages written to the blob store in one go
STORE_BYTES = 4 << 20  # bytes held before they are written; as many are read meanwhile

Portion = list[tuple[MessageId, bytes]]
Kept = list[tuple[MessageId, BlobId]]
Key = tuple[MailboxId, UidValidity, Uid]


class BodyBackfill:
    """Fetches over one session what the store says is missing."""

    def __init__(self, context: AccountContext, session: MailSession) -> None:
        self._context = context
        self._session = session
        self._tools = context.tools
        # Places that the server would not answer; asked again with the next session. What was
        # moved or numbered anew meanwhile lies in another place.
        self._refused: set[Key] = set()
        self._asked: dict[MessageId, Key] = {}
        self._selected: tuple[str, UidValidity] | None = None

    async def bring(self) -> None:
        """Fetch until nothing is missing, until new mail wants a look, or the day's share is spent.

        The server reads on while we store what it sent, and we store while we record: none of the
        three waits for another between groups of messages, where all of them would stand still.

        Raises:
            ConnectionWanted: another lane needs the connection.
            VexMailError: why the session ended.
        """
        self._selected = None  # others used the session meanwhile
        self._asked.clear()
        async with (
            reading_ahead(_portions(self._bodies())) as portions,
            gathering(self._put(portions)) as stored,
        ):
            async for several in stored:
                kept = [one for portion in several for one in portion]
                await self._context.let_person_first()
                await self._tools.store_bodies.record(self._context.id, kept)
                self._refused.difference_update(self._asked.pop(i) for i, _ in kept)
                if self._context.daily_bytes is None:  # else counted before each group is chosen
                    await self._context.record_downloads()

    async def _groups(self) -> AsyncIterator[list[Place]]:
        """Choose what to ask for, one mailbox at a time; between two groups others may go first."""
        context, last = self._context, None
        while True:
            found = await self._tools.plan.missing_bodies(context.id, PLACES_AT_ONCE, last)
            last = found.last
            if last is None:
                return
            todo = {p.message_id: p for p in found.places if _key(p) not in self._refused}
            by_mailbox = sorted(todo.values(), key=lambda p: p.mailbox_id)
            for _, places in groupby(by_mailbox, key=lambda p: p.mailbox_id):
                waiting = deque(places)
                while waiting:
                    room = await context.room_for_bodies()
                    if not room:
                        return
                    yield _take(waiting, min(GROUP_BYTES, room))
                    context.connections.give_way(self._session)
                    if context.signals.work.is_set():
                        return

    async def _bodies(self) -> AsyncIterator[tuple[MessageId, bytes]]:
        """Fetch group after group."""
        async for places in self._groups():
            keys = {p.message_id: _key(p) for p in places}
            self._asked.update(keys)
            self._refused.update(keys.values())
            if await self._is_selected(places[0]):
                ids = {p.uid: p.message_id for p in places}
                async for body in self._session.fetch_bodies(list(ids), batch=FETCH_COUNT):
                    if body.uid in ids:
                        yield ids[body.uid], body.raw

    async def _put(self, portions: AsyncIterator[Portion]) -> AsyncIterator[Kept]:
        """Store bytes while earlier ones are recorded."""
        async for portion in portions:
            await self._context.let_person_first()  # which soon stops the reading, too
            yield await self._tools.store_bodies.put(portion)

    async def _is_selected(self, place: Place) -> bool:
        """Open a place's mailbox unless it is open; a large one takes a server its time."""
        wanted = (place.wire_name, place.uid_validity)
        if self._selected != wanted:
            self._selected = None
            with contextlib.suppress(MailboxGone):
                opened = await self._session.select(place.wire_name, read_only=True)
                self._selected = (place.wire_name, opened.uid_validity)
        return self._selected == wanted


async def _portions(bodies: AsyncIterator[tuple[MessageId, bytes]]) -> AsyncIterator[Portion]:
    """Gather bodies into portions that are worth a transaction and no burden on memory.

    What came before a session ended is not fetched again: it is a portion before the error is
    raised.
    """
    portion: Portion = []
    size = 0
    ending: Exception | None = None
    try:
        async for message_id, raw in bodies:
            portion.append((message_id, raw))
            size += len(raw)
            if len(portion) >= STORE_COUNT or size >= STORE_BYTES:
                yield portion
                portion, size = [], 0
    except (ConnectionWanted, VexMailError) as reason:
        ending = reason
    if portion:
        yield portion
    if ending is not None:
        raise ending


def _take(places: deque[Place], most_bytes: int) -> list[Place]:
    """Take the first places, at least one, so that they are no more bytes than this."""
    taken = [places.popleft()]
    size = taken[0].size
    while places and len(taken) < GROUP_COUNT and size + places[0].size <= most_bytes:
        size += places[0].size
        taken.append(places.popleft())
    return taken


def _key(place: Place) -> Key:
    return place.mailbox_id, place.uid_validity, place.uid
