"""The sync engine and the worker in a process that may be killed; see ``mortal_engine``.

Runs in a child that was forked from a process which has imported everything already, so that a
new engine lives within a fraction of a second.
"""

import asyncio
import importlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from structlog.typing import EventDict

from tests.support.databases import SECRET_KEY
from tests.support.failing_ports import CallCount, FailingBlobs, FailingServer, failing_uow
from vexmail.app.container import Container, container
from vexmail.app.crash_order import VARIABLE, obey_crash_order
from vexmail.app.settings import Settings
from vexmail.app.sync_tools import fleet_of
from vexmail.domain.crash_points import on_crash_points
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import AccountId, MailboxId, MessageId
from vexmail.imap.server import AioimaplibMailServer
from vexmail.jobs.worker_loop import WorkerLoop
from vexmail.ports.mail_server import MailServer
from vexmail.sync.fleet import Fleet
from vexmail.usecases.act_on_emails import Action, ActOnEmails, Request
from vexmail.usecases.change_mailboxes import ChangeMailboxes
from vexmail.usecases.find_unparsed import FindUnparsed
from vexmail.usecases.import_email import ImportEmail
from vexmail.usecases.parse_messages import ParseMessages
from vexmail.usecases.purge_orphans import PurgeOrphans
from vexmail.usecases.record_intent import RecordIntent
from vexmail.usecases.sign_in import SignIn
from vexmail.usecases.undo_operation import UndoOperation

HURRY: Mapping[str, float] = {
    "vexmail.domain.backoff.FIRST_DELAY": 0.05,
    "vexmail.domain.backoff.LONGEST_DELAY": 0.4,
    "vexmail.domain.backoff.PERSON_DELAY": 0.5,
    "vexmail.store.driver._RETRY_AFTER": 0.2,
    "vexmail.imap.exchange.SILENCE": 2.0,
    "vexmail.sync.interactive.BURST": 0.3,
    "vexmail.sync.interactive.LONGEST_BURST": 0.6,
    "vexmail.sync.interactive.OTHERS_TURN": 0.2,
    "vexmail.sync.interactive.LONGEST_TURN": 3.0,
    "vexmail.sync.backfill.LINGER": 0.5,
    "vexmail.sync.mailbox_watch.SURVEY_EVERY": 1.0,
    "vexmail.sync.mailbox_watch.SURVEY_SHARE": 2.0,
    "vexmail.sync.mailbox_watch.SURVEY_BESIDE_NOTIFY": 2.0,
    "vexmail.sync.mailbox_watch.IDLE_RESTART": 2.0,
    "vexmail.sync.mailbox_survey.FLAGS_EVERY": 1.0,
    "vexmail.domain.sync_plan.FLAGS_EVERY": 1.0,
    "vexmail.sync.intent_pusher.LOOK_AGAIN": 0.3,
    "vexmail.store.placeholders.FORGOTTEN_AFTER": 3,
    "vexmail.usecases.wishes.DELETE_GRACE": 0.0,
    "vexmail.jobs.worker_loop.SWEEP_EVERY": 1.0,
    "vexmail.usecases.reset_mailbox.RESYNCS_A_DAY": 1000,
}
"""Waits that a test has no time for, and limits that it must pass, by their constants."""

Act = tuple[int, FlagEdit | Request | Action | str | bytes]
"""Mark one message, act on it, or act on it and take that back; with text, create a mailbox of
that name for an account; with bytes, add them to a mailbox."""


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """What an engine is started with."""

    database_url: str
    redis_url: str
    data_dir: Path
    log_file: Path
    crash_order: str = ""
    """The file of an order to die; see ``vexmail.app.crash_order``."""
    diary: str = ""
    """The file to which the names of crash points are written that were passed."""
    failing: tuple[int, int] = (0, 0)
    """Which calls of ports fail, from the first to the last; see ``failing_ports``."""
    failures: str = ""
    """The file to which a letter is written for each of them."""


class NobodyWoken:
    """Stands where the engine would be woken: it finds what there is to do by itself."""

    def accounts_changed(self) -> None:
        """Do nothing."""

    def sync_now(self, account_id: AccountId) -> None:
        """Do nothing."""

    def push_intents(self, account_id: AccountId) -> None:
        """Do nothing."""

    async def fetch_body(self, account_id: AccountId, message_id: MessageId) -> None:
        """Do nothing."""


def hurry_is_known() -> None:
    """Return if every constant of ``HURRY`` is there.

    Raises:
        AttributeError: one was renamed; then it must be in ``HURRY``, too.
    """
    for path in HURRY:
        module, _, name = path.rpartition(".")
        getattr(importlib.import_module(module), name)


def hurry() -> None:
    """Shorten the waits of this process."""
    hurry_is_known()
    for path, value in HURRY.items():
        module, _, name = path.rpartition(".")
        setattr(importlib.import_module(module), name, value)


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
        _listen(order)
        asyncio.run(_serve(order, pipe))


def run_acts(order: EngineOrder, acts: Sequence[Act]) -> None:
    """Do what a user wants, one act after the other, and end; nobody is woken for it."""
    hurry()
    _listen(order)
    asyncio.run(_act(order, acts))


def _only_what_matters(_logger: object, level: str, event: EventDict) -> EventDict:
    if level == "debug":
        raise structlog.DropEvent
    return event


def _listen(order: EngineOrder) -> None:
    if order.diary:
        diary = os.open(order.diary, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

        def write_down(name: str) -> None:
            os.write(diary, f"{name}\n".encode())

        on_crash_points(write_down)
    os.environ[VARIABLE] = order.crash_order
    obey_crash_order()


async def _act(order: EngineOrder, acts: Sequence[Act]) -> None:
    async with container(_settings(order), parser_children=1) as built:
        owner = (await SignIn(built.uow, built.clock).owner()).id
        batch = ActOnEmails(built.uow, NobodyWoken())
        single = RecordIntent(built.uow, NobodyWoken())
        undo = UndoOperation(built.uow, NobodyWoken())
        create = ChangeMailboxes(built.uow, NobodyWoken()).create
        add = ImportEmail(built.uow, NobodyWoken(), built.blobs, built.parser, built.clock)
        for key, what in acts:
            match what:
                case FlagEdit():
                    await single(owner, MessageId(key), what)
                case Request():
                    await batch(owner, [MessageId(key)], what)
                case Action():
                    done = await batch(owner, [MessageId(key)], Request(what))
                    await undo(owner, done.operation_id)
                case bytes():
                    await add(owner, MailboxId(key), what)
                case str():
                    await create(owner, AccountId(key), what, None)


def _settings(order: EngineOrder) -> Settings:
    return Settings(
        _env_file=None,
        database_url=order.database_url,
        redis_url=order.redis_url,
        secret_key=SECRET_KEY,
        vexmail_data_dir=order.data_dir,
    )


def _breakable(order: EngineOrder, whole: Container) -> tuple[Container, MailServer]:
    """Return ports that fail as ordered."""
    server = AioimaplibMailServer()
    if not order.failures:
        return whole, server
    diary = os.open(order.failures, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    count = CallCount(*order.failing, diary)
    uow = failing_uow(whole.uow, count)
    blobs = FailingBlobs(whole.runtime.data_dir / "blobs")
    blobs.count = count
    parse = ParseMessages(uow, blobs, whole.parser)
    built = replace(whole, uow=uow, blobs=blobs, parse_messages=parse)
    return built, FailingServer(server, count)


async def _serve(order: EngineOrder, pipe: Connection) -> None:
    async with container(_settings(order), parser_children=1) as whole:
        built, server = _breakable(order, whole)
        fleet, tools_for = fleet_of(built, server, alone=True)
        find = FindUnparsed(built.uow)
        purge = PurgeOrphans(built.uow, built.blobs)
        worker = WorkerLoop(built.runtime.redis_url, built.parse_messages, find, purge)
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
