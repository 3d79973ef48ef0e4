"""Creating, renaming, deleting, subscribing: names on the wire, prefixes, refusals."""

import pytest

from tests.support.imap_session import USER, at, session_with
from tests.support.live_mailbox import LiveMailbox
from tests.support.scripted_imap import after_login
from vexmail.domain.errors import CommandRefused, MailboxGone, TransientError
from vexmail.imap.server import AioimaplibMailServer

OK = "S: {tag} OK done\n"


@pytest.mark.parametrize(
    ("namespace", "name", "wire_name"),
    [
        ('(("" "/")) NIL NIL', "Work", "Work"),
        ('(("" "/")) NIL NIL', "Work/Äpfel & Birnen", "Work/&AMQ-pfel &- Birnen"),
        ('(("" "/")) NIL NIL', "Work/", "Work"),
        ('(("" NIL)) NIL NIL', "Work/", "Work/"),
        ('(("INBOX." ".")) NIL NIL', "Work", "INBOX.Work"),
        ('(("INBOX." ".")) NIL NIL', "Work.2026", "INBOX.Work.2026"),
        ('(("INBOX." ".")) NIL NIL', "INBOX.Work", "INBOX.Work"),
        ('(("INBOX." ".")) NIL NIL', "Inbox.Work", "INBOX.Work"),
        ('(("INBOX." ".")) NIL NIL', "INBOX.", "INBOX"),
        ('(("INBOX." ".")) (("user." ".")) (("shared." "."))', "shared.x", "shared.x"),
        ('(("INBOX." ".")) (("user." ".")) (("shared." "."))', "sharedx", "INBOX.sharedx"),
        ('(("" "/")("#mh/" "/" "X-PARAM" ("A" "B"))) NIL NIL', "Work", "Work"),
        ("NIL NIL NIL", "Work", "Work"),
        ('NIL NIL (("" "."))', "Work", "Work"),
    ],
)
async def test_a_new_name_goes_below_our_own_prefix(
    namespace: str, name: str, wire_name: str
) -> None:
    script = after_login(
        f"C: NAMESPACE\nS: * NAMESPACE {namespace}\n{OK}"
        f'C: CREATE "{wire_name}"\n{OK}C: SUBSCRIBE "{wire_name}"\n{OK}'
        f'C: CREATE "{wire_name}"\nS: {{tag}} NO [ALREADYEXISTS] twice\n',
        capabilities="NAMESPACE",
    )

    async with session_with(script) as session:
        assert await session.create_mailbox(name) == wire_name
        with pytest.raises(CommandRefused, match="twice") as caught:
            await session.create_mailbox(name)  # asks for no NAMESPACE again

    assert caught.value.response_code == "ALREADYEXISTS"


@pytest.mark.parametrize("answer", ["S: {tag} NO no\n", OK])
async def test_a_server_without_an_answer_to_namespace_has_no_prefix(answer: str) -> None:
    script = after_login(
        f'C: NAMESPACE\n{answer}C: CREATE "Work"\n{OK}C: SUBSCRIBE "Work"\nS: {{tag}} NO no\n',
        capabilities="NAMESPACE",
    )

    async with session_with(script) as session:
        assert await session.create_mailbox("Work") == "Work"


@pytest.mark.parametrize(
    "name", ["", " ", "a\r\nA1 DELETE x", "a\nb", "a\0b", "a\x7fb", "a\x85b", "\udc80", "ä" * 900]
)
async def test_a_name_no_server_takes_never_reaches_the_wire(name: str) -> None:
    async with session_with(after_login(f"C: NOOP\n{OK}")) as session:
        with pytest.raises(CommandRefused):
            await session.create_mailbox(name)
        with pytest.raises(CommandRefused):
            await session.rename_mailbox("Old", name)
        await session.noop()


async def test_a_wire_name_with_a_line_break_never_reaches_the_wire() -> None:
    bad = "a\r\nA1 DELETE x"

    async with session_with(after_login(f"C: NOOP\n{OK}")) as session:
        with pytest.raises(CommandRefused):
            await session.delete_mailbox(bad)
        with pytest.raises(CommandRefused):
            await session.subscribe(bad, wanted=True)
        await session.noop()


async def test_a_renamed_mailbox_takes_its_subscriptions_along() -> None:
    async with LiveMailbox() as mailbox:
        for name in ("Old", "Old/a", "Old/b", "Older"):
            mailbox.add_mailbox(name)
        mailbox.mailboxes["Old/b"].subscribed = False
        mailbox.deliver(b"Subject: kept\r\n\r\n", mailbox="Old/a")
        async with AioimaplibMailServer().connect(at(mailbox.port), USER) as session:
            assert await session.rename_mailbox("Old", "New") == "New"
            assert await session.rename_mailbox("New", "New") == "New"

    subscribed = {name: box.subscribed for name, box in mailbox.mailboxes.items()}
    assert subscribed == {
        "INBOX": True,
        "Older": True,
        "New": True,
        "New/a": True,
        "New/b": False,
    }
    assert len(mailbox.mailboxes["New/a"].messages) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("NO [NONEXISTENT] gone", MailboxGone),
        ("NO [HASCHILDREN] not while it has some below", CommandRefused),
        ("NO [INUSE] later", TransientError),
        (f'BAD what?\nC: LIST "" "Old"\nS: * LIST () "/" "Old"\n{OK}', CommandRefused),
        # Cyrus and Courier have no codes for this (RFC 5530 §3): the list tells.
        (f'NO Mailbox does not exist\nC: LIST "" "Old"\n{OK}', MailboxGone),
        (f'NO I will not\nC: LIST "" "Old"\nS: * LIST () "/" Old\n{OK}', CommandRefused),
    ],
)
async def test_a_refused_deletion_is_told(answer: str, error: type[Exception]) -> None:
    script = after_login(f'C: DELETE "Old"\nS: {{tag}} {answer}\nC: NOOP\n{OK}')

    async with session_with(script) as session:
        with pytest.raises(error):
            await session.delete_mailbox("Old")
        await session.noop()


async def test_a_name_that_is_taken_is_known_without_a_response_code() -> None:
    script = after_login(
        f"""
        C: CREATE "Twice"
        S: {{tag}} NO Cannot create this folder.
        C: LIST "" "Twice"
        S: * LIST (\\HasNoChildren) "." "Twice"
        {OK}
        C: CREATE "Odd*"
        S: {{tag}} NO Invalid mailbox name.
        C: LIST "" "Odd*"
        S: * LIST (\\HasNoChildren) "." "Oddity"
        {OK}
        """
    )

    async with session_with(script) as session:
        with pytest.raises(CommandRefused) as taken:
            await session.create_mailbox("Twice")
        with pytest.raises(CommandRefused) as refused:
            await session.create_mailbox("Odd*")

    assert (taken.value.response_code, refused.value.response_code) == ("ALREADYEXISTS", "")


async def test_what_is_not_there_is_never_asked_to_be_renamed() -> None:
    """Courier 5.0 answers that with "* BYE [ALERT] Fatal error: Not a directory"."""
    script = after_login(f'C: LIST "" "Gone"\n{OK}C: NOOP\n{OK}')

    async with session_with(script) as session:
        with pytest.raises(MailboxGone):
            await session.rename_mailbox("Gone", "New")
        await session.noop()


async def test_a_parent_that_lsub_only_mentions_is_not_subscribed() -> None:
    """Courier 5.0 answers LSUB "*" with the parents of subscribed mailboxes, as \\Noselect."""
    script = after_login(
        f"""
        C: LIST "" "*"
        S: * LIST (\\HasChildren) "." "INBOX"
        S: * LIST (\\HasChildren) "." "INBOX.Work"
        S: * LIST (\\HasNoChildren) "." "INBOX.Work.Old"
        {OK}
        C: LSUB "" "*"
        S: * LSUB (\\Noselect \\HasChildren) "." "INBOX.Work"
        S: * LSUB (\\HasNoChildren) "." "INBOX.Work.Old"
        {OK}
        """
    )

    async with session_with(script) as session:
        listed = {box.wire_name: box.subscribed for box in await session.list_mailboxes()}

    assert listed == {"INBOX": True, "INBOX.Work": False, "INBOX.Work.Old": True}


async def test_subscribing_and_its_end_are_what_the_list_tells() -> None:
    async with LiveMailbox() as mailbox:
        mailbox.add_mailbox("News")
        async with AioimaplibMailServer().connect(at(mailbox.port), USER) as session:
            for wanted in (False, True):
                await session.subscribe("News", wanted=wanted)
                listed = {box.name: box.subscribed for box in await session.list_mailboxes()}
                assert listed == {"INBOX": True, "News": wanted}
