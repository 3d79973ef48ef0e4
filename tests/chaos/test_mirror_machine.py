"""Whatever happens, in whatever order: at rest the mirror equals the server.

Replay a failure with the seed and the number of histories that it prints.
"""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from tests.chaos.mirror_machine import MirrorMachine
from tests.support.databases import TestDatabases
from tests.support.far_live import LiveFarSide
from tests.support.far_side import FarSide
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.proof_stage import proof_stage
from vexmail.app.embedded import EmbeddedServers

SEED = int(os.environ.get("VEXMAIL_CHAOS_SEED", "3"))
HISTORIES = int(os.environ.get("VEXMAIL_CHAOS_HISTORIES", "300"))
STEPS = int(os.environ.get("VEXMAIL_CHAOS_STEPS", "30"))
FEW = 12


def play(
    machine: type[MirrorMachine],
    databases: TestDatabases,
    servers: EmbeddedServers,
    folder: Path,
    histories: int,
) -> None:
    """Play histories on one stage; they all start from the seed."""

    class Played(machine):  # type: ignore[misc, valid-type]  # a class of its own for its stage
        spent: list[float] = []  # noqa: RUF012 - filled by the machine

    with asyncio.Runner() as runner:
        database = databases.fresh()
        url = runner.run(database.__aenter__())
        stage = proof_stage(url, servers.redis_url, folder)
        try:
            Played.stage = runner.run(stage.__aenter__())
            Played.runner = runner
            Played.stage.engine.start()
            print(  # noqa: T201 - how to replay a failure
                f"\nreplay: VEXMAIL_CHAOS_SEED={SEED} VEXMAIL_CHAOS_HISTORIES={histories}"
                f" VEXMAIL_CHAOS_STEPS={STEPS} .venv/bin/python -m pytest -s {__file__} -k few"
            )
            run_state_machine_as_test(
                seed(SEED)(Played),
                settings=settings(
                    max_examples=histories,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    # What is timed by a real server does not shrink: a seed says enough.
                    phases=[Phase.generate],
                    print_blob=False,
                    verbosity=Verbosity.normal,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(stage.__aexit__(None, None, None))
            runner.run(database.__aexit__(None, None, None))
    print(f"{len(Played.spent)} histories in {sum(Played.spent):.1f} s")  # noqa: T201 - asked for


class OnTheLiveServer(MirrorMachine):
    """Against the in-memory server."""

    @override
    async def open_far(self, features: dict[str, bool]) -> FarSide:
        """Start one behind a network that can fail."""
        server = await LiveMailbox(**features).__aenter__()  # type: ignore[arg-type]  # names drawn by us
        return LiveFarSide(server, await FaultProxy(server.port).__aenter__())

    @override
    async def close_far(self, far: FarSide) -> None:
        """Stop both."""
        assert isinstance(far, LiveFarSide)
        await far.network.__aexit__(None, None, None)
        await far.server.__aexit__(None, None, None)


@pytest.mark.slow
def test_a_few_histories_end_in_agreement(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> None:
    play(OnTheLiveServer, databases, servers, tmp_path, FEW)


@pytest.mark.chaos
@pytest.mark.timeout(7200)
def test_many_histories_end_in_agreement(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> None:
    play(OnTheLiveServer, databases, servers, tmp_path, HISTORIES)
