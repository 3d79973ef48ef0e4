"""Brings a new message to the demo inbox now and then, as the world would."""

import asyncio
import random

import structlog

from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.world import World
from vexmail.app.demo.mail_store import MailStore
from vexmail.app.demo.pace import DeliveryPace
from vexmail.ports.clock import Clock

_COUNT_NOTE = "delivered"
_ANSWER_AFTER = 8.0  # s; long enough to see one's own message in Sent first

log = structlog.get_logger()


class Postman:
    """Delivers the world's next message, again and again, once somebody has logged in."""

    def __init__(self, store: MailStore, world: World, pace: DeliveryPace, clock: Clock) -> None:
        """Deliver from ``world`` into ``store`` at ``pace``."""
        self._clock = clock
        self._store = store
        self._world = world
        self._pace = pace
        self._somebody_is_here = asyncio.Event()
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    def somebody_logged_in(self) -> None:
        """Start the round; later calls change nothing."""
        self._somebody_is_here.set()

    def sent_outside(self, raw: bytes) -> None:
        """Hear of a message the demo user sent into the world; it will be answered."""
        self._answers.put_nowait(raw)

    async def run(self) -> None:
        """Deliver until cancelled; returns at once when the pace says silence."""
        if self._pace.first_after <= 0:
            return
        await self._somebody_is_here.wait()
        wait = self._pace.first_after
        gaps = random.Random(self._world.seed)  # noqa: S311 - rhythm, not a secret
        while True:
            await self._wait(wait)
            if self._delivered_today() < self._pace.daily_cap:
                self._deliver()
            wait = gaps.uniform(*self._pace.every)

    async def _wait(self, seconds: float) -> None:
        """Let time pass; a message sent meanwhile is answered a little after it."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            try:
                async with asyncio.timeout_at(until):
                    raw = await self._answers.get()
            except TimeoutError:
                return
            await asyncio.sleep(min(_ANSWER_AFTER, self._pace.first_after))
            answer = self._world.answer(raw, self._clock.now())
            if answer is not None and self._delivered_today() < self._pace.daily_cap:
                self._put(answer)

    def _deliver(self) -> None:
        count = int(self._store.note(_COUNT_NOTE) or 0)
        now = self._clock.now()
        letter = self._world.arrival(count, now)
        with self._store.transaction():
            self._store.remember(_COUNT_NOTE, str(count + 1))
            self._put(letter)

    def _put(self, letter: Letter) -> None:
        received = int(self._clock.now().timestamp())
        with self._store.transaction():
            inbox = self._store.mailboxes["INBOX"]
            self._store.append(inbox, letter.render(), letter.flags, received)
            today = self._today()
            self._store.remember(today, str(self._delivered_today() + 1))
        log.debug("demo.delivered")

    def _delivered_today(self) -> int:
        return int(self._store.note(self._today()) or 0)

    def _today(self) -> str:
        return f"delivered {self._clock.now():%Y-%m-%d}"
