"""The web process: the application with its services, and the fleet in the same loop."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

import vexmail
from vexmail.app.collector import relax_collector
from vexmail.app.container import Container, container
from vexmail.app.demo_host import DemoHost
from vexmail.app.settings import Settings
from vexmail.app.sync_tools import fleet_of
from vexmail.domain.ids import UserId
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.imap.server import AioimaplibMailServer
from vexmail.jobs.worker_loop import HEARTBEAT_KEY
from vexmail.store.queries import fleet
from vexmail.usecases.act_on_emails import ActOnEmails
from vexmail.usecases.answer_once import AnswerOnce
from vexmail.usecases.change_mailboxes import ChangeMailboxes
from vexmail.usecases.import_email import ImportEmail
from vexmail.usecases.manage_accounts import AccountDetails, ManageAccounts
from vexmail.usecases.open_message import OpenMessage
from vexmail.usecases.read_attachment import ReadAttachment
from vexmail.usecases.reconsider_wishes import ReconsiderWishes
from vexmail.usecases.record_intent import RecordIntent
from vexmail.usecases.sign_in import SignIn
from vexmail.usecases.undo_operation import UndoOperation
from vexmail.usecases.watch_mailbox import WatchMailbox
from vexmail.web.application import application
from vexmail.web.change_stream import ChangeTails
from vexmail.web.services import WebServices
from vexmail.web.static_files import StaticFiles

_IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}  # RFC 8314 §3.2, RFC 9051 §2.1


def create_app(settings: Settings, *, demo: bool = False, alone: bool = False) -> FastAPI:
    """Return the application; servers are reached only once its lifespan starts.

    Args:
        settings: name every server, as those from ``settle`` do.
        demo: start the demo mail server and its account with the application.
        alone: no other web process can be working on this database.
    """

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[WebServices]:
        async with (
            container(settings, parser_children=1) as built,
            _Web(built, alone=alone).serve(app, demo=demo) as services,
        ):
            relax_collector()
            yield services

    return application(version("vexmail"), running)


class _Web:
    """Builds and runs what only the web process has."""

    def __init__(self, built: Container, *, alone: bool) -> None:
        self._built = built
        self._server = AioimaplibMailServer(ssl.create_default_context())
        self._fleet, self._tools_for = fleet_of(built, self._server, alone=alone)
        self._accounts = ManageAccounts(built.uow, self._server, built.box, self._fleet)
        self._sign_in = SignIn(built.uow, built.clock)

    @asynccontextmanager
    async def serve(self, app: FastAPI, *, demo: bool) -> AsyncIterator[WebServices]:
        built = self._built
        owner = await self._sign_in.owner()
        token = built.settings.vexmail_token
        await self._sign_in.accept_environment_token(token.get_secret_value() if token else None)
        await self._add_environment_account(owner.id)
        demo_host = DemoHost(built.runtime.data_dir / "demo", self._accounts)
        app.state.startup_link = await self._startup_link()
        async with asyncio.TaskGroup() as group:
            background = [
                group.create_task(demo_host.run(owner.id), name="demo"),
                group.create_task(built.feed.run(), name="feed"),
                group.create_task(self._fleet.run(self._tools_for), name="fleet"),
            ]
            try:
                if demo:
                    await demo_host.ensure(owner.id)
                yield self._services(demo_host)
            finally:
                for task in background:
                    task.cancel()

    def _services(self, demo_host: DemoHost) -> WebServices:
        built = self._built
        public_url = built.settings.vexmail_public_url or ""
        messages = OpenMessage(built.reader, built.uow, self._fleet, built.blobs, built.parser)
        return WebServices(
            reader=built.reader,
            clock=built.clock,
            sync=self._fleet,
            accounts=self._accounts,
            intents=RecordIntent(built.uow, self._fleet),
            messages=messages,
            actions=ActOnEmails(built.uow, self._fleet),
            undo=UndoOperation(built.uow, self._fleet),
            wishes=ReconsiderWishes(built.uow, self._fleet),
            mailboxes=ChangeMailboxes(built.uow, self._fleet),
            watch_mailbox=WatchMailbox(built.uow, self._fleet),
            imports=ImportEmail(built.uow, self._fleet, built.blobs, built.parser, built.clock),
            once=AnswerOnce(built.uow, built.runtime.secret_key),
            attachments=ReadAttachment(built.reader, messages, built.parser),
            sign_in=self._sign_in,
            tails=ChangeTails(built.reader, built.feed),
            probes={
                "database": self._database,
                "redis": self._redis,
                "worker": self._worker,
                "storage": self._storage,
                "sync": self._sync,
            },
            start_demo=demo_host.start,
            static=StaticFiles(Path(vexmail.__file__).parent / "static"),
            version=version("vexmail"),
            process=self._fleet.name,
            started_at=built.clock.monotonic(),
            secure_cookies=public_url.startswith("https://"),
        )

    async def _add_environment_account(self, owner: UserId) -> None:
        """Keep the account that IMAP_SERVER, EMAIL_USER and EMAIL_PASS describe."""
        settings = self._built.settings
        if not (settings.imap_server and settings.email_user and settings.email_pass):
            return
        port = settings.imap_port or _IMAP_PORTS[settings.imap_security]
        address = ServerAddress(settings.imap_server, port, Security(settings.imap_security))
        await self._accounts.ensure(
            owner,
            AccountDetails(
                email=settings.email_user,
                name="",
                imap=address,
                credentials=Credentials(
                    settings.email_user, settings.email_pass.get_secret_value()
                ),
                followed_mailbox=settings.imap_mailbox,
            ),
        )

    async def _startup_link(self) -> str:
        """Return a sign-in link for the console, or nothing where others may read the log.

        On a machine of one's own every start prints one; a server prints one only until
        somebody has signed in.
        """
        if not _is_loopback(self._built.settings.vexmail_host) and (
            await self._sign_in.has_been_used()
        ):
            return ""
        path = f"/welcome#{await self._sign_in.make_link()}"
        public_url = self._built.settings.vexmail_public_url
        return f"{public_url}{path}" if public_url else path

    async def _database(self) -> str:
        async with self._built.reader() as driver:
            return f"PostgreSQL {await driver.fetchval('SHOW server_version')}"

    async def _redis(self) -> str:
        info = await self._built.redis.info("server")
        return f"Redis protocol {info.get('redis_version', 'unknown')}"

    async def _worker(self) -> str:
        beat = await self._built.redis.get(HEARTBEAT_KEY)
        if beat is None:
            raise ConnectionError("The worker shows no sign of life; bodies are not read.")
        return "working"

    async def _storage(self) -> str:
        await self._built.blobs.check()
        return "local folder"

    async def _sync(self) -> str:
        async with self._built.reader() as driver:
            all_in_all = await fleet.census(driver)
        here, waiting = self._fleet.size, all_in_all.waiting
        elsewhere = max(0, all_in_all.accounts - waiting - here)
        return (
            f"{here} accounts run here, {elsewhere} elsewhere, {waiting} wait;"
            f" {all_in_all.processes} web processes in all"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
