"""One history of a mirror: how it begins, how it comes to rest, how it ends.

Whenever it comes to rest, both sides must agree, every wish must be accounted for, and a client
that believed the stream of changes must see what the API shows.
"""

import asyncio
import inspect
import time
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from typing_extensions import override

from tests.support.far_live import LiveFarSide
from tests.support.far_side import FarSide, HeldMailbox, TooLate
from tests.support.ledger import Ledger
from tests.support.mail_account import a_message
from tests.support.near_side import (
    everything,
    given_up_wishes,
    shown_mailboxes,
    wishes_by_subject,
)
from tests.support.proof_stage import Stage
from vexmail.domain.ids import AccountId, OperationId
from vexmail.store.queries import intents

if TYPE_CHECKING:
    from tests.support.listener import Listener

T = TypeVar("T")
INBOX = "INBOX"


class History(RuleBasedStateMachine):
    """One history; subclasses say where it is played."""

    stage: ClassVar[Stage]
    runner: ClassVar[asyncio.Runner]
    spent: ClassVar[list[float]]

    def __init__(self) -> None:
        super().__init__()
        self.far: FarSide | None = None
        self.account = AccountId(0)
        self.ledger = Ledger()
        self.listener: Listener | None = None
        self.operations: list[OperationId] = []
        self.imported = 0
        self.tree_is_ours = True
        """Whether nobody else changed the list of mailboxes since the last rest."""
        self.journal: list[str] = []
        """What was done, in the order in which it was."""
        self.began = time.monotonic()

    async def open_far(self, features: dict[str, bool]) -> FarSide:
        """Start a server of this history's own."""
        raise NotImplementedError

    async def close_far(self, far: FarSide) -> None:
        """Stop it."""
        raise NotImplementedError

    # ---- beginning and end ----

    @initialize(
        features=st.fixed_dictionaries(
            {
                name: st.booleans()
                for name in ("condstore", "qresync", "move", "uidplus", "list_status")
            }
        ),
        mails=st.integers(0, 6),
    )
    def begin(self, features: dict[str, bool], mails: int) -> None:
        """Open an account on a server with these extensions."""
        self.run(self._begin(features, mails))

    async def _begin(self, features: dict[str, bool], mails: int) -> None:
        self.far = await self.open_far(features)
        for number in range(mails):
            await self.append(INBOX, number)
        self.account = await self.stage.account(self.server)
        self.listener = await self.stage.listener(self.account)
        self.stage.wake(self.account)

    @override
    def teardown(self) -> None:
        """Come to rest once more, then close the account."""
        if self.far is None:
            return
        try:
            if self.account:
                self.run(self._rest_or_tell())
        finally:
            self.run(self._close())

    async def _close(self) -> None:
        if self.account:
            await self.stage.accounts.remove(self.stage.owner, self.account)
        await self.close_far(self.server)
        self.spent.append(time.monotonic() - self.began)

    # ---- the invariant ----

    @rule()
    def rest(self) -> None:
        """Let everything calm down: the mirror equals the server, every wish is accounted for."""
        self.run(self._rest_or_tell())

    async def _rest_or_tell(self) -> None:
        # Hypothesis tells what happened when it played the history again, not when it failed.
        try:
            await self._rest()
        except AssertionError as error:
            async with self.stage.built.reader() as driver:
                found = await everything(driver, self.account)
            journal = "\n".join(self.journal)
            raise AssertionError(f"{error}\nwhat happened:\n{journal}\n{found}") from None

    async def _rest(self) -> None:
        assert self.listener is not None
        async with self.stage.built.reader() as driver:
            shown = await shown_mailboxes(driver, self.account)
        self.server.network.heal()
        if isinstance(self.far, LiveFarSide):
            self.far.calm()
        await self.stage.agreement(self.account, self.server)
        truth = await self.server.truth()
        async with self.stage.built.reader() as driver:
            wishes = await wishes_by_subject(driver, self.account)
            await self.listener.listen(driver)
            _none(await self.listener.errors(driver), "the stream told otherwise")
            given_up = await given_up_wishes(driver, self.account)
            page = await intents.page(driver, self.stage.owner, intents.IntentFilter(), limit=1000)
        _none(self.ledger.errors(truth, wishes), "the ledger disagrees")
        _none(sorted(given_up.keys() - self.listener.rejected), "refusals were not told")
        seen = {str(item["id"]) for item in page[0] if item["message"]}
        _none(sorted(given_up.keys() - seen), "refusals are not shown with a reason")
        if self.tree_is_ours and not any("mailbox" in kind for kind in given_up.values()):
            unlike = sorted(shown ^ set(truth))
            _none(unlike, "mailboxes are not what they were shown to become")
        self.tree_is_ours = True

    @rule(ms=st.integers(0, 120))
    def pause(self, ms: int) -> None:
        """Let some of it happen."""
        self.run(asyncio.sleep(ms / 1000))

    # ---- what the rules stand on ----

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """Carry a step out in the stage's event loop."""
        self.tell(_described(step))
        return self.runner.run(step)

    async def by_another(self, step: Coroutine[Any, Any, None]) -> None:
        """Let another client act; it may come too late for what it saw."""
        self.tell(_described(step))
        try:
            await step
        except TooLate as refusal:
            self.tell(f"too late: {refusal}")

    async def unsettled(self) -> set[str]:
        """Return the messages that a command of ours may bring or take away at this moment.

        What it brought and another client took away before we looked is brought again: nobody
        can tell it from what never came.
        """
        async with self.stage.built.reader() as driver:
            rows = await driver.fetch(
                "SELECT m.subject FROM intents i JOIN messages m ON m.id = i.message_id"
                " WHERE i.account_id = $1 AND i.state = 'pending' AND i.kind <> 'flags'"
                " AND (i.sent_at IS NOT NULL OR NOT $2)",
                self.account,
                self.server.acts_at_once,
            )
        return {row["subject"] for row in rows}

    def lost(self, subjects: Iterable[str], unsettled: set[str]) -> None:
        """Write down what another client took away."""
        for subject in subjects:
            (self.ledger.disturbed if subject in unsettled else self.ledger.taken)(subject)

    def tell(self, what: str) -> None:
        """Write down what is done; shown when the history fails."""
        self.journal.append(f"{time.monotonic() - self.began:8.3f} {what}")

    @property
    def server(self) -> FarSide:
        """The far side, once it is there."""
        assert self.far is not None
        return self.far

    async def append(self, mailbox: str, number: int) -> None:
        subject = f"Mail {number}"
        await self.server.append(mailbox, a_message(subject), ())
        self.ledger.added(subject)

    async def truth(self) -> dict[str, HeldMailbox]:
        return await self.server.truth()

    async def theirs(self, one: int) -> list[tuple[str, int, str]]:
        truth = await self.truth()
        found = [
            (name, uid, held.subject)
            for name, box in sorted(truth.items())
            for uid, held in sorted(box.messages.items())
        ]
        return [found[one % len(found)]] if found else []


def _described(step: Coroutine[Any, Any, object]) -> str:
    given = inspect.getcoroutinelocals(step)
    return " ".join(
        [
            getattr(step, "__name__", "step"),
            *(f"{k}={v}" for k, v in given.items() if k not in ("self", "step")),
        ]
    )


def _none(errors: list[str], what: str) -> None:
    if errors:
        raise AssertionError("\n".join([f"{what}:", *errors]))
