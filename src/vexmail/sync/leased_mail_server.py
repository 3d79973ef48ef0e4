"""A mail server that is spoken to only while this process may run the account."""

from contextlib import AbstractAsyncContextManager

from vexmail.domain.server_address import Credentials, ServerAddress
from vexmail.ports.mail_server import MailServer, MailSession, Permit, always


class LeasedMailServer:
    """Implements ``MailServer``: every command of every session asks ``permit`` first.

    A database can refuse what a process writes that was paused; a mail server cannot. So the
    process looks at its own clock before each command.
    """

    def __init__(self, server: MailServer, permit: Permit) -> None:
        self._server = server
        self._permit = permit

    def connect(
        self, address: ServerAddress, credentials: Credentials, permit: Permit = always
    ) -> AbstractAsyncContextManager[MailSession]:
        """Connect; the caller's own ``permit`` is asked, too."""

        def both() -> None:
            self._permit()
            permit()

        return self._server.connect(address, credentials, both)
