"""Whichever call to the world outside fails, once or for a while: the mirror ends equal."""

import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.crash_story import crash_story
from tests.support.databases import TestDatabases
from tests.support.proof_stage import Stage, proof_stage
from vexmail.app.embedded import EmbeddedServers

A_WHILE = 12  # calls in a row that fail
EVERY = int(os.environ.get("VEXMAIL_CHAOS_EVERY", "3"))  # calls between two that are tried


@pytest_asyncio.fixture
async def stage(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> AsyncIterator[Stage]:
    """An engine whose ports can be broken."""
    async with databases.fresh() as url, proof_stage(url, servers.redis_url, tmp_path) as prepared:
        yield prepared


@pytest.mark.slow
@pytest.mark.parametrize(("call", "times"), [(30, 1), (75, A_WHILE)])
async def test_a_failed_call_loses_and_doubles_nothing(
    stage: Stage, tmp_path: Path, call: int, times: int
) -> None:
    assert await fail(stage, tmp_path, call, times) == times


@pytest.mark.chaos
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("times", [1, A_WHILE])
async def test_any_failed_call_loses_and_doubles_nothing(
    stage: Stage, tmp_path: Path, times: int
) -> None:
    for call in itertools.count(1, EVERY):
        failed = await fail(stage, tmp_path, call, times)
        print(f"call {call}: {failed} failed")  # noqa: T201 - which one it was, if it goes wrong
        if not failed:
            assert call > 100, "hardly anything was called"
            return


async def fail(stage: Stage, folder: Path, call: int, times: int) -> int:
    """Play the story with calls that fail from this one on; answer how many did."""
    engine = stage.engine
    engine.failing = call, call + times - 1
    engine.failures = folder / f"failures-{call}"
    engine.failures.touch()
    async with crash_story(stage, move=call % 2 == 0) as story:
        await story.play()
    return len(engine.failures.read_bytes())
