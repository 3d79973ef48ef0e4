"""Settings made definite: every server is known, nothing is left to choose."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from vexmail.app.database_address import DatabaseAddress, parse_database_url
from vexmail.app.secret_key import HOW_TO_MAKE_ONE, kept_key
from vexmail.app.settings import Settings
from vexmail.app.startup_problem import BadSettings


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the container builds from."""

    database: DatabaseAddress
    redis_url: str = field(repr=False)
    data_dir: Path
    secret_key: bytes = field(repr=False)
    allow_private_hosts: bool

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read settings that name their servers, as those from ``settle`` do.

        Raises:
            BadSettings: DATABASE_URL, REDIS_URL or SECRET_KEY is missing.
        """
        if settings.database_url is None or settings.redis_url is None:
            raise BadSettings(
                "DATABASE_URL and REDIS_URL: they are needed here, because this command does not "
                "start the embedded servers."
            )
        return cls(
            database=parse_database_url(settings.database_url.get_secret_value()),
            redis_url=settings.redis_url.get_secret_value(),
            data_dir=settings.data_dir,
            secret_key=demand_key(settings).encode(),
            allow_private_hosts=bool(settings.vexmail_allow_private_hosts),
        )


def settle(settings: Settings, *, database_url: str | None, redis_url: str | None) -> Settings:
    """Fill in what the embedded servers decide.

    Args:
        settings: as the person gave them.
        database_url: of the embedded PostgreSQL, None when DATABASE_URL was given.
        redis_url: of the embedded Valkey, None when REDIS_URL was given.

    Returns:
        Settings from which ``Runtime.of`` can be read, here and in child processes.

    Raises:
        BadSettings: SECRET_KEY is missing although the database is not embedded.
    """
    changes: dict[str, object] = {"vexmail_data_dir": settings.data_dir}
    if database_url is not None:
        changes["database_url"] = database_url
        if settings.vexmail_allow_private_hosts is None:
            changes["vexmail_allow_private_hosts"] = True
        if settings.secret_key is None:
            changes["secret_key"] = kept_key(settings.data_dir)
    else:
        demand_key(settings)
    if redis_url is not None:
        changes["redis_url"] = redis_url
    return settings.with_changes(**changes)


def demand_key(settings: Settings) -> str:
    """Return SECRET_KEY.

    Raises:
        BadSettings: it is not set.
    """
    if settings.secret_key is None:
        message = (
            "SECRET_KEY: it is needed together with DATABASE_URL. "
            f"Make a good one with: {HOW_TO_MAKE_ONE}"
        )
        raise BadSettings(message)
    return settings.secret_key.get_secret_value()
