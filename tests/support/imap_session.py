"""Sessions for tests: our adapter against a server on a loopback port."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.scripted_imap import Script, ScriptedImap
from vexmail.imap.framer import Limits
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Credentials, MailSession, Security, ServerAddress

USER = Credentials("ann", "s3cret pass")


def at(port: int, security: Security = Security.NONE, host: str = "127.0.0.1") -> ServerAddress:
    """Return an address on this machine."""
    return ServerAddress(host, port, security)


@asynccontextmanager
async def session_with(
    script: Script, *, credentials: Credentials = USER, limits: Limits | None = None
) -> AsyncIterator[MailSession]:
    """Serve ``script`` and yield the session logged in to it; aborted, not logged out, after."""
    server = AioimaplibMailServer(ssl.create_default_context(), limits)
    async with ScriptedImap(script) as scripted:
        try:
            async with server.connect(at(scripted.port), credentials) as session:
                yield session
                _leave()
        except _Enough:
            pass


class _Enough(Exception):
    """Ends a session without LOGOUT, which scripts need not know."""


def _leave() -> None:
    raise _Enough
