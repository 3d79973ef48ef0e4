"""How Alembic reaches the database: one async connection, one migrator at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from vexmail.app.database_address import DatabaseAddress
from vexmail.app.developer_database import developer_database
from vexmail.store.tables import metadata

# Any number will do, as long as it is ours: "VexM" in ASCII.
_ADVISORY_LOCK = 0x5665784D
_WAIT_FOR_OTHER_MIGRATOR = "10min"
# A statement that waits for a lock makes every later query wait behind it: give up early.
_LOCK_TIMEOUT = "10s"
_STATEMENT_TIMEOUT = "15min"


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run(address: DatabaseAddress) -> None:
    engine = create_async_engine(address.sqlalchemy_url, poolclass=NullPool)
    async with engine.connect() as connection:
        # Waiting for the advisory lock obeys lock_timeout as well, so it gets its own first.
        await connection.execute(text(f"set lock_timeout = '{_WAIT_FOR_OTHER_MIGRATOR}'"))
        await connection.execute(text(f"select pg_advisory_lock({_ADVISORY_LOCK})"))
        await connection.execute(text(f"set lock_timeout = '{_LOCK_TIMEOUT}'"))
        await connection.execute(text(f"set statement_timeout = '{_STATEMENT_TIMEOUT}'"))
        await connection.commit()  # the settings and the lock belong to the session
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()  # ends the session, and with it the lock


if context.is_offline_mode():
    raise SystemExit("Migrations need a live database: set DATABASE_URL, without --sql.")

asyncio.run(_run(context.config.attributes.get("address") or developer_database()))
