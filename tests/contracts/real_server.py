"""Accounts of the contract suite on servers that really run."""

import asyncio
import imaplib
import ssl
from itertools import count
from pathlib import Path
from typing import Protocol

from tests.contracts.mail_server import Account
from vexmail.domain.ids import Uid
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Credentials, Security, ServerAddress

PASSWORD = "open sesame"
_numbers = count()


class RealServer(Protocol):
    """What ``tests.support`` starts: dovecot, cyrus, courier."""

    host: str
    port: int

    def add_user(self, name: str, password: str) -> None:
        """Let somebody log in."""


class TlsServer(RealServer, Protocol):
    """One that has a certificate, too."""

    tls_port: int

    @property
    def ca_file(self) -> Path:
        """The certificate to trust."""


def account_over_tls(server: TlsServer) -> Account:
    """Return a new, empty account, reached by TLS."""
    trusting = ssl.create_default_context(cafile=str(server.ca_file))
    address = ServerAddress("localhost", server.tls_port, Security.TLS)
    return _account(server, AioimaplibMailServer(trusting), address)


def account_in_clear_text(server: RealServer) -> Account:
    """Return a new, empty account on a loopback port."""
    address = ServerAddress(server.host, server.port, Security.NONE)
    return _account(server, AioimaplibMailServer(), address)


def _account(server: RealServer, ours: AioimaplibMailServer, address: ServerAddress) -> Account:
    user = f"contract{next(_numbers)}"
    server.add_user(user, PASSWORD)

    def log_in() -> imaplib.IMAP4:
        other = imaplib.IMAP4(server.host, server.port)
        other.login(user, PASSWORD)
        return other

    def append(raw: bytes) -> None:
        with log_in() as other:
            other.append("INBOX", "", None, raw)  # type: ignore[arg-type]  # typeshed knows no None

    def remove(uid: Uid, *, for_good: bool) -> None:
        with log_in() as other:
            other.select("INBOX")
            other.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            if for_good:
                other.uid("EXPUNGE", str(uid))

    async def deliver(raw: bytes) -> None:
        await asyncio.to_thread(append, raw)

    async def mark_deleted(uid: Uid) -> None:
        await asyncio.to_thread(remove, uid, for_good=False)

    async def expunge(uid: Uid) -> None:
        await asyncio.to_thread(remove, uid, for_good=True)

    return Account(ours, address, Credentials(user, PASSWORD), deliver, mark_deleted, expunge)
