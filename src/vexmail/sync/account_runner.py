"""Runs one account: its lanes, its state, its retries."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

import structlog

from vexmail.domain.account import Account, AccountFault, AccountState
from vexmail.domain.backoff import STABLE_AFTER, decide
from vexmail.domain.errors import Defect, TransientError, VexMailError
from vexmail.sync.backfill import Backfill
from vexmail.sync.interactive import Interactive
from vexmail.sync.mailbox_follower import MailboxFollower
from vexmail.sync.sync_state import AccountContext, AccountSignals, SyncTools

log = structlog.get_logger()


class AccountRunner:
    """Keeps an account connected as long as it exists."""

    def __init__(self, account: Account, tools: SyncTools, signals: AccountSignals) -> None:
        self._account = account
        self._tools = tools
        self._signals = signals

    async def run(self) -> None:
        """Run rounds of connections until cancelled; no error gets out."""
        failures = 0
        while True:
            began = self._tools.clock.monotonic()
            if failures == 0:
                await self._say(AccountState.CONNECTING, None)
            error = await self._uncancelled_round()
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
            await self._say(state, AccountFault(code, str(error)))
            self._fail_requests(error)
            self._signals.sync_now.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(retry.delay):
                    await self._signals.sync_now.wait()

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
            context = AccountContext(self._account, credentials, self._tools, self._signals)
            self._signals.first_screen.clear()
            async with asyncio.TaskGroup() as lanes:
                name = self._account.id
                lanes.create_task(MailboxFollower(context).run(), name=f"follow:{name}")
                backfill = Backfill(context).run
                lanes.create_task(self._lane("backfill", backfill), name=f"backfill:{name}")
                interactive = Interactive(context).run
                lanes.create_task(
                    self._lane("interactive", interactive), name=f"interactive:{name}"
                )
        except* VexMailError as group:
            errors += _leaves(group)
        except* Exception as group:
            log.exception("sync.defect", account_id=self._account.id)
            errors += [
                Defect(f"Something went wrong inside VexMail: {e!r}") for e in _leaves(group)
            ]
        return errors[0]

    async def _lane(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a lane again when its own connection fails; the follower lives on meanwhile."""
        failures = 0
        while True:
            began = self._tools.clock.monotonic()
            try:
                await run()
            except TransientError as error:
                if self._tools.clock.monotonic() - began >= STABLE_AFTER:
                    failures = 0
                failures += 1
                retry = decide(error, failures, random.random())  # noqa: S311 - jitter only
                log.warning(
                    "sync.lane_down",
                    account_id=self._account.id,
                    lane=name,
                    code=error.code,
                    reason=str(error),
                    retry_in_s=round(retry.delay, 1),
                )
                self._fail_requests(error)
                await asyncio.sleep(retry.delay)

    async def _say(self, state: AccountState, fault: AccountFault | None) -> None:
        try:
            await self._tools.set_state(self._account.id, state, fault)
        except Exception:
            log.exception("sync.state_not_written", account_id=self._account.id, state=state)

    def _fail_requests(self, error: Exception) -> None:
        """Answer those who wait for a body: they can be told and may ask again."""
        while self._signals.requests:
            request = self._signals.requests.popleft()
            if not request.done.done():
                request.done.set_exception(
                    TransientError(f"The email cannot be fetched now. {error}", retry_after=5)
                )


def _leaves(group: BaseExceptionGroup[Exception]) -> list[Exception]:
    found: list[Exception] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
