"""Keeps this process's right to run accounts, and hands it on.

The right lasts until the database's clock says it is over; this process counts from before it
asked, by its own clock, and stops ``SAFETY`` earlier. Between the two nobody runs the accounts.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from vexmail.domain.errors import LeaseLost
from vexmail.domain.ids import AccountId, ProcessId
from vexmail.ports.clock import Clock
from vexmail.usecases.hold_leases import Beat, HoldLeases

log = structlog.get_logger()

BEATS_PER_TERM = 4  # renewals that may fail in a row before the right is lost
SAFETY = 0.15  # of the term; the time to stop runners before another process may start its own
TRY_AGAIN = 1.0  # seconds after a renewal that failed
LOOK_AGAIN = 0.2  # seconds until what others had locked is looked for again
LEAVE_WITHIN = 3.0  # seconds; else the right simply runs out


class Crew(Protocol):
    """Runs accounts as the keeper says."""

    async def run_these(self, beat: Beat) -> None:
        """Have runners for exactly what is held, and see to what waits for them."""
        ...

    async def stop_some(self, count: int) -> Sequence[AccountId]:
        """Stop so many runners; answer whose have ended."""
        ...

    async def stop_all(self) -> None:
        """Stop all runners."""
        ...


class LeaseKeeper:
    """One process's life among the others.

    Args:
        name: of this process, for people.
        alone: nobody else can be alive; who is said to be died without a word.
    """

    def __init__(self, leases: HoldLeases, clock: Clock, name: str, *, alone: bool) -> None:
        self._leases = leases
        self._clock = clock
        self.name = name
        self._alone = alone
        self._id: ProcessId | None = None
        self._held_until = 0.0  # by our clock
        self._wake = asyncio.Event()
        self.on_given: Callable[[], None] = _nobody
        """Called after accounts were freed, so that others can be told."""

    def wake(self) -> None:
        """Look now: accounts or processes have changed."""
        self._wake.set()

    def permit(self) -> None:
        """Return while accounts may be run here; to be asked before a server is spoken to.

        Raises:
            LeaseLost: the right was not renewed in time; this process stood still, or the
                database is away.
        """
        if self._clock.monotonic() >= self._held_until:
            raise LeaseLost("This process could not renew its right to run the account.")

    async def run(self, crew: Crew) -> None:
        """Renew until cancelled; the crew is told what it holds."""
        while True:
            self._wake.clear()
            beat = await self._beat()
            if beat is None:
                pause = TRY_AGAIN
                if self._clock.monotonic() >= self._held_until:
                    await crew.stop_all()
                else:
                    pause = min(pause, self._held_until - self._clock.monotonic())
            else:
                await crew.run_these(beat)
                await self._give(crew, beat.give)
                pause = self._until_next(beat)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, pause)):
                    await self._wake.wait()

    async def leave(self) -> None:
        """Free everything at once; the runners have ended. Never raises."""
        if self._id is None:
            return
        self._held_until = 0.0
        try:
            async with asyncio.timeout(LEAVE_WITHIN):
                await self._leases.leave(self._id)
        except Exception as error:  # noqa: BLE001 - an end is an end; the right runs out by itself
            log.warning("lease.not_released", reason=str(error) or repr(error))
            return
        self.on_given()

    async def _beat(self) -> Beat | None:
        """Renew once; None when that failed, for whatever reason."""
        began = self._clock.monotonic()
        left = self._held_until - began
        patience = left if left > 0 else self._leases.term / BEATS_PER_TERM
        try:
            async with asyncio.timeout(patience):
                if self._id is None:
                    await self._join()
                    began = self._clock.monotonic()
                assert self._id is not None  # noqa: S101 - joined right above
                beat = await self._leases.beat(self._id)
        except Exception as error:  # noqa: BLE001 - boundary: whatever it is, try again
            log.warning(
                "lease.not_renewed",
                reason=str(error) or repr(error),
                left_s=round(max(0.0, left), 1),
            )
            return None
        if beat is None:
            log.warning("lease.lost", process=self._id)
            self._id = None
            self._held_until = 0.0
            self.wake()
            return None
        self._held_until = began + self._leases.term * (1 - SAFETY)
        if beat.buried:
            log.warning("lease.taken_over", dead=list(beat.buried), accounts=len(beat.held))
        return beat

    async def _join(self) -> None:
        process = ProcessId(secrets.token_hex(8))
        await self._leases.join(process, self.name, alone=self._alone)
        self._id = process
        self._alone = False  # true of the start only
        log.info("lease.joined", process=process, process_name=self.name)

    async def _give(self, crew: Crew, count: int) -> None:
        """Hand accounts on; their runners end here before they can start elsewhere."""
        if not count or self._id is None:
            return
        account_ids = await crew.stop_some(count)
        try:
            async with asyncio.timeout(TRY_AGAIN):
                await self._leases.give(self._id, account_ids)
        except Exception as error:  # noqa: BLE001 - boundary: they are run here again
            log.warning("lease.not_given", reason=str(error) or repr(error))
            return
        log.info("lease.given", accounts=list(account_ids))
        self.on_given()

    def _until_next(self, beat: Beat) -> float:
        if beat.is_short:
            return LOOK_AGAIN
        regular = self._leases.term / BEATS_PER_TERM
        if beat.next_expiry is None:
            return regular
        return min(regular, max(LOOK_AGAIN, beat.next_expiry + LOOK_AGAIN))


def _nobody() -> None:
    """Nobody is to be told."""
