"""A lane that lost its connection comes back, sooner the longer it had held."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.integration.usecases.desk import Desk, lane_context
from vexmail.domain.backoff import STABLE_AFTER
from vexmail.domain.errors import ConnectionLost, TransientError
from vexmail.domain.ids import MessageId
from vexmail.sync import sync_state
from vexmail.sync.account_runner import AccountRunner
from vexmail.sync.lane import Lane
from vexmail.sync.sync_state import BodyRequest


class ManualClock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.seconds


async def waits_of(desk: Desk, folder: Path, *, held_for: float) -> list[float]:
    """Return the waits after three connections of a lane that each held so long."""
    clock, rounds = ManualClock(), 0
    context = await lane_context(desk, 1, folder)
    tools = replace(context.tools, clock=clock)
    runner = AccountRunner(context.account, tools, context.signals)
    enough = asyncio.Event()

    async def connection() -> None:
        nonlocal rounds
        rounds += 1
        if rounds > 3:
            enough.set()
            await asyncio.Event().wait()
        clock.seconds += held_for
        raise ConnectionLost("The connection ended.")

    with capture_logs() as logs:
        async with asyncio.TaskGroup() as group:
            lane = group.create_task(runner._lane(Lane.INTERACTIVE, connection))
            async with asyncio.timeout(30):
                await enough.wait()
            lane.cancel()
    return [entry["retry_in_s"] for entry in logs if entry["event"] == "sync.lane_down"]


async def test_a_connection_that_held_for_long_is_opened_again_soon(
    desk: Desk, tmp_path: Path
) -> None:
    waits = await waits_of(desk, tmp_path, held_for=STABLE_AFTER)

    assert len(waits) == 3
    assert max(waits) <= 1.0


async def test_connections_that_end_at_once_are_opened_ever_more_slowly(
    desk: Desk, tmp_path: Path
) -> None:
    first, second, third = await waits_of(desk, tmp_path, held_for=0.0)

    assert first <= 1.0 <= second <= 2.0 <= third <= 4.0


@pytest.mark.parametrize("lane", [Lane.INTERACTIVE, Lane.BACKFILL])
async def test_the_wait_of_a_failed_lane_ends_when_somebody_asks(
    desk: Desk, tmp_path: Path, lane: Lane
) -> None:
    context = await lane_context(desk, 1, tmp_path)
    runner = AccountRunner(context.account, context.tools, context.signals)
    rounds = asyncio.Queue[int]()

    async def connection() -> None:
        rounds.put_nowait(1)
        raise TransientError("Come back in an hour.", retry_after=3600)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(runner._lane(lane, connection))
        async with asyncio.timeout(30):
            await rounds.get()
            while rounds.empty():  # until the lane waits, a click is not for its next round
                signals = context.signals
                (signals.interactive if lane is Lane.INTERACTIVE else signals.sync_now).set()
                await asyncio.sleep(0.01)
        task.cancel()


async def test_the_backfill_lets_a_person_go_first_but_not_for_ever(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_state, "MOST_COURTESY", 0.5)
    context = await lane_context(desk, 1, tmp_path)
    loop = asyncio.get_running_loop()
    await context.let_person_first()  # nobody is there
    context.signals.requests.append(BodyRequest(MessageId(1), loop.create_future()))

    began = loop.time()
    await context.let_person_first()
    assert loop.time() - began >= 0.4, "somebody waits for a message"

    context.signals.requests.clear()
    context.signals.served_at = began = loop.time()
    await context.let_person_first()
    assert loop.time() - began >= sync_state.READING_TAKES, "what came is still being read"
