"""The IMAP adapter keeps the mail server's contract on a real server and on a minimal one."""

import asyncio
import imaplib
import ssl
from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest

from tests.contracts.mail_server import Account, MailServerContract
from tests.support.dovecot import Dovecot
from tests.support.live_mailbox import LiveMailbox
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Credentials, Security, ServerAddress

PASSWORD = "open sesame"
_numbers = count()


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.mark.dovecot
class TestOnDovecot(MailServerContract):
    """Over TLS, with everything Dovecot offers."""

    @pytest.fixture
    def account(self, dovecot: Dovecot) -> Account:
        user = f"contract{next(_numbers)}"
        dovecot.add_user(user, PASSWORD)

        def append(raw: bytes) -> None:
            with imaplib.IMAP4(dovecot.host, dovecot.port) as other:
                other.login(user, PASSWORD)
                other.append("INBOX", "", None, raw)  # type: ignore[arg-type]  # typeshed knows no None

        async def deliver(raw: bytes) -> None:
            await asyncio.to_thread(append, raw)

        return Account(
            AioimaplibMailServer(ssl.create_default_context(cafile=str(dovecot.ca_file))),
            ServerAddress("localhost", dovecot.tls_port, Security.TLS),
            Credentials(user, PASSWORD),
            deliver,
        )


class _OnLiveMailbox(MailServerContract):
    condstore = True

    @pytest.fixture
    async def account(self) -> AsyncIterator[Account]:
        async with LiveMailbox(condstore=self.condstore, password=PASSWORD) as mailbox:

            async def deliver(raw: bytes) -> None:
                mailbox.deliver(raw)

            yield Account(
                AioimaplibMailServer(),
                ServerAddress("127.0.0.1", mailbox.port, Security.NONE),
                Credentials("ann", PASSWORD),
                deliver,
            )


class TestOnTheLiveMailbox(_OnLiveMailbox):
    """The server that later tests of latency rely on."""


class TestWithoutCondstore(_OnLiveMailbox):
    """A server that keeps no mod-sequences."""

    condstore = False
