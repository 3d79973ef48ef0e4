"""One transaction: facts and the changes that tell them, then the doorbell."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from vexmail.domain.change import Change
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import LeaseLost
from vexmail.domain.ids import UserId
from vexmail.domain.lease import Lease
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


_UNFENCED = "SET LOCAL lock_timeout = '30s'"
# One statement: the lock timeout is in force before the locks are asked for. The account's row
# comes first, as for every writer of its mail. FOR KEY SHARE lets the lease be renewed meanwhile
# and makes who takes it, FOR UPDATE, wait for our end.
_FENCED = """
SELECT l.fence, patience.set_config FROM accounts a JOIN leases l ON l.account_id = a.id,
       (SELECT set_config('lock_timeout', '30s', true) OFFSET 0) patience
 WHERE a.id = $1 AND l.holder = $2 AND l.fence = $3
   FOR NO KEY UPDATE OF a FOR KEY SHARE OF l
"""


IN_TURN = 10  # transactions of sync at once; the pool holds about twice as many connections


class UnitOfWork:
    """Opens transactions. Only use cases call it."""

    def __init__(
        self,
        engine: AsyncEngine,
        feed: ChangeFeed,
        lease: Lease | None = None,
        turns: asyncio.Semaphore | None = None,
    ) -> None:
        self._engine = engine
        self._feed = feed
        self._lease = lease
        self._turns = turns or asyncio.Semaphore(IN_TURN)
        self._waits = turns is not None

    def in_turn(self) -> Self:
        """Return one for work that nobody waits for: a few of its transactions at a time.

        A thousand accounts that sync at once would take every connection of the pool, most of
        them only to wait for the same owner's row, and leave none to answer a request with.
        """
        return type(self)(self._engine, self._feed, None, self._turns)

    def fenced(self, lease: Lease) -> Self:
        """Return one whose transactions happen only while ``lease`` is the account's lease.

        Each begins by proving it, and nobody can take the account before it has ended: what a
        process writes that was paused, cut off or replaced meanwhile is refused here. They wait
        for their turn, see ``in_turn``.
        """
        return type(self)(self._engine, self._feed, lease, self._turns)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Transaction]:
        """Begin; on a clean exit write the changes, commit, then ring the doorbell.

        Raises:
            LeaseLost: the transaction was to be fenced, and another process runs the account
                now, or nobody, or the account was removed.
        """
        turn = self._turns if self._waits else contextlib.nullcontext()
        async with turn, connected(self._engine) as connection:
            async with connection.begin():
                driver = await driver_of(connection)
                # SQLAlchemy begins lazily with its first statement; statements given to the
                # driver directly would run outside of it.
                await self._first_statement(connection)
                transaction = Transaction(connection, driver)
                yield transaction
                owners = await transaction.write_changes()
            for user_id in owners:
                crash_point("changes.committed")
                await self._feed.ring(user_id)
                crash_point("changes.rung")

    async def _first_statement(self, connection: AsyncConnection) -> None:
        lease = self._lease
        if lease is None:
            await connection.exec_driver_sql(_UNFENCED)
            return
        proof = (lease.account_id, lease.holder, lease.fence)
        if (await connection.exec_driver_sql(_FENCED, proof)).first() is None:
            raise LeaseLost("This account is run by another process now.")
