"""Whatever happens, in whatever order: at rest the mirror equals the server.

Replay a failure with the seed and the number of histories that it prints.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from tests.chaos.mirror_machine import MirrorMachine
from tests.support.databases import TestDatabases
from tests.support.dovecot import Dovecot
from tests.support.far_dovecot import FORMAT, OFFERS, DovecotFarSide
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
FEW_ON_DOVECOT = 4
HISTORIES_ON_DOVECOT = int(os.environ.get("VEXMAIL_CHAOS_HISTORIES", "100"))


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


class OnDovecot(MirrorMachine):
    """Against Dovecot, with all that it offers, with less, and with hardly anything."""

    dovecots: ClassVar[dict[str, Dovecot]]

    @override
    async def open_far(self, features: dict[str, bool]) -> FarSide:
        """Give a user of its own, behind a network that can fail."""
        offer = "all" if features["qresync"] else "condstore"
        dovecot = self.dovecots[offer if features["condstore"] else "nothing"]
        far = DovecotFarSide(dovecot, await FaultProxy(dovecot.port).__aenter__())
        await far.prepare()
        return far

    @override
    async def close_far(self, far: FarSide) -> None:
        """Leave."""
        assert isinstance(far, DovecotFarSide)
        await far.network.__aexit__(None, None, None)
        await far.close()


@contextmanager
def several_dovecots(folder: Path) -> Iterator[type[OnDovecot]]:
    """Start one for each kind of offer."""
    with ExitStack() as stack:
        running = {}
        for name, offer in OFFERS.items():
            dovecot = Dovecot(folder / name)
            # Where mail lies depends on the folder, which is known when it has started.
            dovecot.extra = FORMAT + offer
            running[name] = stack.enter_context(dovecot)

        class Here(OnDovecot):
            dovecots = running

        yield Here


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


@pytest.mark.slow
@pytest.mark.dovecot
def test_a_few_histories_on_dovecot_end_in_agreement(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> None:
    with several_dovecots(tmp_path) as machine:
        play(machine, databases, servers, tmp_path, FEW_ON_DOVECOT)


@pytest.mark.chaos
@pytest.mark.dovecot
@pytest.mark.timeout(7200)
def test_many_histories_on_dovecot_end_in_agreement(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> None:
    with several_dovecots(tmp_path) as machine:
        play(machine, databases, servers, tmp_path, HISTORIES_ON_DOVECOT)
