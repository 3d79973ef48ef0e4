"""Mailboxes that outlive a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vexmail.app.demo.mail_store import MailStore, StoreInUseError

RAW = b"Subject: hello\r\n\r\nworld\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "mail.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[MailStore]:
    """A store with an INBOX of three messages and an empty Trash."""
    store = MailStore(path)
    inbox = store.create("INBOX", uid_validity=7)
    store.create("Trash", special_use="\\Trash", uid_validity=7)
    for _ in range(3):
        store.append(inbox, RAW, {"\\Seen"}, 1_700_000_000)
    yield store
    store.close()


def test_everything_is_there_again_after_reopening(store: MailStore, path: Path) -> None:
    inbox = store.mailboxes["INBOX"]
    store.set_flags(inbox, inbox.entries[2], {"\\Flagged", "keyword"})
    store.expunge(inbox, [3])
    before = (inbox.uid_next, inbox.mod_seq, dict(inbox.entries))
    store.close()

    again = MailStore(path)

    reopened = again.mailboxes["INBOX"]
    assert (reopened.uid_next, reopened.mod_seq, reopened.entries) == before
    assert reopened.uid_validity == 7
    assert again.raw(reopened.entries[1]) == RAW
    again.close()


def test_a_uid_is_never_given_twice(store: MailStore, path: Path) -> None:
    inbox = store.mailboxes["INBOX"]
    store.expunge(inbox, [3])
    store.close()

    again = MailStore(path)
    fresh = again.append(again.mailboxes["INBOX"], RAW, (), 1_700_000_000)

    assert fresh.uid == 4
    again.close()


def test_every_change_gets_a_higher_mod_sequence(store: MailStore) -> None:
    inbox = store.mailboxes["INBOX"]
    first, second = inbox.entries[1], inbox.entries[2]

    store.set_flags(inbox, first, set())
    store.set_flags(inbox, second, set())

    assert first.mod_seq < second.mod_seq == inbox.mod_seq


def test_the_same_flags_again_are_no_change(store: MailStore) -> None:
    inbox = store.mailboxes["INBOX"]
    before = inbox.mod_seq

    store.set_flags(inbox, inbox.entries[1], {"\\Seen"})

    assert inbox.mod_seq == before


def test_a_copy_survives_the_end_of_its_original(store: MailStore) -> None:
    inbox, trash = store.mailboxes["INBOX"], store.mailboxes["Trash"]

    pairs = store.copy(inbox, [2], trash)
    store.expunge(inbox, [2])

    assert store.raw(trash.entries[pairs[2]]) == RAW
    assert trash.entries[pairs[2]].flags == {"\\Seen"}


def test_listeners_hear_of_changes(store: MailStore) -> None:
    inbox = store.mailboxes["INBOX"]
    heard: list[str] = []
    inbox.listeners.add(lambda: heard.append("news"))

    store.append(inbox, RAW, (), 1_700_000_000)

    assert heard == ["news"]


def test_a_second_process_is_told_that_the_store_is_in_use(store: MailStore, path: Path) -> None:
    with pytest.raises(StoreInUseError):
        MailStore(path)


def test_the_file_is_for_its_owner_only(store: MailStore, path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0
