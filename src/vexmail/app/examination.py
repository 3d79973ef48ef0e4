"""What ``vexmail doctor`` looks at: one finding per thing that VexMail stands on."""

import asyncio
import platform
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError
from typing_extensions import override

import vexmail
from vexmail.app.data_folder import prepare_data_folder
from vexmail.app.database_address import parse_database_url
from vexmail.app.embedded.binaries import embedded_obstacle
from vexmail.app.instance import InstanceRecord, running_instance
from vexmail.app.listening import open_listener
from vexmail.app.migrations import newest_revision, revision_of
from vexmail.app.runtime import demand_key
from vexmail.app.settings import Settings, load_settings
from vexmail.app.startup_problem import StartupProblem

_ROOM = 1024**3  # bytes; a small mailbox with its indexes
_OLDEST_POSTGRES = 16
_ANSWER_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``text`` says what was found, or what to do about it."""

    subject: str
    is_good: bool
    text: str

    @override
    def __str__(self) -> str:
        """Return the line of the report."""
        return f"{'ok  ' if self.is_good else 'FAIL'}  {self.subject}: {self.text}"


async def examine(tell: Callable[[Finding], None]) -> bool:
    """Look at everything, telling each finding as it is made.

    Returns:
        Whether all of it is good.
    """
    all_good = True
    async for finding in _findings():
        tell(finding)
        all_good = all_good and finding.is_good
    return all_good


async def _findings() -> AsyncIterator[Finding]:
    system = f"{platform.system()} {platform.machine()}"
    yield Finding("Python", is_good=True, text=f"{platform.python_version()} on {system}")
    yield _client()
    try:
        settings = load_settings()
        if settings.database_url is not None:
            demand_key(settings)
    except StartupProblem as problem:
        for line in str(problem).splitlines():
            yield Finding("Settings", is_good=False, text=line)
        return
    yield Finding("Settings", is_good=True, text="all of them can be used")
    yield _data_folder(settings)
    yield _room(settings.data_dir)
    record = running_instance(settings.data_dir)
    yield _port(settings, record)
    yield await _database(settings, record)
    yield await _redis(settings, record)


def _client() -> Finding:
    page = Path(vexmail.__file__).parent / "static" / "index.html"
    if page.exists():
        return Finding("Browser client", is_good=True, text="built")
    return Finding("Browser client", is_good=False, text="not built. Build it: make run")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        return Finding("Data folder", is_good=True, text=f"{folder}, made at the first start")
    try:
        prepare_data_folder(folder)
    except StartupProblem as problem:
        return Finding("Data folder", is_good=False, text=str(problem))
    return Finding("Data folder", is_good=True, text=str(folder))


def _room(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / _ROOM:.1f} GiB free"
    if free < _ROOM:
        text += ". Mail and its index need more: free some, or set VEXMAIL_DATA_DIR"
    return Finding("Disk", is_good=free >= _ROOM, text=text)


def _port(settings: Settings, record: InstanceRecord | None) -> Finding:
    if record is not None:
        where = f"at {record.url}" if record.url else "and is still starting"
        return Finding("VexMail", is_good=True, text=f"runs {where} (process {record.pid})")
    try:
        listener = open_listener(
            settings.vexmail_host, settings.vexmail_port, exactly=settings.port_was_asked_for
        )
    except StartupProblem as problem:
        return Finding("Port", is_good=False, text=str(problem))
    with listener:
        port = listener.getsockname()[1]
    return Finding("Port", is_good=True, text=f"{port} of {settings.vexmail_host} is free")


async def _database(settings: Settings, record: InstanceRecord | None) -> Finding:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    url = url or (record.database_url if record else None)
    if not url:
        return _embedded("PostgreSQL")
    address = parse_database_url(url)
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            connection = await asyncpg.connect(**address.asyncpg_arguments)
            version = connection.get_server_version()
            await connection.close()
            revision = await revision_of(address)
    except (OSError, TimeoutError, asyncpg.PostgresError, StartupProblem) as error:
        text = f"{address.shown} does not let us in ({error or type(error).__name__})"
        return Finding("PostgreSQL", is_good=False, text=text)
    if version.major < _OLDEST_POSTGRES:
        text = f"{version.major} is too old; VexMail needs {_OLDEST_POSTGRES} or newer"
        return Finding("PostgreSQL", is_good=False, text=text)
    state = "up to date" if revision == newest_revision(address) else "migrated at the next start"
    return Finding("PostgreSQL", is_good=True, text=f"{version.major}.{version.minor}, {state}")


async def _redis(settings: Settings, record: InstanceRecord | None) -> Finding:
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    url = url or (record.redis_url if record else None)
    if not url:
        return _embedded("Redis")
    client = redis.asyncio.Redis.from_url(url)
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S), client:
            version = (await client.info("server"))["redis_version"]
    except (OSError, TimeoutError, RedisError) as error:
        text = f"REDIS_URL does not answer ({str(error) or type(error).__name__})"
        return Finding("Redis", is_good=False, text=text)
    return Finding("Redis", is_good=True, text=f"protocol of {version}")


def _embedded(subject: str) -> Finding:
    obstacle = embedded_obstacle()
    text = obstacle or "embedded, started together with VexMail"
    return Finding(subject, is_good=obstacle is None, text=text)
