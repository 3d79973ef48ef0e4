"""VexMail may die at every crash point that its source names, and goes on as if it had not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.crash_story import WITHOUT_MOVE, crash_story
from tests.support.crash_points import points_in_source
from tests.support.databases import TestDatabases
from tests.support.proof_stage import Stage, proof_stage
from vexmail.app.embedded import EmbeddedServers

POINTS = sorted(points_in_source())
# Died at in every run of the tests, since most can be lost or doubled there; at all in `chaos`.
OFTEN = ("delta.written", "move.done", "move.copied", "copy.done", "changes.committed")


@pytest_asyncio.fixture(scope="module")
async def stage(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """One database and one engine after the other for all points."""
    folder = tmp_path_factory.mktemp("crash")
    async with databases.fresh() as url, proof_stage(url, servers.redis_url, folder) as prepared:
        yield prepared


def test_every_point_has_a_name_of_its_own() -> None:
    assert [name for name, count in points_in_source().items() if count > 1] == []


async def test_the_story_comes_by_every_point(stage: Stage, tmp_path: Path) -> None:
    stage.engine.diary = tmp_path / "diary"
    for move in (True, False):
        async with crash_story(stage, move=move) as story:
            await story.play()
    stage.engine.diary = None

    assert sorted(set((tmp_path / "diary").read_text().split())) == POINTS


@pytest.mark.slow
@pytest.mark.parametrize("point", OFTEN)
async def test_a_death_at_a_dangerous_point_loses_and_doubles_nothing(
    stage: Stage, point: str
) -> None:
    await die(stage, point)


@pytest.mark.chaos
@pytest.mark.parametrize("point", POINTS)
async def test_a_death_at_any_point_loses_and_doubles_nothing(stage: Stage, point: str) -> None:
    await die(stage, point)


async def die(stage: Stage, point: str) -> None:
    """Play the story with a death at ``point``, and prove that it came."""
    async with crash_story(stage, move=point not in WITHOUT_MOVE) as story:
        await story.play(die_at=point)
    assert stage.engine.has_died_by_order, "nobody came by"
