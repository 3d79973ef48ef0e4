"""Which facts make two messages the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from vexmail.domain.flags import SEEN
from vexmail.domain.ids import ModSeq, Uid
from vexmail.domain.message import Address, Envelope, RemoteMessage
from vexmail.domain.message_identity import fingerprint

MOMENT = datetime(2026, 11, 22, 10, tzinfo=UTC)
LETTER = RemoteMessage(
    uid=Uid(7),
    flags=frozenset(),
    mod_seq=ModSeq(3),
    received_at=MOMENT,
    size=1000,
    envelope=Envelope(
        subject="Hello",
        sent_at=MOMENT,
        from_=(Address("Robin", "robin@fox.example"),),
        to=(Address("Ann", "ann@vex.example"),),
        internet_message_id="<1@fox.example>",
    ),
    has_attachments=False,
)
NAMELESS = replace(LETTER, envelope=replace(LETTER.envelope, internet_message_id=""))


def test_a_copy_in_another_mailbox_is_recognised() -> None:
    later = MOMENT + timedelta(days=3)
    copy = replace(
        LETTER, uid=Uid(900), mod_seq=ModSeq(0), flags=frozenset({SEEN}), received_at=later
    )

    assert fingerprint(copy) == fingerprint(LETTER)


@pytest.mark.parametrize(
    "other",
    [
        replace(LETTER, size=1001),
        replace(LETTER, envelope=replace(LETTER.envelope, subject="Hallo")),
        replace(LETTER, envelope=replace(LETTER.envelope, internet_message_id="<2@fox.example>")),
        replace(LETTER, envelope=replace(LETTER.envelope, sent_at=None)),
        replace(LETTER, envelope=replace(LETTER.envelope, to=())),
        NAMELESS,
    ],
    ids=["size", "subject", "message id", "no date", "no recipient", "no message id"],
)
def test_another_content_is_another_message(other: RemoteMessage) -> None:
    assert fingerprint(other) != fingerprint(LETTER)


def test_without_a_message_id_the_moment_of_arrival_tells_messages_apart() -> None:
    later = replace(NAMELESS, received_at=MOMENT + timedelta(seconds=1))

    assert fingerprint(later) != fingerprint(NAMELESS)
    assert fingerprint(replace(NAMELESS, uid=Uid(8))) == fingerprint(NAMELESS)


def test_an_email_id_of_the_server_decides_alone() -> None:
    one = replace(LETTER, email_id="M1")

    assert fingerprint(replace(NAMELESS, email_id="M1", size=5)) == fingerprint(one)
    assert fingerprint(replace(one, email_id="M2")) != fingerprint(one)
    assert fingerprint(one) != fingerprint(LETTER)
