"""Mailbox names on the wire, and what mailboxes are for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient import imap_utf7

from vexmail.domain.mailbox import MailboxRole, RemoteMailbox
from vexmail.imap.mailbox_names import decode_name, encode_name
from vexmail.imap.roles import assign_roles


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("INBOX", "INBOX"),
        ("&AMQ-pfel &- Birnen", "Äpfel & Birnen"),
        ("&ZeVnLIqe-", "日本語"),
        ("&2D3eAA-", "😀"),
        ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
        # not valid: shown as they came
        ("&", "&"),
        ("a&b", "a&b"),
        ("&!!!-", "&!!!-"),
        ("&AMQ", "&AMQ"),
        ("&2D0-", "&2D0-"),
    ],
)
def test_names_are_decoded(wire: str, name: str) -> None:
    assert decode_name(wire) == name


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
def test_names_are_encoded_as_imapclient_does_and_read_back(name: str) -> None:
    wire = encode_name(name)

    assert wire.encode("ascii") == imap_utf7.encode(name)
    assert decode_name(wire) == name


@given(st.text(max_size=30))
def test_any_wire_name_can_be_shown(wire: str) -> None:
    assert isinstance(decode_name(wire), str)


def mailbox(name: str, *attributes: str, delimiter: str = "/") -> RemoteMailbox:
    """Return a LIST answer."""
    return RemoteMailbox(name, encode_name(name), delimiter, frozenset(attributes))


def roles(*mailboxes: RemoteMailbox) -> dict[str, MailboxRole]:
    """Return who got which role."""
    return {box.name: box.role for box in assign_roles(mailboxes) if box.role is not None}


def test_the_servers_word_beats_a_name() -> None:
    given = roles(mailbox("INBOX"), mailbox("Sent"), mailbox("Gesendet", "\\sent"))

    assert given == {"INBOX": MailboxRole.INBOX, "Gesendet": MailboxRole.SENT}


def test_a_role_is_given_once_and_a_mailbox_has_one() -> None:
    given = roles(
        mailbox("a", "\\trash"), mailbox("b", "\\trash"), mailbox("c", "\\all", "\\archive")
    )

    assert given == {"a": MailboxRole.TRASH, "c": MailboxRole.ALL}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Sent Items", MailboxRole.SENT),
        ("Gesendete Objekte", MailboxRole.SENT),
        ("Éléments envoyés", MailboxRole.SENT),
        ("Отправленные", MailboxRole.SENT),
        ("送信済みトレイ", None),
        ("已发送", MailboxRole.SENT),
        ("보낸편지함", MailboxRole.SENT),
        ("Entwürfe", MailboxRole.DRAFTS),
        ("Brouillons", MailboxRole.DRAFTS),
        ("Papierkorb", MailboxRole.TRASH),
        ("Deleted Messages", MailboxRole.TRASH),
        ("Cestino", MailboxRole.TRASH),
        ("Koš", MailboxRole.TRASH),
        ("ゴミ箱", MailboxRole.TRASH),
        ("Junk E-mail", MailboxRole.JUNK),
        ("Courrier indésirable", MailboxRole.JUNK),
        ("Спам", MailboxRole.JUNK),
        ("Archiv", MailboxRole.ARCHIVE),
        ("INBOX/Trash", MailboxRole.TRASH),
        ("[Gmail]/All Mail", MailboxRole.ALL),
        ("Projects/Archive", None),
        ("Sentinel", None),
    ],
)
def test_usual_names_are_recognised(name: str, role: MailboxRole | None) -> None:
    assert roles(mailbox(name)).get(name) is role


def test_the_better_known_name_wins() -> None:
    assert roles(mailbox("Deleted Items"), mailbox("Trash")) == {"Trash": MailboxRole.TRASH}


def test_what_cannot_be_opened_has_no_role() -> None:
    assert roles(mailbox("Trash", "\\noselect"), mailbox("Junk", "\\nonexistent")) == {}


def test_inbox_is_inbox_in_any_case() -> None:
    assert roles(mailbox("Inbox")) == {"Inbox": MailboxRole.INBOX}
