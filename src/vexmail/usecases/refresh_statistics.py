"""Let the database's planner know soon when a first sync has filled its tables."""

from vexmail.store import planner_statistics
from vexmail.store.unit_of_work import UnitOfWork

FEWEST = 500  # rows; below, any plan is quick


class RefreshStatistics:
    """Counts what this process adds, for all accounts together."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._added = 0
        self._enough = FEWEST

    async def after_adding(self, count: int) -> None:
        """Take note of ``count`` new messages; have the tables looked at when they doubled."""
        self._added += count
        if self._added < self._enough:
            return
        added, self._added = self._added, 0  # before the first await: once is enough
        async with self._uow() as tx:
            known = await planner_statistics.known_rows(tx)
            if known < FEWEST or added >= known:
                await planner_statistics.refresh(tx)
                known = await planner_statistics.known_rows(tx)
        self._enough = max(FEWEST, known)
