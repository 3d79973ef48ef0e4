"""Bodies of accounts that another process runs: asked there, answered here, and the reverse."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable

import structlog

from vexmail.domain.errors import LeaseLost, TransientError, VexMailError
from vexmail.domain.ids import AccountId, MessageId
from vexmail.ports.fleet_bell import Errand, FleetBell, Knock
from vexmail.usecases.ask_for_body import AskForBody

log = structlog.get_logger()

LOOK_AGAIN = 1.0  # seconds between looks for an answer whose knock may have been lost

Fetch = Callable[[AccountId, MessageId], Awaitable[None]]


class BodyQuestions:
    """Both sides of the table of body requests."""

    def __init__(self, asks: AskForBody, bell: FleetBell) -> None:
        self._asks = asks
        self._bell = bell
        self._waiting: dict[MessageId, set[asyncio.Event]] = defaultdict(set)
        self._answering: set[MessageId] = set()

    async def ask(self, account_id: AccountId, message_id: MessageId) -> None:
        """Return once the bytes are stored; the caller sets the deadline.

        Raises:
            NotFound: there is no such message, or no mailbox of the server holds it any more.
            TransientError: the server cannot be reached now.
        """
        answered = asyncio.Event()
        self._waiting[message_id].add(answered)
        try:
            await self._asks.ask(account_id, message_id)
            self._bell.ring(Knock(Errand.BODY, account_id, message_id))
            while not await self._asks.is_answered(message_id):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN):
                        await answered.wait()
                answered.clear()
        finally:
            self._waiting[message_id].discard(answered)
            if not self._waiting[message_id]:
                del self._waiting[message_id]

    def heard_answer(self, message_id: MessageId) -> None:
        """Let who waits for this message look now."""
        for answered in self._waiting.get(message_id, ()):
            answered.set()

    async def answer(self, account_id: AccountId, message_id: MessageId, fetch: Fetch) -> None:
        """Fetch for another process and tell it; asked twice, it is done once. Never raises."""
        if message_id in self._answering:
            return
        self._answering.add(message_id)
        try:
            error: VexMailError | None = None
            try:
                await fetch(account_id, message_id)
            except LeaseLost:
                return  # whoever runs the account now finds the question
            except VexMailError as failure:
                error = failure
            await self._asks.answer(message_id, error)
            self._bell.ring(Knock(Errand.ANSWER, account_id, message_id))
        except TransientError as failure:
            log.warning("fleet.body_not_answered", message_id=message_id, reason=str(failure))
        except Exception:
            log.exception("fleet.body_not_answered", message_id=message_id)
        finally:
            self._answering.discard(message_id)
