"""Runs the demo mail server beside the web process and keeps its account up to date."""

import asyncio
from pathlib import Path

import structlog

from vexmail.app.demo.demo_state import DemoAccount
from vexmail.app.demo.servers import DemoMailServers, DemoStartError
from vexmail.domain.change import Json
from vexmail.domain.errors import Conflict, TransientError
from vexmail.domain.ids import UserId
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.usecases.manage_accounts import AccountDetails, ManageAccounts

log = structlog.get_logger(__name__)

RESTART_PAUSE = 2.0  # seconds between the end of the demo's process and its next start


class DemoHost:
    """Starts the demo when somebody asks for it or has asked before, and again if it dies.

    ``run`` must be running for the other calls to come to an end.
    """

    def __init__(self, state_dir: Path, accounts: ManageAccounts) -> None:
        self._state_dir = state_dir
        self._accounts = accounts
        self._wanted = asyncio.Event()
        self._started: asyncio.Future[DemoAccount] | None = None

    async def run(self, owner: UserId) -> None:
        """Keep the demo servers up, once they are wanted, until cancelled."""
        if await self._accounts.has_demo(owner):
            self._wanted.set()
        while True:
            await self._wanted.wait()
            servers = DemoMailServers(self._state_dir)
            try:
                async with servers as account:
                    if await self._accounts.has_demo(owner):
                        await self._accounts.ensure(owner, _details(account))
                    self._answer().set_result(account)
                    code = await servers.wait_ended()
                log.warning("demo.ended", exit_code=code)
            except DemoStartError as error:
                log.warning("demo.not_started", reason=str(error))
                if not self._answer().done():
                    self._answer().set_exception(error)
                self._wanted.clear()
            self._started = None
            await asyncio.sleep(RESTART_PAUSE)

    async def start(self, user_id: UserId) -> Json:
        """Start the servers and add the demo account like any other; answer its view.

        Raises:
            Conflict: the user has the demo account already.
            TransientError: the demo servers did not start.
        """
        if await self._accounts.has_demo(user_id):
            raise Conflict("The demo account is one of your accounts already.")
        return await self._accounts.add(user_id, _details(await self._running()))

    async def ensure(self, user_id: UserId) -> None:
        """Start the servers and see to it that the demo account is there."""
        await self._accounts.ensure(user_id, _details(await self._running()))

    async def _running(self) -> DemoAccount:
        self._wanted.set()
        try:
            return await asyncio.shield(self._answer())
        except DemoStartError as error:
            raise TransientError(f"The demo mail server did not start: {error}") from error

    def _answer(self) -> "asyncio.Future[DemoAccount]":
        """Return where the running round says how its start went."""
        if self._started is None:
            self._started = asyncio.get_running_loop().create_future()
        return self._started


def _details(account: DemoAccount) -> AccountDetails:
    return AccountDetails(
        email=account.email,
        name="Demo",
        imap=ServerAddress(account.host, account.imap_port, Security.NONE),
        credentials=Credentials(account.username, account.password),
        is_demo=True,
    )
