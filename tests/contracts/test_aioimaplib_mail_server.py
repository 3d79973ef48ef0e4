"""The IMAP adapter keeps the mail server's contract on real servers and on minimal ones."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import ClassVar

import pytest

from tests.contracts.mail_server import Account, MailServerContract
from tests.contracts.mail_server_changes import MailServerChangesContract
from tests.contracts.mail_server_mailboxes import MailServerMailboxesContract
from tests.contracts.real_server import PASSWORD, account_over_tls
from tests.support.dovecot import Dovecot
from tests.support.live_mailbox import LiveMailbox
from vexmail.domain.ids import Uid
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Credentials, Security, ServerAddress

# Everything below INBOX, and none of the newer extensions named: what such a server does when
# they are used all the same is not asked.
_BARE = """
imap_capability = IMAP4rev1 SASL-IR ID IDLE NAMESPACE LITERAL+
namespace inbox {
  prefix = INBOX.
}
"""


@pytest.fixture(scope="module")
def full_dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.fixture(scope="module")
def bare_dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot"), extra=_BARE) as server:
        yield server


class _OnDovecot(MailServerContract, MailServerChangesContract, MailServerMailboxesContract):
    @pytest.fixture
    def account(self, dovecot: Dovecot) -> Account:
        return account_over_tls(dovecot)


@pytest.mark.dovecot
class TestOnDovecot(_OnDovecot):
    """Over TLS, with everything Dovecot offers."""

    @pytest.fixture
    def dovecot(self, full_dovecot: Dovecot) -> Dovecot:
        return full_dovecot


@pytest.mark.dovecot
class TestOnABareDovecot(_OnDovecot):
    """Without QRESYNC, CONDSTORE, MOVE, UIDPLUS, ESEARCH, LIST-STATUS; all below ``INBOX.``."""

    @pytest.fixture
    def dovecot(self, bare_dovecot: Dovecot) -> Dovecot:
        return bare_dovecot


class _OnLiveMailbox(MailServerContract, MailServerChangesContract, MailServerMailboxesContract):
    features: ClassVar[Mapping[str, bool | str]] = {}

    @pytest.fixture
    async def account(self) -> AsyncIterator[Account]:
        features = dict(self.features)
        namespace = str(features.pop("namespace", ""))
        switches = {name: bool(value) for name, value in features.items()}
        async with LiveMailbox(password=PASSWORD, namespace=namespace, **switches) as mailbox:

            async def deliver(raw: bytes) -> None:
                mailbox.deliver(raw)

            async def mark_deleted(uid: Uid) -> None:
                mailbox.set_flags(uid, {"\\Deleted"})

            async def expunge(uid: Uid) -> None:
                mailbox.expunge(uid)

            yield Account(
                AioimaplibMailServer(),
                ServerAddress("127.0.0.1", mailbox.port, Security.NONE),
                Credentials("ann", PASSWORD),
                deliver,
                mark_deleted,
                expunge,
            )


class TestOnTheLiveMailbox(_OnLiveMailbox):
    """The server that later tests of latency rely on."""


class TestWithoutCondstore(_OnLiveMailbox):
    """A server that keeps no mod-sequences."""

    features: ClassVar = {"condstore": False}


class TestWithoutQresync(_OnLiveMailbox):
    """Mod-sequences, but no word of what is gone."""

    features: ClassVar = {"qresync": False}


class TestWithoutMove(_OnLiveMailbox):
    """COPY and UID EXPUNGE instead."""

    features: ClassVar = {"move": False}


class TestWithoutUidplus(_OnLiveMailbox):
    """Nobody says which UIDs copies have."""

    features: ClassVar = {"uidplus": False}


class TestWithoutMoveAndUidplus(_OnLiveMailbox):
    """The oldest way: EXPUNGE takes all that is marked."""

    features: ClassVar = {"move": False, "uidplus": False}


class TestWithoutListStatus(_OnLiveMailbox):
    """STATUS for each mailbox."""

    features: ClassVar = {"list_status": False}


class TestBelowAPrefix(_OnLiveMailbox):
    """All mailboxes lie below INBOX."""

    features: ClassVar = {"namespace": "INBOX/"}
