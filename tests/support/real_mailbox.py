"""One user's mail on a real server, and what another client does to it; calls block briefly."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import imapclient

PASSWORD = "open sesame"


class MailHost(Protocol):
    """A server of tests.support: dovecot, cyrus, courier."""

    host: str
    port: int

    def add_user(self, name: str, password: str) -> None:
        """Let somebody log in."""


@dataclass(frozen=True, slots=True)
class RealMailbox:
    """A user's mailboxes; ``prefix`` is what their names begin with, INBOX apart."""

    host: MailHost
    username: str
    prefix: str

    def path(self, name: str) -> str:
        """Return the whole name of a mailbox."""
        return name if name == "INBOX" else f"{self.prefix}{name}"

    @contextmanager
    def another_client(self, mailbox: str = "INBOX") -> Iterator[imapclient.IMAPClient]:
        """Log another client in and select a mailbox."""
        client = imapclient.IMAPClient(
            self.host.host, port=self.host.port, ssl=False, timeout=60.0, use_uid=True
        )
        with client:
            client.login(self.username, PASSWORD)
            client.select_folder(self.path(mailbox))
            yield client

    def add_mailbox(self, name: str) -> None:
        """Create a mailbox where it is not there yet."""
        with self.another_client() as client:
            if not client.folder_exists(self.path(name)):
                client.create_folder(self.path(name))

    def deliver(self, raw: bytes, *, mailbox: str = "INBOX") -> None:
        """Add a message."""
        with self.another_client() as client:
            client.append(self.path(mailbox), raw)

    def set_flags(self, subject: str, flags: Iterable[str]) -> None:
        """Replace the flags of INBOX's message with this subject."""
        with self.another_client() as client:
            client.set_flags(self._uids(client, subject), list(flags))

    def expunge(self, subject: str) -> None:
        """Remove INBOX's message with this subject, and what else is marked."""
        with self.another_client() as client:
            client.delete_messages(self._uids(client, subject))
            client.expunge()

    def move(self, subject: str, target: str) -> None:
        """Move INBOX's message with this subject, as a client without MOVE does."""
        with self.another_client() as client:
            uids = self._uids(client, subject)
            client.copy(uids, self.path(target))
            client.delete_messages(uids)
            client.expunge()

    def holds(self, mailbox: str = "INBOX") -> dict[str, set[str]]:
        """Return the flags of a mailbox's messages by subject, without \\Recent."""
        with self.another_client(mailbox) as client:
            found = client.fetch(client.search("ALL"), ["ENVELOPE", "FLAGS"])
            return {
                row[b"ENVELOPE"].subject.decode(): {
                    flag.decode() for flag in row[b"FLAGS"] if flag != b"\\Recent"
                }
                for row in found.values()
            }

    @staticmethod
    def _uids(client: imapclient.IMAPClient, subject: str) -> list[int]:
        found: list[int] = client.search(["SUBJECT", subject])
        return found
