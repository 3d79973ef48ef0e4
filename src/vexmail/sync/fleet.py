"""All runners of this process; implements ``ports.account_sync``."""

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from vexmail.domain.account import Account
from vexmail.domain.errors import NotFound, TransientError
from vexmail.domain.ids import AccountId, MessageId
from vexmail.sync.account_runner import AccountRunner
from vexmail.sync.sync_state import AccountSignals, BodyRequest, SyncTools

log = structlog.get_logger()

BODY_DEADLINE = 30.0  # seconds somebody waits for a message to open
LOOK_AGAIN = 10.0  # seconds between looks at the accounts, which a command may have changed


@dataclass(frozen=True, slots=True)
class _Running:
    account: Account
    signals: AccountSignals
    task: asyncio.Task[None]


class Fleet:
    """Starts a runner per account and stops those whose account is gone or changed."""

    def __init__(self) -> None:
        self._running: dict[AccountId, _Running] = {}
        self._changed = asyncio.Event()

    @property
    def size(self) -> int:
        """Return how many accounts are run here."""
        return len(self._running)

    async def run(self, tools: SyncTools) -> None:
        """Keep runners in step with the accounts until cancelled."""
        self._changed.set()
        async with asyncio.TaskGroup() as group:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN):
                        await self._changed.wait()
                self._changed.clear()
                try:
                    accounts = await tools.plan.accounts()
                except Exception:
                    log.exception("fleet.accounts_not_read")
                    continue
                await self._stop_outdated({a.id: a for a in accounts})
                for account in accounts:
                    if account.id not in self._running:
                        self._start(group, account, tools)

    def accounts_changed(self) -> None:
        """Start and stop runners soon."""
        self._changed.set()

    def sync_now(self, account_id: AccountId) -> None:
        """Look at all mailboxes of the account now, ending any wait for a retry."""
        if running := self._running.get(account_id):
            running.signals.sync_now.set()

    def push_intents(self, account_id: AccountId) -> None:
        """Carry out the account's pending intents now."""
        if running := self._running.get(account_id):
            running.signals.interactive.set()

    async def fetch_body(self, account_id: AccountId, message_id: MessageId) -> None:
        """Fetch a message's bytes ahead of everything else; they are stored on return.

        Raises:
            NotFound: no mailbox of the server holds it any more.
            TransientError: the server cannot be reached now.
        """
        running = self._running.get(account_id)
        if running is None:
            raise NotFound("This account is not running.")
        request = BodyRequest(message_id, asyncio.get_running_loop().create_future())
        running.signals.requests.append(request)
        running.signals.interactive.set()
        try:
            async with asyncio.timeout(BODY_DEADLINE):
                await request.done
        except TimeoutError as error:
            raise TransientError(
                "The mail server did not deliver the email in time. Try again in a moment.",
                retry_after=5,
            ) from error

    def _start(self, group: asyncio.TaskGroup, account: Account, tools: SyncTools) -> None:
        signals = AccountSignals()
        runner = AccountRunner(account, tools, signals)
        task = group.create_task(runner.run(), name=f"account:{account.id}")
        self._running[account.id] = _Running(account, signals, task)

    async def _stop_outdated(self, wanted: dict[AccountId, Account]) -> None:
        for account_id, running in list(self._running.items()):
            now = wanted.get(account_id)
            if now is not None and _same_login(now, running.account):
                continue
            running.task.cancel()
            await asyncio.wait([running.task])
            del self._running[account_id]


def _same_login(one: Account, other: Account) -> bool:
    return (one.imap, one.imap_username, one.imap_password_sealed, one.followed_mailbox) == (
        other.imap,
        other.imap_username,
        other.imap_password_sealed,
        other.followed_mailbox,
    )
