"""Takes mail by SMTP submission: for the demo user into INBOX, for anybody else into a folder.

Nothing leaves the machine. Source: RFC 5321; AUTH of RFC 4954 without TLS, since it listens on
loopback only.
"""

import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession

from vexmail.app.demo.imap_session import Login
from vexmail.app.demo.mail_store import MailStore

MOST_BYTES = 30 * 2**20
_BARE_NEWLINE = re.compile(rb"(?<!\r)\n")


class Submissions:
    """aiosmtpd's handler: where accepted mail goes."""

    def __init__(
        self,
        store: MailStore,
        own_address: str,
        outside: Path,
        on_sent: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """Deliver to ``store`` what is for ``own_address`` and keep the rest in ``outside``.

        Args:
            store: the demo mailboxes.
            own_address: the demo user's address, lower case.
            outside: folder for mail "to the world", one ``.eml`` each, created when missing.
            on_sent: told the bytes of each message that went outside.
        """
        self._store = store
        self._own_address = own_address
        self._outside = outside
        self._on_sent = on_sent

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: SmtpSession, envelope: Envelope
    ) -> str:
        """Store one message and answer its SMTP status line."""
        del server, session
        content = envelope.content or b""
        raw = _BARE_NEWLINE.sub(b"\r\n", content if isinstance(content, bytes) else b"")
        recipients = {str(address).lower() for address in envelope.rcpt_tos}
        received = int(time.time())
        if self._own_address in recipients:
            inbox = self._store.mailboxes["INBOX"]
            trace = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode()
            self._store.append(inbox, trace + raw, (), received)
        if recipients - {self._own_address}:
            self._outside.mkdir(mode=0o700, exist_ok=True)
            (self._outside / f"{time.time_ns()}.eml").write_bytes(raw)
            self._on_sent(raw)
        return "250 2.0.0 taken"


def make_smtp(login: Login, handler: Submissions) -> Callable[[], SMTP]:
    """Return the protocol factory for ``loop.create_server``."""

    def authenticate(*arguments: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's own types
        data = arguments[-1]
        right = isinstance(data, LoginPassword) and login.accepts(data.login, data.password)
        return AuthResult(success=right, handled=False)

    return partial(
        SMTP,
        handler,
        data_size_limit=MOST_BYTES,
        enable_SMTPUTF8=True,
        hostname="vexmail.example",
        ident="VexMail demo",
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
