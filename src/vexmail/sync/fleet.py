"""The runners of this process; implements ``ports.account_sync`` for all of them everywhere.

What concerns an account that another process runs is rung there. The database is looked at with
every beat of the lease keeper, so a ring that is lost costs seconds.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog

from vexmail.domain.account import Account
from vexmail.domain.errors import LeaseLost, TransientError
from vexmail.domain.ids import AccountId, MessageId
from vexmail.domain.lease import Lease
from vexmail.ports.fleet_bell import Errand, FleetBell, Knock
from vexmail.sync.account_runner import AccountRunner
from vexmail.sync.body_questions import BodyQuestions
from vexmail.sync.lease_keeper import LeaseKeeper
from vexmail.sync.sync_state import AccountSignals, BodyRequest, SyncTools
from vexmail.usecases.hold_leases import Beat, HeldAccount

log = structlog.get_logger()

BODY_DEADLINE = 30.0  # seconds somebody waits for a message to open
STOP_WITHIN = 5.0  # seconds; a runner that hangs on must not keep the others from being renewed

ToolsFor = Callable[[Lease], SyncTools]
"""Builds what a runner works with while its process holds the lease."""


@dataclass(frozen=True, slots=True)
class _Running:
    held: HeldAccount
    signals: AccountSignals
    task: asyncio.Task[None]


class Fleet:
    """Runs the accounts whose leases this process holds."""

    def __init__(self, keeper: LeaseKeeper, bell: FleetBell, questions: BodyQuestions) -> None:
        self._keeper = keeper
        self._bell = bell
        self._questions = questions
        self._running: dict[AccountId, _Running] = {}
        self._tools_for: ToolsFor | None = None
        self._group: asyncio.TaskGroup | None = None
        keeper.on_given = self._tell_others

    @property
    def size(self) -> int:
        """Return how many accounts are run here."""
        return len(self._running)

    @property
    def name(self) -> str:
        """Return the name of this process among those that run accounts."""
        return self._keeper.name

    async def run(self, tools_for: ToolsFor) -> None:
        """Hold a fair share of all accounts and run them, until cancelled."""
        self._tools_for = tools_for
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                group.create_task(self._bell.run(self._heard), name="fleet:bell")
                await self._keeper.run(self)
        finally:
            self._running.clear()
            await self._keeper.leave()
            await self._bell.flush()

    # ---- what web asks ----

    def accounts_changed(self) -> None:
        """Start and stop runners soon, here and elsewhere."""
        self._keeper.wake()
        self._tell_others()

    def sync_now(self, account_id: AccountId) -> None:
        """Look at all mailboxes of the account now, ending any wait for a retry."""
        if running := self._running.get(account_id):
            running.signals.ask()
        else:
            self._bell.ring(Knock(Errand.SYNC, account_id))

    def push_intents(self, account_id: AccountId) -> None:
        """Carry out the account's pending intents now."""
        if running := self._running.get(account_id):
            running.signals.interactive.set()
        else:
            self._bell.ring(Knock(Errand.INTENTS, account_id))

    async def fetch_body(self, account_id: AccountId, message_id: MessageId) -> None:
        """Fetch a message's bytes ahead of everything else; they are stored on return.

        Raises:
            NotFound: no mailbox of the server holds it any more.
            TransientError: the server cannot be reached now.
        """
        try:
            async with asyncio.timeout(BODY_DEADLINE):
                try:
                    await self._fetch_here(account_id, message_id)
                except LeaseLost:
                    await self._questions.ask(account_id, message_id)
        except TimeoutError as error:
            raise TransientError(
                "The mail server did not deliver the email in time. Try again in a moment.",
                retry_after=5,
            ) from error

    async def _fetch_here(self, account_id: AccountId, message_id: MessageId) -> None:
        """Let the account's runner fetch.

        Raises:
            LeaseLost: the account is not run here, or not any more.
        """
        running = self._running.get(account_id)
        if running is None:
            raise LeaseLost("This account is run by another process.")
        request = BodyRequest(message_id, asyncio.get_running_loop().create_future())
        running.signals.requests.append(request)
        running.signals.interactive.set()
        await request.done

    # ---- what other processes ask ----

    def _heard(self, knock: Knock) -> None:
        running = self._running.get(knock.account_id)
        match knock.errand:
            case Errand.ACCOUNTS:
                self._keeper.wake()
            case Errand.SYNC if running is not None:
                running.signals.ask()
            case Errand.INTENTS if running is not None:
                running.signals.interactive.set()
            case Errand.BODY if running is not None:
                self._answer(knock.account_id, knock.message_id)
            case Errand.ANSWER:
                self._questions.heard_answer(knock.message_id)
            case _:
                pass  # another process runs the account

    def _tell_others(self) -> None:
        self._bell.ring(Knock(Errand.ACCOUNTS))

    def _answer(self, account_id: AccountId, message_id: MessageId) -> None:
        assert self._group is not None  # noqa: S101 - the fleet runs
        answering = self._questions.answer(account_id, message_id, self._fetch_soon)
        self._group.create_task(answering, name=f"answer:{message_id}")

    async def _fetch_soon(self, account_id: AccountId, message_id: MessageId) -> None:
        try:
            async with asyncio.timeout(BODY_DEADLINE):
                await self._fetch_here(account_id, message_id)
        except TimeoutError as error:
            raise TransientError("The mail server did not deliver the email in time.") from error

    # ---- what the lease keeper asks ----

    async def run_these(self, beat: Beat) -> None:
        """Stop what is held no more or held anew, start what is missing, wake what has work."""
        wanted = {held.account.id: held for held in beat.held}
        await self._stop(
            account_id
            for account_id, running in self._running.items()
            if running.task.done() or not _is_same(running.held, wanted.get(account_id))
        )
        for account_id, held in wanted.items():
            if account_id not in self._running:
                self._start(held)
        for account_id in beat.with_wishes:
            self.push_intents(account_id)
        for account_id, message_id in beat.asked:
            self._answer(account_id, message_id)

    async def stop_some(self, count: int) -> Sequence[AccountId]:
        """Stop the youngest accounts' runners; answer whose have ended."""
        return await self._stop(sorted(self._running)[-count:])

    async def stop_all(self) -> None:
        """Stop all runners."""
        if self._running:
            log.warning("fleet.stopped", accounts=len(self._running))
        await self._stop(self._running)

    def _start(self, held: HeldAccount) -> None:
        assert self._group is not None  # noqa: S101 - the fleet runs
        assert self._tools_for is not None  # noqa: S101 - the fleet runs
        signals = AccountSignals()
        runner = AccountRunner(held.account, self._tools_for(held.lease), signals)
        task = self._group.create_task(runner.run(), name=f"account:{held.account.id}")
        self._running[held.account.id] = _Running(held, signals, task)

    async def _stop(self, account_ids: Iterable[AccountId]) -> list[AccountId]:
        """End runners; answer which have ended. One that hangs on is not started again."""
        stopping = {account_id: self._running.pop(account_id) for account_id in list(account_ids)}
        if not stopping:
            return []
        for running in stopping.values():
            running.task.cancel()
        await asyncio.wait([r.task for r in stopping.values()], timeout=STOP_WITHIN)
        for running in stopping.values():
            for request in running.signals.requests:
                if not request.done.done():
                    request.done.set_exception(LeaseLost("The account is run elsewhere now."))
        hanging = {i: running for i, running in stopping.items() if not running.task.done()}
        if hanging:
            log.error("fleet.runner_hangs", accounts=list(hanging))
            self._running |= hanging
        return [i for i in stopping if i not in hanging]


def _is_same(running: HeldAccount, wanted: HeldAccount | None) -> bool:
    return (
        wanted is not None
        and running.lease == wanted.lease
        and _login(running.account) == _login(wanted.account)
    )


def _login(account: Account) -> tuple[object, ...]:
    return (
        account.imap,
        account.imap_username,
        account.imap_password_sealed,
        account.followed_mailbox,
    )
