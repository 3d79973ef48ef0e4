"""How far the bodies of an account have come, told at a pace that a screen can follow."""

from dataclasses import dataclass

from vexmail.domain.change import SyncProgress
from vexmail.domain.ids import AccountId
from vexmail.ports.clock import Clock
from vexmail.store import bodies
from vexmail.store.unit_of_work import Transaction

TOLD_EVERY = 2.0  # seconds between two changes; faster than that nobody reads
WORTH_TELLING = 50  # bodies to fetch; fewer are new mail and not a first sync
PAUSE = 60.0  # seconds without a body after which the rate is measured anew


@dataclass(slots=True)
class _Pace:
    """One stretch of fetching without a long pause."""

    began: float
    total: int
    left_at_first: int
    told_at: float
    stored_at: float
    stored: int = 0


class BodyProgress:
    """Counts what this process stores; the store is asked once at the start of a stretch."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._paces: dict[AccountId, _Pace] = {}

    async def stored(
        self, tx: Transaction, account_id: AccountId, count: int
    ) -> SyncProgress | None:
        """Take note of ``count`` bodies just marked as stored; return what to tell, if anything.

        The last body of a stretch is always told, with ``done`` equal to ``total``.
        """
        now = self._clock.monotonic()
        pace = self._paces.get(account_id)
        if pace is None or now - pace.stored_at > PAUSE:
            known = await bodies.progress(tx, account_id)
            left = known.missing + count
            pace = _Pace(now, known.total, left, told_at=now - TOLD_EVERY, stored_at=now)
            self._paces[account_id] = pace
        pace.stored += count
        pace.stored_at = now
        if pace.left_at_first < WORTH_TELLING:
            if pace.stored >= pace.left_at_first:
                del self._paces[account_id]
            return None
        left = max(0, pace.left_at_first - pace.stored)
        if left and now - pace.told_at < TOLD_EVERY:
            return None
        pace.told_at = now
        if not left:
            del self._paces[account_id]
        rate = pace.stored / max(0.5, now - pace.began)
        return SyncProgress(
            account_id,
            None,
            "bodies",
            max(0, pace.total - left),
            pace.total,
            round(rate, 1),
            round(left / rate, 1) if rate else None,
        )
