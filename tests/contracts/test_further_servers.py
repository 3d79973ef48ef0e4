"""The IMAP adapter keeps the mail server's contract on server families other than Dovecot."""

from collections.abc import Iterator

import pytest

from tests.contracts.mail_server import Account, MailServerContract
from tests.contracts.mail_server_changes import MailServerChangesContract
from tests.contracts.mail_server_mailboxes import MailServerMailboxesContract
from tests.contracts.real_server import account_in_clear_text, account_over_tls
from tests.support.courier import Courier
from tests.support.cyrus import Cyrus


@pytest.fixture(scope="module")
def cyrus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cyrus]:
    with Cyrus(tmp_path_factory.mktemp("cyrus")) as server:
        yield server


@pytest.fixture(scope="module")
def courier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    with Courier(tmp_path_factory.mktemp("courier")) as server:
        yield server


class TestOnCyrus(MailServerContract, MailServerChangesContract, MailServerMailboxesContract):
    """QRESYNC, OBJECTID, MOVE, LIST-STATUS; all below ``INBOX.``; strict about syntax."""

    @pytest.fixture
    def account(self, cyrus: Cyrus) -> Account:
        return account_over_tls(cyrus)


class TestOnCourier(MailServerContract, MailServerChangesContract, MailServerMailboxesContract):
    """UIDPLUS and little else; SELECT tells no UIDNEXT, a refusal has no response code."""

    @pytest.fixture
    def account(self, courier: Courier) -> Account:
        return account_in_clear_text(courier)
