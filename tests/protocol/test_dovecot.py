"""Our adapter against a real Dovecot, with imapclient as the second opinion."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

import imapclient
import pytest
from imapclient.response_types import Address as TheirAddress
from imapclient.response_types import Envelope as TheirEnvelope

from tests.support import mailgen
from tests.support.dovecot import Dovecot
from tests.support.imap_session import at
from vexmail.domain.errors import MailboxGone
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import Uid
from vexmail.domain.mailbox import MailboxRole
from vexmail.domain.message import Address, RemoteMessage
from vexmail.imap import searching
from vexmail.imap.exchange import Exchange
from vexmail.imap.header_text import header_text
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Credentials, MailSession, Security, Wake

pytestmark = pytest.mark.dovecot
PASSWORD = "pass word"


@asynccontextmanager
async def session_on(
    dovecot: Dovecot, user: str, security: Security = Security.NONE, password: str = PASSWORD
) -> AsyncIterator[MailSession]:
    """Log in to Dovecot."""
    server = AioimaplibMailServer(ssl.create_default_context(cafile=str(dovecot.ca_file)))
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    async with server.connect(at(port, security), Credentials(user, password)) as session:
        yield session


def their_client(dovecot: Dovecot, user: str) -> imapclient.IMAPClient:
    """Return imapclient, logged in."""
    client = imapclient.IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=60)
    client.login(user, PASSWORD)
    return client


@pytest.mark.parametrize("security", list(Security))
async def test_logging_in_by_every_kind_of_security(dovecot: Dovecot, security: Security) -> None:
    dovecot.add_user("secure", PASSWORD)

    async with session_on(dovecot, "secure", security) as session:
        await session.noop()

        assert "IMAP4REV1" in session.capabilities
        assert "CONDSTORE" in session.capabilities  # named after login only
        assert session.has_condstore


@pytest.mark.parametrize("mechanisms", ["plain", "login"])
@pytest.mark.parametrize("password", ['qu"o\\te', "grüße 漢字", " lead and trail ", "a{5}"])
async def test_passwords_of_every_kind_by_every_way_of_login(
    dovecot: Dovecot, password: str, mechanisms: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vexmail.imap import login  # noqa: PLC0415 - patched below

    user = f"words{abs(hash((password, mechanisms)))}"
    dovecot.add_user(user, password)
    if mechanisms == "login":

        async def only_login(exchange: Exchange, credentials: Credentials) -> None:
            login._check(await login._login(exchange, credentials), credentials)

        monkeypatch.setattr(login, "_authenticate", only_login)

    async with session_on(dovecot, user, password=password) as session:
        await session.noop()


async def test_mailboxes_come_with_names_and_roles(dovecot: Dovecot) -> None:
    dovecot.add_user("boxes", PASSWORD)
    with their_client(dovecot, "boxes") as client:
        for name in ("Archiv", "Projekte.Äpfel & Birnen", "日本語", "Sent.2024"):
            client.create_folder(name)

    async with session_on(dovecot, "boxes") as session:
        mailboxes = await session.list_mailboxes()
        for mailbox in mailboxes:
            if mailbox.selectable:
                await session.select(mailbox.wire_name)

    roles = {mailbox.name: mailbox.role for mailbox in mailboxes}
    assert roles["INBOX"] is MailboxRole.INBOX
    assert roles["Sent"] is MailboxRole.SENT
    assert roles["Trash"] is MailboxRole.TRASH
    assert roles["Archiv"] is MailboxRole.ARCHIVE
    assert roles["Projekte.Äpfel & Birnen"] is None
    assert roles["日本語"] is None
    assert {mailbox.delimiter for mailbox in mailboxes} == {"."}


async def test_a_mailbox_that_does_not_exist_is_gone(dovecot: Dovecot) -> None:
    dovecot.add_user("nobox", PASSWORD)

    async with session_on(dovecot, "nobox") as session:
        with pytest.raises(MailboxGone):
            await session.select("Not here")
        assert (await session.select("INBOX", read_only=True)).read_only


async def test_an_empty_mailbox_answers_everything_with_nothing(dovecot: Dovecot) -> None:
    dovecot.add_user("empty", PASSWORD)

    async with session_on(dovecot, "empty") as session:
        selected = await session.select("INBOX")

        assert selected.exists == 0
        assert await session.all_uids() == []
        assert await session.all_flags() == []
        assert await session.fetch_new(selected.uid_next) == []
        assert await session.flags_changed_since(selected.highest_modseq) == []
        assert [batch async for batch in session.fetch_messages([])] == []


def _same_people(ours: tuple[Address, ...], theirs: tuple[TheirAddress, ...] | None) -> None:
    expected = [
        (
            header_text(one.name or b"").strip(),
            b"@".join(
                part
                for part in (one.mailbox or b"", one.host)
                if part not in {b"MISSING_DOMAIN", b"MISSING_MAILBOX"}
            ),
        )
        for one in theirs or ()
        if one.host is not None
    ]
    shown = [(one.name, one.address.encode()) for one in ours]
    assert shown == [pair for pair in expected if pair != ("", b"")]


def _same_envelope(message: RemoteMessage, theirs: TheirEnvelope) -> None:
    ours = message.envelope
    assert ours.subject == header_text(theirs.subject or b"").strip()
    assert ours.internet_message_id == (theirs.message_id or b"").decode("utf-8").strip()
    assert ours.in_reply_to == (theirs.in_reply_to or b"").decode("utf-8").strip()
    for mine, other in (
        (ours.from_, theirs.from_),
        (ours.sender, theirs.sender),
        (ours.reply_to, theirs.reply_to),
        (ours.to, theirs.to),
        (ours.cc, theirs.cc),
        (ours.bcc, theirs.bcc),
    ):
        _same_people(mine, other)


@pytest.mark.slow
async def test_a_thousand_generated_messages_equal_imapclients_view(dovecot: Dovecot) -> None:
    count = 1000
    dovecot.add_user("thousand", PASSWORD)
    truth = {}
    for uid, made in enumerate(mailgen.generate(count, seed=11, profile="small"), 1):
        truth[uid] = made.meta
    dovecot.fill_generated("thousand", count, seed=11)
    with their_client(dovecot, "thousand") as client:
        client.normalise_times = False
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        theirs = client.fetch(uids, ["ENVELOPE", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "MODSEQ"])

    async with session_on(dovecot, "thousand") as session:
        selected = await session.select("INBOX", read_only=True)
        uids = await session.all_uids()
        newest_first = uids[::-1]
        batches = [batch async for batch in session.fetch_messages(newest_first, first=50)]
        flags = await session.all_flags()

    assert selected.exists == count
    assert selected.uid_next == count + 1
    assert uids == sorted(theirs)
    assert [len(batch) for batch in batches] == [50, 500, 450]
    assert {message.uid for message in batches[0]} == set(newest_first[:50])
    messages = {message.uid: message for batch in batches for message in batch}
    assert set(messages) == set(theirs)
    for uid, row in theirs.items():
        message = messages[uid]
        _same_envelope(message, row[b"ENVELOPE"])
        assert message.flags == {flag.decode() for flag in row[b"FLAGS"]} - {"\\Recent"}
        assert message.received_at == row[b"INTERNALDATE"].astimezone(UTC)
        assert message.size == row[b"RFC822.SIZE"]
        assert message.mod_seq == row[b"MODSEQ"][0]
    assert {row.uid: row.flags for row in flags} == {uid: m.flags for uid, m in messages.items()}
    by_id = {meta["message_id"]: meta for meta in truth.values() if meta["malformed"] is None}
    for message in messages.values():
        meta = by_id.get(message.envelope.internet_message_id)
        if meta is not None:
            # Pictures embedded in the text (kind inline_image) are no attachments to a reader.
            expected = meta["kind"] in {"attachment", "forward"}
            assert message.has_attachments == expected, meta["kind"]


async def test_bodies_are_the_bytes_and_stay_unread(dovecot: Dovecot) -> None:
    dovecot.add_user("bodies", PASSWORD)
    raws = [made.raw for made in mailgen.generate(60, seed=5, profile="small")]
    dovecot.fill("bodies", raws)

    async with session_on(dovecot, "bodies") as session:
        await session.select("INBOX")
        uids = await session.all_uids()
        bodies = [body async for body in session.fetch_bodies([*uids, Uid(9999)], batch=7)]
        flags = await session.all_flags()

    assert sorted(body.raw for body in bodies) == sorted(raws)
    assert not any(row.flags for row in flags)


async def test_searching_by_parts_finds_the_same(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.add_user("parts", PASSWORD)
    dovecot.fill("parts", [b"Subject: %d\r\n\r\nhello\r\n" % n for n in range(20)])

    async with session_on(dovecot, "parts") as session:
        await session.select("INBOX")
        whole = await session.all_uids()
        for window in (1, 3, 10, 19, 20):
            monkeypatch.setattr(searching, "WINDOW", window)
            assert await session.all_uids() == whole == list(range(1, 21))


async def test_flags_are_stored_and_what_changed_is_found(dovecot: Dovecot) -> None:
    dovecot.add_user("flags", PASSWORD)
    dovecot.fill("flags", [b"Subject: %d\r\n\r\nhello\r\n" % n for n in range(10)])

    async with session_on(dovecot, "flags") as session:
        before = await session.select("INBOX")
        edit = FlagEdit(add=frozenset({"\\Seen", "\\Flagged", "Holiday"}))
        told = await session.store_flags([Uid(2), Uid(3), Uid(9)], edit)
        again = await session.store_flags([Uid(3)], FlagEdit(remove=frozenset({"\\Seen"})))
        changed = await session.flags_changed_since(before.highest_modseq)
        wakes = await session.idle(0.05)

    assert {row.uid: row.flags for row in told} == dict.fromkeys((2, 3, 9), edit.add)
    assert [row.flags for row in again] == [{"\\Flagged", "Holiday"}]
    assert {row.uid for row in changed} == {2, 3, 9}
    assert all(row.mod_seq > before.highest_modseq for row in changed)
    assert wakes == frozenset()  # the echo of our own STORE is no news


async def test_idle_wakes_for_new_flags_and_expunged(dovecot: Dovecot) -> None:
    dovecot.add_user("idle", PASSWORD)
    dovecot.fill("idle", [b"Subject: %d\r\n\r\nhello\r\n" % n for n in range(3)])

    async with session_on(dovecot, "idle") as session:
        selected = await session.select("INBOX")
        with their_client(dovecot, "idle") as client:
            client.select_folder("INBOX")

            async def change(name: str, *args: object) -> frozenset[Wake]:
                async with asyncio.TaskGroup() as tasks:
                    waiting = tasks.create_task(session.idle(30))
                    await asyncio.to_thread(getattr(client, name), *args)
                return waiting.result()

            grown = await change("append", "INBOX", b"Subject: new\r\n\r\nhi\r\n")
            [new] = await session.fetch_new(selected.uid_next)
            flagged = await change("add_flags", [1], [b"\\Flagged"])
            client.delete_messages([2])
            await change("noop")
            gone = await change("expunge")

    assert Wake.NEW_MESSAGES in grown
    assert new.envelope.subject == "new"
    assert flagged == {Wake.FLAGS_CHANGED}
    assert Wake.EXPUNGED in gone
