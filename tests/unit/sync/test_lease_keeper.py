"""The keeper stops its crew in time, whatever keeps it from renewing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from tests.support.waiting import eventually
from vexmail.domain.errors import LeaseLost
from vexmail.domain.ids import AccountId, ProcessId
from vexmail.sync.lease_keeper import LeaseKeeper
from vexmail.usecases.hold_leases import Beat

TERM = 20.0
NOTHING = Beat(
    held=(), give=0, is_short=False, buried=(), next_expiry=None, with_wishes=(), asked=()
)


@dataclass
class HandClock:
    """Moves when told."""

    seconds: float = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Register:
    """Stands in for the database's side; ``answer`` is what a beat does."""

    term: float = TERM
    beats: int = 0
    joined: list[ProcessId] = field(default_factory=list)
    given: list[AccountId] = field(default_factory=list)
    left: list[ProcessId] = field(default_factory=list)
    answer: Callable[[], Awaitable[Beat | None]] = field(default=lambda: _answer(NOTHING))

    async def join(self, process: ProcessId, name: str, *, alone: bool = False) -> None:
        self.joined.append(process)

    async def beat(self, process: ProcessId) -> Beat | None:
        self.beats += 1
        return await self.answer()

    async def give(self, process: ProcessId, account_ids: Sequence[AccountId]) -> None:
        self.given += account_ids

    async def leave(self, process: ProcessId) -> None:
        self.left.append(process)


@dataclass
class Sailors:
    """Remembers what the keeper said."""

    orders: list[str] = field(default_factory=list)

    async def run_these(self, beat: Beat) -> None:
        self.orders.append("run")

    async def stop_some(self, count: int) -> Sequence[AccountId]:
        self.orders.append(f"stop {count}")
        return [AccountId(n) for n in range(count)]

    async def stop_all(self) -> None:
        self.orders.append("stop all")


async def _answer(beat: Beat | None) -> Beat | None:
    return beat


async def _refuse() -> Beat | None:
    raise ConnectionError("the database is away")


async def _hang() -> Beat | None:
    await asyncio.Event().wait()
    return None


@dataclass
class Ship:
    """A keeper with everything it works with."""

    clock: HandClock = field(default_factory=HandClock)
    register: Register = field(default_factory=Register)
    crew: Sailors = field(default_factory=Sailors)
    told: list[str] = field(default_factory=list)
    keeper: LeaseKeeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = LeaseKeeper(self.register, self.clock, "test:1", alone=False)  # type: ignore[arg-type]  # a stand-in
        self.keeper.on_given = lambda: self.told.append("given")

    async def ordered(self, order: str) -> None:
        async def is_last() -> bool:
            return self.crew.orders[-1:] == [order]

        await eventually(is_last, what=f"the order {order!r}")


@asynccontextmanager
async def sailing() -> AsyncIterator[Ship]:
    ship = Ship()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(ship.keeper.run(ship.crew))
        await ship.ordered("run")
        yield ship
        running.cancel()


def test_nothing_is_permitted_before_the_first_beat():
    with pytest.raises(LeaseLost):
        Ship().keeper.permit()


async def test_the_permit_ends_before_the_lease_does():
    async with sailing() as ship:
        ship.keeper.permit()
        ship.clock.seconds += TERM * 0.8
        ship.keeper.permit()
        ship.clock.seconds += TERM * 0.1

        with pytest.raises(LeaseLost):
            ship.keeper.permit()


async def test_a_renewal_prolongs_the_permit():
    async with sailing() as ship:
        ship.clock.seconds += TERM * 0.8
        before = ship.register.beats
        ship.keeper.wake()

        async def renewed() -> bool:
            return ship.register.beats > before and len(ship.crew.orders) >= 2

        await eventually(renewed, what="a beat")
        ship.clock.seconds += TERM * 0.8
        ship.keeper.permit()


async def test_the_time_a_renewal_took_counts():
    async with sailing() as ship:

        async def slow() -> Beat | None:
            ship.clock.seconds += TERM  # stood still between asking and hearing
            return NOTHING

        ship.register.answer = slow
        ship.keeper.wake()

        async def heard() -> bool:
            return len(ship.crew.orders) >= 2

        await eventually(heard, what="a beat")
        with pytest.raises(LeaseLost):
            ship.keeper.permit()


async def test_a_short_outage_of_the_database_stops_nobody():
    async with sailing() as ship:
        ship.register.answer = _refuse
        before = ship.register.beats
        ship.keeper.wake()

        async def tried() -> bool:
            return ship.register.beats >= before + 2

        await eventually(tried, what="two more tries")
        assert "stop all" not in ship.crew.orders
        ship.keeper.permit()


async def test_an_outage_as_long_as_the_lease_stops_everybody_and_ends_with_a_new_start():
    async with sailing() as ship:
        ship.register.answer = _refuse
        ship.clock.seconds += TERM
        ship.keeper.wake()
        await ship.ordered("stop all")

        ship.register.answer = lambda: _answer(NOTHING)

        await ship.ordered("run")
        ship.keeper.permit()


async def test_a_database_that_never_answers_stops_everybody_in_time():
    ship = Ship()
    ship.register.term = 1.0
    async with asyncio.TaskGroup() as group:
        running = group.create_task(ship.keeper.run(ship.crew))
        await ship.ordered("run")
        ship.register.answer = _hang
        ship.keeper.wake()

        async def waits() -> bool:
            return ship.register.beats >= 2

        await eventually(waits, what="a beat that hangs")
        ship.clock.seconds += 1.0

        await ship.ordered("stop all")
        running.cancel()


async def test_who_was_buried_stops_everybody_and_begins_a_new_life():
    async with sailing() as ship:
        answers = [NOTHING, None]

        async def once_dead() -> Beat | None:
            return answers.pop() if answers else NOTHING

        ship.register.answer = once_dead
        ship.keeper.wake()

        async def reborn() -> bool:
            return len(set(ship.register.joined)) == 2 and ship.crew.orders[-1] == "run"

        await eventually(reborn, what="another life")
        assert ship.crew.orders[:3] == ["run", "stop all", "run"]


async def test_what_is_given_was_stopped_and_is_told():
    async with sailing() as ship:
        gives = [replace(NOTHING, give=2)]

        async def give_once() -> Beat | None:
            return gives.pop() if gives else NOTHING

        ship.register.answer = give_once
        ship.keeper.wake()

        async def given() -> bool:
            return ship.told == ["given"]

        await eventually(given, what="the word that accounts are free")
        assert "stop 2" in ship.crew.orders
        assert ship.register.given == [AccountId(0), AccountId(1)]


async def test_leaving_is_told_and_permits_nothing_more():
    async with sailing() as ship:
        pass

    await ship.keeper.leave()

    assert ship.register.left == ship.register.joined
    assert ship.told == ["given"]
    with pytest.raises(LeaseLost):
        ship.keeper.permit()
