"""The servers a command needs: given by settings, started by us, or run by another VexMail."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from vexmail.app.data_folder import prepare_data_folder
from vexmail.app.embedded import EmbeddedServers
from vexmail.app.instance import holding_instance_lock, running_instance
from vexmail.app.migrations import migrate
from vexmail.app.runtime import Runtime, settle
from vexmail.app.settings import Settings

_PATIENCE_S = 5.0


def wants_embedded(settings: Settings) -> bool:
    """Whether at least one server is not given by the settings."""
    return settings.database_url is None or settings.redis_url is None


@asynccontextmanager
async def embedded_where_needed(
    settings: Settings, progress: Callable[[str], None]
) -> AsyncIterator[tuple[Settings, EmbeddedServers | None]]:
    """Start what the settings leave open; the caller holds the instance lock.

    Yields:
        Settings that name every server, and the embedded servers if any were started.
    """
    if not wants_embedded(settings):
        yield settle(settings, database_url=None, redis_url=None), None
        return
    own_database = settings.database_url is None
    own_redis = settings.redis_url is None
    async with EmbeddedServers(
        settings.data_dir, progress=progress, postgres=own_database, valkey=own_redis
    ) as servers:
        settled = settle(
            settings,
            database_url=servers.database_url if own_database else None,
            redis_url=servers.redis_url if own_redis else None,
        )
        yield settled, servers


@asynccontextmanager
async def servers_for_command(
    settings: Settings, progress: Callable[[str], None]
) -> AsyncIterator[Settings]:
    """Give a short command its servers, and a migrated database.

    Those of a VexMail that runs on the same data folder are joined; else embedded ones run for
    as long as the command does.

    Yields:
        Settings from which ``Runtime.of`` can be read.

    Raises:
        StartupProblem: the servers cannot be had.
    """
    prepare_data_folder(settings.data_dir)
    record = running_instance(settings.data_dir)
    if record is not None and (record.database_url or record.redis_url):
        yield settle(
            settings,
            database_url=None if settings.database_url else record.database_url,
            redis_url=None if settings.redis_url else record.redis_url,
        )
        return
    if not wants_embedded(settings):
        settled = settle(settings, database_url=None, redis_url=None)
        await migrate(Runtime.of(settled).database)
        yield settled
        return
    with holding_instance_lock(settings.data_dir, patience_s=_PATIENCE_S):
        async with embedded_where_needed(settings, progress) as (settled, _):
            await migrate(Runtime.of(settled).database)
            yield settled
