"""Runs the demo mail server beside the web process and keeps its account up to date."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from vexmail.app.demo.demo_state import DemoAccount
from vexmail.app.demo.servers import DemoMailServers, DemoStartError
from vexmail.domain.change import Json
from vexmail.domain.errors import Conflict, TransientError
from vexmail.domain.ids import UserId
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.usecases.manage_accounts import AccountDetails, ManageAccounts


class DemoHost:
    """Starts the demo once, when somebody asks for it or has asked before."""

    def __init__(self, state_dir: Path, accounts: ManageAccounts, stack: AsyncExitStack) -> None:
        self._state_dir = state_dir
        self._accounts = accounts
        self._stack = stack
        self._lock = asyncio.Lock()
        self._account: DemoAccount | None = None

    async def start(self, user_id: UserId) -> Json:
        """Start the servers and add the demo account like any other; answer its view.

        Raises:
            Conflict: the user has the demo account already.
            TransientError: the demo servers did not start.
        """
        if await self._accounts.has_demo(user_id):
            raise Conflict("The demo account is one of your accounts already.")
        return await self._accounts.add(user_id, _details(await self._running()))

    async def resume(self, user_id: UserId) -> None:
        """Start the servers again if the user has the demo account."""
        if await self._accounts.has_demo(user_id):
            await self._accounts.ensure(user_id, _details(await self._running()))

    async def ensure(self, user_id: UserId) -> None:
        """Start the servers and see to it that the demo account is there."""
        await self._accounts.ensure(user_id, _details(await self._running()))

    async def _running(self) -> DemoAccount:
        async with self._lock:
            if self._account is None:
                try:
                    servers = DemoMailServers(self._state_dir)
                    self._account = await self._stack.enter_async_context(servers)
                except DemoStartError as error:
                    raise TransientError(f"The demo mail server did not start: {error}") from error
            return self._account


def _details(account: DemoAccount) -> AccountDetails:
    return AccountDetails(
        email=account.email,
        name="Demo",
        imap=ServerAddress(account.host, account.imap_port, Security.NONE),
        credentials=Credentials(account.username, account.password),
        is_demo=True,
    )
