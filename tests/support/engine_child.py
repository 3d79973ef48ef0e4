"""The sync engine and the worker in a process that may be killed; see ``mortal_engine``.

Runs in a child that was forked from a process which has imported everything already, so that a
new engine lives within a fraction of a second.
"""

import asyncio
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from structlog.typing import EventDict

from tests.support.databases import SECRET_KEY
from vexmail.app.container import container, redis_settings
from vexmail.app.crash_order import VARIABLE, obey_crash_order
from vexmail.app.settings import Settings
from vexmail.app.sync_tools import fleet_of
from vexmail.domain.ids import AccountId
from vexmail.imap.server import AioimaplibMailServer
from vexmail.jobs.worker_loop import WorkerLoop
from vexmail.sync.fleet import Fleet
from vexmail.usecases.find_unparsed import FindUnparsed

HURRY: Mapping[str, float] = {
    "vexmail.domain.backoff.FIRST_DELAY": 0.05,
    "vexmail.domain.backoff.LONGEST_DELAY": 0.4,
    "vexmail.domain.backoff.PERSON_DELAY": 0.5,
    "vexmail.store.driver._RETRY_AFTER": 0.2,
    "vexmail.imap.exchange.SILENCE": 2.0,
    "vexmail.sync.interactive.BURST": 0.3,
    "vexmail.sync.interactive.LONGEST_BURST": 0.6,
    "vexmail.sync.backfill.POLL_EVERY": 1.0,
    "vexmail.sync.mailbox_follower.IDLE_RESTART": 2.0,
    "vexmail.sync.intent_pusher.LOOK_AGAIN": 0.3,
    "vexmail.store.placeholders.FORGOTTEN_AFTER": 3,
    "vexmail.usecases.wishes.DELETE_GRACE": 0.0,
    "vexmail.jobs.worker_loop.SWEEP_EVERY": 1.0,
}
"""Waits that a test has no time for, by the constants that name them."""


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """What an engine is started with."""

    database_url: str
    redis_url: str
    data_dir: Path
    log_file: Path
    crash_order: str = ""
    """The file of an order to die; see ``vexmail.app.crash_order``."""


def hurry() -> None:
    """Shorten the waits of this process.

    Raises:
        AttributeError: a constant was renamed; then ``HURRY`` must be, too.
    """
    for path, value in HURRY.items():
        module, _, name = path.rpartition(".")
        place = importlib.import_module(module)
        getattr(place, name)
        setattr(place, name, value)


def run_engine(order: EngineOrder, pipe: Connection) -> None:
    """Run until killed, or until the test at the other end of ``pipe`` is gone."""
    hurry()
    with order.log_file.open("a", encoding="utf-8", buffering=1) as log:
        structlog.configure(
            processors=[
                _only_what_matters,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.processors.format_exc_info,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "event"]),
            ],
            logger_factory=structlog.PrintLoggerFactory(log),
        )
        os.environ[VARIABLE] = order.crash_order
        obey_crash_order()
        asyncio.run(_serve(order, pipe))


def _only_what_matters(_logger: object, level: str, event: EventDict) -> EventDict:
    if level == "debug":
        raise structlog.DropEvent
    return event


async def _serve(order: EngineOrder, pipe: Connection) -> None:
    settings = Settings(
        _env_file=None,
        database_url=order.database_url,
        redis_url=order.redis_url,
        secret_key=SECRET_KEY,
        vexmail_data_dir=order.data_dir,
    )
    async with container(settings, parser_children=1) as built:
        fleet, tools_for = fleet_of(built, AioimaplibMailServer(), alone=True)
        redis = redis_settings(built.runtime.redis_url)
        worker = WorkerLoop(redis, built.parse_messages, FindUnparsed(built.uow))
        asyncio.get_running_loop().add_reader(pipe.fileno(), _obey, pipe, fleet)
        async with asyncio.TaskGroup() as group:
            group.create_task(fleet.run(tools_for))
            group.create_task(worker.run())
            group.create_task(built.feed.run())
            pipe.send("ready")


def _obey(pipe: Connection, fleet: Fleet) -> None:
    try:
        verb, account_id = pipe.recv()
    except (EOFError, OSError):
        os._exit(0)
    match verb:
        case "push":
            fleet.push_intents(AccountId(account_id))
        case "sync":
            fleet.sync_now(AccountId(account_id))
        case _:
            fleet.accounts_changed()
