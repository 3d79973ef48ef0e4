"""Bringing the database to the tables this VexMail expects."""

import asyncio
from pathlib import Path

import asyncpg
import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

import vexmail
from vexmail.app.data_folder import source_checkout
from vexmail.app.database_address import DatabaseAddress
from vexmail.app.startup_problem import DatabaseIsNewer, DatabaseUnreachable, StartupProblem

log = structlog.get_logger(__name__)

_INSTALLED_FOLDER = "migrations"  # where the wheel puts the alembic folder of the checkout


def alembic_config(address: DatabaseAddress) -> Config:
    """Return Alembic's settings for one database, from the checkout or the installed wheel."""
    checkout = source_checkout()
    installed = Path(vexmail.__file__).parent / _INSTALLED_FOLDER
    folder = checkout / "alembic" if checkout else installed
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["address"] = address
    return config


async def migrate(address: DatabaseAddress) -> None:
    """Upgrade to the newest revision; other processes doing the same wait for each other.

    Raises:
        DatabaseIsNewer: its revision is unknown to this VexMail.
        DatabaseUnreachable: nobody answers at the address, or the login is refused.
        StartupProblem: a migration failed; the database is as before.
    """
    newest = newest_revision(address)
    if await revision_of(address) == newest:
        return
    try:
        await asyncio.to_thread(command.upgrade, alembic_config(address), "head")
    except CommandError as error:
        if "Can't locate revision" not in str(error):
            raise
        message = (
            "The database was changed by a newer VexMail than this one. Install that version, or "
            "name another database or data folder."
        )
        raise DatabaseIsNewer(message) from error
    except DBAPIError as error:
        message = f"The database could not be brought up to date; it is as before. {error.orig}"
        raise StartupProblem(message) from error
    log.info("database.migrated", revision=newest)


def newest_revision(address: DatabaseAddress) -> str | None:
    """Return the revision this VexMail brings a database to."""
    return ScriptDirectory.from_config(alembic_config(address)).get_current_head()


async def revision_of(address: DatabaseAddress) -> str | None:
    """Return the revision the database is at, None before the first migration.

    Raises:
        DatabaseUnreachable: nobody answers at the address, or the login is refused.
    """
    try:
        async with asyncio.timeout(30):
            connection = await asyncpg.connect(**address.asyncpg_arguments)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        message = (
            f"DATABASE_URL: the database {address.shown} does not let us in "
            f"({error or type(error).__name__}). Check host, port, user, password and that the "
            "server is running."
        )
        raise DatabaseUnreachable(message) from error
    try:
        return str(await connection.fetchval("select version_num from alembic_version"))
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
