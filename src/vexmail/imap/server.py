"""The port's ``MailServer``: opens sessions over aioimaplib's connection."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vexmail.imap.dial import dial
from vexmail.imap.framer import Limits
from vexmail.imap.login import log_in
from vexmail.imap.session import ImapSession
from vexmail.ports.mail_server import Credentials, Permit, ServerAddress, always


class AioimaplibMailServer:
    """See ``ports.mail_server.MailServer``.

    Args:
        context: whom to trust; the system's authorities by default.
        limits: what one response may cost in memory.
    """

    def __init__(self, context: ssl.SSLContext | None = None, limits: Limits | None = None) -> None:
        self._context = context or ssl.create_default_context()
        self._limits = limits

    @asynccontextmanager
    async def connect(
        self, address: ServerAddress, credentials: Credentials, permit: Permit = always
    ) -> AsyncIterator[ImapSession]:
        """Connect, protect, log in; log out on a clean exit, abort otherwise."""
        permit()
        connection = await dial(address, self._context, self._limits)
        connection.permit = permit
        try:
            session = ImapSession(await log_in(connection, address, credentials, self._context))
            yield session
            await session.log_out()
        finally:
            connection.abort()
