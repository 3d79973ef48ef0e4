"""Runs one account: its lanes, its state, its retries."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from vexmail.domain.account import Account, AccountFault, AccountState
from vexmail.domain.backoff import STABLE_AFTER, RetryAt, decide
from vexmail.domain.errors import Defect, LeaseLost, Throttled, TransientError, VexMailError
from vexmail.domain.server_address import Credentials
from vexmail.sync.backfill import Backfill
from vexmail.sync.chosen_mailboxes import ChosenMailbox
from vexmail.sync.connection_pool import ConnectionPool
from vexmail.sync.first_of import first_of
from vexmail.sync.interactive import Interactive
from vexmail.sync.lane import ConnectionWanted, Lane
from vexmail.sync.mailbox_follower import MailboxFollower
from vexmail.sync.sync_state import LISTENERS, AccountContext, AccountSignals, SyncTools

log = structlog.get_logger()

SESSIONS_PER_REQUEST = 2  # a kept connection may have died unnoticed; the next one is fresh


class AccountRunner:
    """Keeps an account connected as long as it exists and its lease is held."""

    def __init__(self, account: Account, tools: SyncTools, signals: AccountSignals) -> None:
        self._account = account
        self._tools = tools
        self._signals = signals
        self._connections: ConnectionPool | None = None

    async def run(self) -> None:
        """Run rounds of connections until cancelled or the lease is lost; no error gets out."""
        try:
            await self._rounds()
        except LeaseLost as reason:
            log.info("sync.lease_lost", account_id=self._account.id, reason=str(reason))

    async def _rounds(self) -> NoReturn:
        failures = 0
        while True:
            began = self._tools.clock.monotonic()
            if failures == 0:
                await self._say(AccountState.CONNECTING, None)
            error = await self._uncancelled_round()
            if isinstance(error, LeaseLost):
                raise error
            if self._tools.clock.monotonic() - began >= STABLE_AFTER:
                failures = 0
            failures += 1
            retry = decide(error, failures, random.random())  # noqa: S311 - jitter only
            state = AccountState.NEEDS_ATTENTION if retry.needs_person else AccountState.OFFLINE
            code = error.code if isinstance(error, VexMailError) else Defect.code
            log.warning(
                "sync.account_down",
                account_id=self._account.id,
                code=code,
                reason=str(error),
                failures=failures,
                retry_in_s=round(retry.delay, 1),
            )
            await self._say(state, AccountFault(code, str(error), retry.delay))
            await self._record_downloads()
            self._heed(error)
            if not self._keep_requests(error):
                await self._wait_for_retry(retry, error)

    async def _wait_for_retry(self, retry: RetryAt, error: Exception) -> None:
        """Wait until it is time, or until a person asks for a try now.

        A click is such a question, unless a person has to change something first: a provider
        locks accounts that come back with a wrong password at every click.
        """
        signals = self._signals
        signals.sync_now.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(retry.delay):
                while True:
                    signals.interactive.clear()
                    await first_of(signals.sync_now, signals.interactive)
                    if signals.sync_now.is_set() or not retry.needs_person:
                        return
                    self._fail_requests(error)

    async def _uncancelled_round(self) -> Exception:
        """Run a round in a task of its own, so that a cancellation of ours cannot get lost.

        A lane that fails while it is cancelled makes its TaskGroup raise the lane's error in
        place of the cancellation, and a stopped account would come back to life.
        """
        this = asyncio.current_task()
        assert this is not None  # noqa: S101 - a coroutine always runs in a task
        error = await asyncio.ensure_future(self._round())  # noqa: TID251 - awaited right here
        if this.cancelling():
            raise asyncio.CancelledError
        return error

    async def _round(self) -> Exception:
        """Connect the lanes and hold them; answer what ended them."""
        errors: list[Exception] = []
        try:
            credentials = self._tools.plan.credentials(self._account)
            context = AccountContext(
                self._account, credentials, self._tools, self._signals, self._pool(credentials)
            )
            self._signals.begin_round()
            async with asyncio.TaskGroup() as lanes:
                name = self._account.id
                follow = MailboxFollower(context).run
                lanes.create_task(self._turns(follow), name=f"follow:{name}")
                backfill = Backfill(context).run
                lanes.create_task(self._lane(Lane.BACKFILL, backfill), name=f"backfill:{name}")
                for place in range(LISTENERS):
                    listen = ChosenMailbox(context, place).run
                    lanes.create_task(self._lane(Lane.LISTENER, listen), name=f"listen:{name}")
                interactive = Interactive(context).run
                lanes.create_task(
                    self._lane(Lane.INTERACTIVE, interactive), name=f"interactive:{name}"
                )
        except* VexMailError as group:
            errors += _leaves(group)
        except* Exception as group:
            log.exception("sync.defect", account_id=self._account.id)
            errors += [
                Defect(f"Something went wrong inside VexMail: {e!r}") for e in _leaves(group)
            ]
        return next((e for e in errors if isinstance(e, LeaseLost)), errors[0])

    def _pool(self, credentials: Credentials) -> ConnectionPool:
        """Return the account's connections; what was learned of its server outlives a round."""
        if self._connections is None:
            tools, address = self._tools, self._account.imap
            self._connections = ConnectionPool(
                address.host,
                lambda: tools.server.connect(address, credentials),
                tools.gate,
                tools.clock,
            )
        return self._connections

    @staticmethod
    async def _turns(run: Callable[[], Awaitable[None]]) -> None:
        """Run a lane again whenever it lent its connection to another."""
        while True:
            with contextlib.suppress(ConnectionWanted):
                await run()

    async def _lane(self, lane: Lane, run: Callable[[], Awaitable[None]]) -> None:
        """Run a lane again when its own connection fails; the follower lives on meanwhile.

        A click ends the wait of the interactive lane, new mail that of the backfill.
        """
        failures = 0
        is_interactive = lane is Lane.INTERACTIVE
        woken = self._signals.interactive if is_interactive else self._signals.work
        while True:
            began = self._tools.clock.monotonic()
            try:
                await self._turns(run)
            except TransientError as error:
                if self._tools.clock.monotonic() - began >= STABLE_AFTER:
                    failures = 0
                failures += 1
                retry = decide(error, failures, random.random())  # noqa: S311 - jitter only
                log.warning(
                    "sync.lane_down",
                    account_id=self._account.id,
                    lane=lane.value,
                    code=error.code,
                    reason=str(error),
                    retry_in_s=round(retry.delay, 1),
                )
                self._heed(error)
                if is_interactive and self._keep_requests(error):
                    continue
                woken.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(retry.delay):
                        await woken.wait()

    async def _say(self, state: AccountState, fault: AccountFault | None) -> None:
        try:
            await self._tools.set_state(self._account.id, state, fault)
        except LeaseLost:
            raise
        except Exception:
            log.exception("sync.state_not_written", account_id=self._account.id, state=state)

    async def _record_downloads(self) -> None:
        """Write down what came over connections that have ended."""
        count = self._connections.take_received(0) if self._connections else 0
        try:
            if count:
                await self._tools.meter.record(self._account.id, count)
        except LeaseLost:
            raise
        except Exception:
            log.exception("sync.downloads_not_written", account_id=self._account.id, bytes=count)

    def _heed(self, error: Exception) -> None:
        """Leave a server alone that asked for it."""
        if isinstance(error, Throttled) and error.retry_after and self._connections is not None:
            self._connections.rest(error.retry_after)

    def _keep_requests(self, error: Exception) -> bool:
        """Keep those who wait for a body if one more session may serve them, else answer them.

        Returns:
            Whether somebody still waits: the next session is wanted at once.
        """
        requests = self._signals.requests
        for request in requests:
            request.tries += 1
        left = [r for r in requests if r.tries < SESSIONS_PER_REQUEST and not r.done.done()]
        if isinstance(error, Throttled) or not isinstance(error, TransientError) or not left:
            self._fail_requests(error)
            return False
        for request in left:
            requests.remove(request)
        self._fail_requests(error)
        requests.extend(left)
        return True

    def _fail_requests(self, error: Exception) -> None:
        """Answer those who wait for a body: they can be told and may ask again."""
        wait = getattr(error, "retry_after", None) or 5
        while self._signals.requests:
            request = self._signals.requests.popleft()
            if not request.done.done():
                request.done.set_exception(
                    TransientError(f"The email cannot be fetched now. {error}", retry_after=wait)
                )


def _leaves(group: BaseExceptionGroup[Exception]) -> list[Exception]:
    found: list[Exception] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
