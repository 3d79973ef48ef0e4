"""A database URL as people write it, turned into what our two drivers take."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from typing_extensions import override

_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
_OPTIONS = {"host": "host", "port": "port", "sslmode": "ssl", "ssl": "ssl"}
_EXPECTED = "It should look like postgresql://user:password@host:5432/name"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the database is; parts are decoded, ``host`` may be a folder with a unix socket."""

    host: str
    port: int | None
    database: str
    user: str | None
    password: str | None
    ssl: str | None

    @property
    def sqlalchemy_url(self) -> str:
        """The URL for ``create_async_engine``."""
        login = quote(self.user or "", safe="")
        if self.password is not None:
            login += ":" + quote(self.password, safe="")
        options = {"host": self.host, "port": self.port, "ssl": self.ssl}
        query = urlencode({name: value for name, value in options.items() if value is not None})
        at = f"{login}@" if login else ""
        return f"postgresql+asyncpg://{at}/{quote(self.database, safe='')}?{query}"

    @property
    def asyncpg_arguments(self) -> dict[str, str | int]:
        """The keyword arguments for ``asyncpg.connect`` and ``asyncpg.create_pool``."""
        every = {
            "host": self.host,
            "port": self.port,
            "database": self.database,
            "user": self.user,
            "password": self.password,
            "ssl": self.ssl,
        }
        return {name: value for name, value in every.items() if value is not None}

    @property
    def shown(self) -> str:
        """The address without the password, for messages."""
        port = f":{self.port}" if self.port else ""
        return f"{self.host}{port}/{self.database}"

    @override
    def __repr__(self) -> str:
        """Never show the password."""
        return f"DatabaseAddress({self.shown})"


def parse_database_url(url: str) -> DatabaseAddress:
    """Read a ``postgresql://``, ``postgres://`` or ``postgresql+asyncpg://`` URL.

    Raises:
        ValueError: it cannot be used; the message says why and never repeats the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        message = f"this is not a URL, or its port is not a number. {_EXPECTED}"
        raise ValueError(message) from error
    if parts.scheme not in _SCHEMES:
        message = f"'{parts.scheme}' is not PostgreSQL. {_EXPECTED}"
        raise ValueError(message)
    options = _options(parts.query)
    host = options.get("host") or unquote(parts.hostname or "")
    database = unquote(parts.path.lstrip("/"))
    if not host or not database:
        message = f"it names no {'host' if not host else 'database'}. {_EXPECTED}"
        raise ValueError(message)
    if "port" in options:
        port = int(options["port"])
    return DatabaseAddress(
        host=host,
        port=port,
        database=database,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        ssl=options.get("ssl"),
    )


def _options(query: str) -> dict[str, str]:
    given = dict(parse_qsl(query))
    unknown = sorted(given.keys() - _OPTIONS.keys())
    if unknown:
        message = (
            f"the option '{unknown[0]}' is not understood. Known are host, port and sslmode; "
            "certificates come from PGSSLROOTCERT, PGSSLCERT and PGSSLKEY"
        )
        raise ValueError(message)
    if not given.get("port", "0").isdecimal():
        message = "the option 'port' is not a number"
        raise ValueError(message)
    return {_OPTIONS[name]: value for name, value in given.items()}
