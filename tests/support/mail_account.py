"""A mail account on a real server, and another client of it that is not ours."""

import hashlib
from dataclasses import dataclass
from typing import Any

import imapclient

from tests.support.dovecot import Dovecot
from tests.support.imap_truth import MailboxView, read_mailbox

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A user of a running Dovecot."""

    dovecot: Dovecot
    username: str

    @property
    def email(self) -> str:
        """The address people know."""
        return f"{self.username}@vex.example"

    def request(self, **changes: object) -> dict[str, Any]:
        """Return the body of ``POST /api/accounts``; ``changes`` replace parts of ``imap``."""
        imap: dict[str, Any] = {
            "host": self.dovecot.host,
            "port": self.dovecot.port,
            "security": "none",
            "username": self.username,
            "password": PASSWORD,
        }
        return {"email": self.email, "imap": imap | changes}

    def view(self, mailbox: str = "INBOX") -> MailboxView:
        """Read what the server holds, without our code; blocking."""
        host, port = self.dovecot.host, self.dovecot.port
        return read_mailbox(host, port, self.username, PASSWORD, mailbox)

    def another_client(self) -> imapclient.IMAPClient:
        """Log another client in; use it as a context manager."""
        client = imapclient.IMAPClient(
            self.dovecot.host, port=self.dovecot.port, ssl=False, timeout=60.0
        )
        client.login(self.username, PASSWORD)
        return client

    def deliver(self, subject: str, text: str = "Short and sweet.", html: str = "") -> None:
        """APPEND a message to INBOX as another client does; blocking."""
        with self.another_client() as client:
            client.append("INBOX", a_message(subject, text, html))


def an_account(dovecot: Dovecot, username: str) -> MailAccount:
    """Make a user with an empty INBOX."""
    dovecot.add_user(username, PASSWORD)
    return MailAccount(dovecot, username)


def a_message(subject: str, text: str = "Short and sweet.", html: str = "") -> bytes:
    """Build a small message from Robin; with ``html`` it has both kinds of body."""
    kind = f"text/{'html' if html else 'plain'}; charset=utf-8"
    lines = (
        "From: Robin Fox <robin@fox.example>",
        "To: ann@vex.example",
        f"Subject: {subject}",
        f"Message-ID: <{hashlib.sha256(subject.encode()).hexdigest()[:24]}@fox.example>",
        "Date: Sun, 22 Nov 2026 10:00:00 +0000",
        "MIME-Version: 1.0",
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: 8bit",
        "",
        html or text,
        "",
    )
    return "\r\n".join(lines).encode()
