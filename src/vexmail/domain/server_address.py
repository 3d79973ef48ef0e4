"""Where a mail server is and how to log in there."""

from dataclasses import dataclass, field
from enum import StrEnum


class Security(StrEnum):
    """How the connection is protected. There is no "if available": STARTTLS must succeed."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where and how to connect."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name and password; never shown in a repr or a log."""

    username: str
    password: str = field(repr=False)
