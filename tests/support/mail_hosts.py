"""Starts any of the real servers by its family's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.courier import Courier
from tests.support.cyrus import Cyrus
from tests.support.dovecot import Dovecot
from tests.support.real_mailbox import MailHost

# Our own mailboxes below INBOX, some for everybody beside them, and few extensions.
_BARE = """
imap_capability = IMAP4rev1 SASL-IR ID IDLE NAMESPACE LITERAL+
namespace inbox {
  prefix = INBOX.
}
namespace everybody {
  type = public
  separator = .
  prefix = Public.
  location = maildir:~/../public:INDEX=~/public
  list = yes
}
"""


@contextmanager
def mail_host(family: str, folder: Path) -> Iterator[tuple[MailHost, str]]:
    """Run a server; give it and what the names of a user's mailboxes begin with.

    ``family`` is dovecot, bare dovecot, cyrus or courier.
    """
    match family:
        case "dovecot":
            with Dovecot(folder) as dovecot:
                yield dovecot, ""
        case "bare dovecot":
            with Dovecot(folder, extra=_BARE) as dovecot:
                yield dovecot, "INBOX."
        case "cyrus":
            with Cyrus(folder) as cyrus:
                yield cyrus, "INBOX."
        case "courier":
            with Courier(folder) as courier:
                yield courier, "INBOX."
        case _:
            raise ValueError(f"no such family of servers: {family}")
