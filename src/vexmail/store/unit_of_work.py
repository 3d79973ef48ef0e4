"""One transaction: facts and the changes that tell them, then the doorbell."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from vexmail.domain.change import Change
from vexmail.domain.crash_points import crash_point
from vexmail.domain.ids import UserId
from vexmail.ports.change_feed import ChangeFeed
from vexmail.store import change_log
from vexmail.store.driver import Driver, connected, driver_of


class Transaction:
    """An open transaction; ``tell`` collects changes that are written before the commit."""

    def __init__(self, connection: AsyncConnection, driver: Driver) -> None:
        self.connection = connection
        self.driver = driver
        """The asyncpg connection inside: for statements over arrays of rows."""
        self._changes: dict[UserId, list[Change]] = {}

    def tell(self, user_id: UserId, *changes: Change) -> None:
        """Record changes for an owner's listeners, in order."""
        if changes:
            self._changes.setdefault(user_id, []).extend(changes)

    async def write_changes(self) -> Sequence[UserId]:
        """Write what was told; last in a transaction, since it locks the owner's row.

        Returns:
            The owners whose listeners must be woken after the commit.
        """
        for user_id in sorted(self._changes):
            await change_log.append(self.driver, user_id, self._changes[user_id])
        return sorted(self._changes)


class UnitOfWork:
    """Opens transactions. Only use cases call it."""

    def __init__(self, engine: AsyncEngine, feed: ChangeFeed) -> None:
        self._engine = engine
        self._feed = feed

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Transaction]:
        """Begin; on a clean exit write the changes, commit, then ring the doorbell."""
        async with connected(self._engine) as connection:
            async with connection.begin():
                driver = await driver_of(connection)
                # SQLAlchemy begins lazily with its first statement; statements given to the
                # driver directly would run outside of it.
                await connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
                transaction = Transaction(connection, driver)
                yield transaction
                owners = await transaction.write_changes()
            for user_id in owners:
                crash_point("changes.committed")
                await self._feed.ring(user_id)
                crash_point("changes.rung")
