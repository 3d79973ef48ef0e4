"""Count what accounts download, and let the backfill of bodies rest when a day's share is used."""

from vexmail.domain.byte_budget import Pause, day_of, pause_for
from vexmail.domain.change import AccountStateChanged
from vexmail.domain.ids import AccountId
from vexmail.ports.clock import Clock
from vexmail.store import downloads, mailboxes
from vexmail.store.queries import accounts as views
from vexmail.store.unit_of_work import UnitOfWork

UNLIMITED = 1 << 62  # bytes


class MeterDownloads:
    """The sums outlive the process: a restart gives no account a second day."""

    def __init__(self, uow: UnitOfWork, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def record(self, account_id: AccountId, count: int) -> None:
        """Add to today's sum; an account that was removed meanwhile is no error."""
        async with self._uow() as tx:
            await downloads.add(tx, account_id, day_of(self._clock.now()), count)

    async def room(self, account_id: AccountId, limit: int | None) -> int:
        """Return how many bytes of bodies that nobody waits for may be downloaded now.

        Args:
            account_id: whose.
            limit: bytes a day; None where nobody counts.

        The answer is written down and told where it is another than before.
        """
        now = self._clock.now()
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return 0
            spent = 0 if limit is None else await downloads.of_day(tx, account_id, day_of(now))
            pause: Pause | None = pause_for(limit, spent, now)
            if await downloads.set_pause(tx, account_id, pause):
                view = await views.one(tx.driver, user_id, account_id) or {}
                change = AccountStateChanged(account_id, view["state"], view["error"], view)
                tx.tell(user_id, change)
        return UNLIMITED if limit is None else max(0, limit - spent)
