"""The made-up world: enough mail, well formed, of many tongues, and always the same."""

import email
import email.policy
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from vexmail.app.demo.content.conversations import LANGUAGES, conversations
from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.people import ME
from vexmail.app.demo.content.world import MAILBOXES, World

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SEED = 20_240_229
# Letters that only one of our languages uses.
SCRIPTS = {
    "de": "Heizungsablesung",
    "fr": "embrasse",
    "es": "¡",
    "pl": "ś",
    "ja": "りました",
    "zh": "纸",
    "ar": "ش",
    "he": "ש",
    "hi": "है",
}


@pytest.fixture(scope="module")
def letters() -> list[tuple[str, Letter]]:
    """The whole seeded mail."""
    return list(World(SEED, NOW).letters())


@pytest.fixture(scope="module")
def parsed(letters: list[tuple[str, Letter]]) -> list[EmailMessage]:
    """The same, read by the standard library."""
    return [
        email.message_from_bytes(letter.render(), policy=email.policy.default)
        for _, letter in letters
    ]


def test_the_mailboxes_are_filled_as_a_person_would_have_them(
    letters: list[tuple[str, Letter]],
) -> None:
    counts = Counter(mailbox for mailbox, _ in letters)

    assert set(counts) == set(MAILBOXES)
    assert 1900 <= len(letters) <= 2300
    assert 1100 <= counts["INBOX"] <= 1300
    assert 250 <= counts["Sent"] <= 400
    assert 300 <= counts["Archive"] <= 450
    assert counts["Drafts"] == 3


def test_unread_mail_is_mostly_recent(letters: list[tuple[str, Letter]]) -> None:
    inbox = [letter for mailbox, letter in letters if mailbox == "INBOX"]
    unread = [letter for letter in inbox if "\\Seen" not in letter.flags]
    recent = [letter for letter in inbox if letter.sent_at > NOW - timedelta(days=14)]

    share = len(unread) / len(inbox)
    recent_share = sum("\\Seen" not in letter.flags for letter in recent) / len(recent)

    assert 0.08 < share < 0.16
    assert recent_share > 2 * share


def test_some_are_starred_and_what_was_answered_says_so(letters: list[tuple[str, Letter]]) -> None:
    answered_ids = {
        letter.references[-1] for _, letter in letters if letter.sender == ME and letter.references
    }
    from_others = [letter for _, letter in letters if letter.message_id in answered_ids]

    assert sum("\\Flagged" in letter.flags for _, letter in letters) > 30
    assert all("\\Answered" in letter.flags for letter in from_others)
    assert len(from_others) > 150


def test_the_newest_is_minutes_old_and_the_oldest_nearly_three_years(
    letters: list[tuple[str, Letter]],
) -> None:
    times = [letter.sent_at for _, letter in letters]

    assert times == sorted(times)
    assert NOW - timedelta(minutes=15) < times[-1] < NOW
    assert NOW - timedelta(days=1130) < times[0] < NOW - timedelta(days=900)


def test_every_message_is_read_without_defects(parsed: list[EmailMessage]) -> None:
    for message in parsed:
        for part in message.walk():
            assert part.defects == [], message["Subject"]
            if part.get_content_maintype() == "text":
                part.get_content()
        for name in ("From", "To", "Date", "Message-ID"):
            assert message[name].defects == ()


def test_no_slot_was_left_open(parsed: list[EmailMessage]) -> None:
    for message in parsed:
        body = message.get_body(("plain",))
        assert body is not None
        assert not re.search(r"\{\w+\}", message["Subject"] + body.get_content())


def test_what_is_read_is_what_was_written(
    letters: list[tuple[str, Letter]], parsed: list[EmailMessage]
) -> None:
    for (_, letter), message in zip(letters, parsed, strict=True):
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().replace("\r\n", "\n").strip() == letter.text.strip()
        assert message["Subject"] == letter.subject


def test_all_languages_write(letters: list[tuple[str, Letter]]) -> None:
    everything = "\n".join(letter.text for _, letter in letters)

    assert {name for name, mark in SCRIPTS.items() if mark in everything} == set(SCRIPTS)
    assert {talk.partner.language for talk in conversations()} == set(LANGUAGES)


def test_older_charsets_are_among_them(parsed: list[EmailMessage]) -> None:
    charsets = {part.get_content_charset() for message in parsed for part in message.walk()}

    assert {
        "utf-8",
        "us-ascii",
        "iso-8859-1",
        "iso-8859-2",
        "iso-2022-jp",
        "gb18030",
        "windows-1256",
    } <= charsets


def test_threads_are_connected(letters: list[tuple[str, Letter]]) -> None:
    ids = {letter.message_id for _, letter in letters}
    answers = [letter for _, letter in letters if letter.references]

    assert len(ids) == len(letters)
    assert len(answers) > 500
    assert all(set(letter.references) <= ids for letter in answers)
    assert all(letter.text.count("\n>") for letter in answers)


def test_no_address_leads_out_of_the_example_world(parsed: list[EmailMessage]) -> None:
    for message in parsed:
        everything = "\n".join(str(value) for value in message.values())
        for part in message.walk():
            if part.get_content_maintype() == "text":
                everything += part.get_content()
        for domain in re.findall(r"[@/]([a-z0-9.-]+\.[a-z]{2,})\b", everything):
            if domain.endswith((".example", "example.com")):
                continue
            assert domain.endswith((".gif", ".jpg")), domain  # the last step of a path


def test_attachments_are_real_files(parsed: list[EmailMessage]) -> None:
    starts = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n", "text/csv": b""}
    seen = Counter[str]()
    inline = 0
    for message in parsed:
        for part in message.walk():
            if part.get_content_type() in starts and part.get_filename():
                assert part.get_payload(decode=True).startswith(starts[part.get_content_type()])  # type: ignore[union-attr]  # decoded payloads are bytes
                seen[part.get_content_type()] += 1
            inline += part.get_content_disposition() == "inline"
            seen["invitation"] += part.get_content_type() == "text/calendar"

    assert min(seen[kind] for kind in (*starts, "invitation")) >= 5
    assert inline >= 5


def test_the_same_seed_and_now_give_the_same_bytes() -> None:
    first = [letter.render() for _, letter in World(SEED, NOW).letters()]
    second = [letter.render() for _, letter in World(SEED, NOW).letters()]
    other = [letter.render() for _, letter in World(SEED + 1, NOW).letters()]

    assert first == second
    assert first != other


def test_arrivals_are_new_and_begin_with_an_answer_in_a_known_thread(
    letters: list[tuple[str, Letter]],
) -> None:
    ids = {letter.message_id for _, letter in letters}
    world = World(SEED, NOW)

    arrivals = [world.arrival(count, NOW) for count in range(60)]

    assert set(arrivals[0].references) <= ids
    assert arrivals[0].references
    assert len({letter.message_id for letter in arrivals} - ids) == 60
    assert all(letter.sent_at == NOW and letter.render() for letter in arrivals)
    assert sum(bool(letter.html) for letter in arrivals) > 5


def test_arrivals_are_the_same_whether_or_not_the_mail_was_seeded_by_this_world() -> None:
    seeding, fresh = World(SEED, NOW), World(SEED, NOW)
    list(seeding.letters())

    assert seeding.arrival(0, NOW).render() == fresh.arrival(0, NOW).render()


def test_a_friend_answers_what_was_sent_to_them() -> None:
    sent = (
        b"From: demo@vexmail.example\r\nTo: Mila Brandt <Mila@brandt.example>\r\n"
        b"Subject: Soup?\r\nMessage-ID: <x@vexmail.example>\r\n\r\nCome over!\r\n"
    )

    answer = World(SEED, NOW).answer(sent, NOW)

    assert answer is not None
    assert answer.sender.name == "Mila Brandt"
    assert answer.subject == "Re: Soup?"
    assert answer.references == ("<x@vexmail.example>",)
    assert "> Come over!" in answer.text


def test_nobody_answers_for_strangers() -> None:
    sent = b"To: who@where.example\r\nMessage-ID: <x@vexmail.example>\r\n\r\nHello?\r\n"

    assert World(SEED, NOW).answer(sent, NOW) is None
