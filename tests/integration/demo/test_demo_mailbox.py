"""The demo mailbox as any client sees it."""

import asyncio
import imaplib
import ssl
import time
from email import message_from_bytes, policy

import pytest

from tests.integration.demo.conftest import a_client
from vexmail.app.demo.content.world import MAILBOXES
from vexmail.app.demo.demo_state import DemoAccount
from vexmail.domain.flags import FlagEdit
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Wake

OVERVIEW = "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)"


def test_the_mailboxes_and_their_special_uses_are_listed(silent_demo: DemoAccount) -> None:
    with a_client(silent_demo) as client:
        listed = {name: set(flags) for flags, _, name in client.list_folders()}

    special = {b"\\Sent", b"\\Drafts", b"\\Archive", b"\\Junk", b"\\Trash"}
    assert set(listed) == {
        "INBOX", "Drafts", "Sent", "Archive", "Junk", "Trash", "Invoices", "Travel",
    }  # fmt: skip
    assert all(f"\\{name}".encode() in flags for name, flags in listed.items()
               if f"\\{name}".encode() in special)  # fmt: skip


def test_about_two_thousand_envelopes_come_within_three_seconds(silent_demo: DemoAccount) -> None:
    client = imaplib.IMAP4(silent_demo.host, silent_demo.imap_port)
    client.login(silent_demo.username, silent_demo.password)
    answers: list[object] = []

    started = time.monotonic()
    for name in MAILBOXES:
        client.select(name, readonly=True)
        answers += client.uid("FETCH", "1:*", OVERVIEW)[1]
    took = time.monotonic() - started

    client.shutdown()
    assert 1900 <= len(answers) <= 2300
    assert took < 3.0


def test_size_envelope_and_structure_agree_with_the_bytes(silent_demo: DemoAccount) -> None:
    with a_client(silent_demo) as client:
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")[::7]
        rows = client.fetch(uids, ["RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]"])

    for row in rows.values():
        raw = row[b"BODY[]"]
        message = message_from_bytes(raw, policy=policy.default)
        assert row[b"RFC822.SIZE"] == len(raw)
        assert row[b"ENVELOPE"].message_id.decode() == message["Message-ID"]
        assert row[b"BODYSTRUCTURE"].is_multipart == message.is_multipart()


def test_sections_and_partial_bodies_are_the_right_bytes(silent_demo: DemoAccount) -> None:
    with a_client(silent_demo) as client:
        client.select_folder("INBOX", readonly=True)
        uid = client.search(["HEADER", "Content-Type", "multipart/alternative"])[0]
        items = ["BODY.PEEK[]", "BODY.PEEK[2]", "BODY.PEEK[HEADER.FIELDS (FROM)]",
                 "BODY.PEEK[]<5.10>"]  # fmt: skip
        row = client.fetch([uid], items)[uid]

    raw = row[b"BODY[]"]
    assert row[b"BODY[2]"] in raw
    assert row[b"BODY[]<5>"] == raw[5:15]
    fields = row[b"BODY[HEADER.FIELDS (FROM)]"]
    assert fields.startswith(b"From: ")
    assert fields.endswith(b"\r\n\r\n")


def test_fetching_with_peek_leaves_mail_unread(silent_demo: DemoAccount) -> None:
    with a_client(silent_demo) as client:
        client.select_folder("INBOX")
        unread = client.search("UNSEEN")
        client.fetch(unread[:5], ["BODY.PEEK[]"])

        assert client.search("UNSEEN") == unread
        assert 0.08 < len(unread) / len(client.search("ALL")) < 0.16


def test_a_wrong_password_is_refused(silent_demo: DemoAccount) -> None:
    client = imaplib.IMAP4(silent_demo.host, silent_demo.imap_port)

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login(silent_demo.username, "wrong")

    client.shutdown()


def test_nothing_but_log_in_is_possible_before_it(silent_demo: DemoAccount) -> None:
    client = imaplib.IMAP4(silent_demo.host, silent_demo.imap_port)

    status, _ = client._simple_command("AUTHENTICATE", "PLAIN", "AGEAYg==")
    refused, _ = client._simple_command("NOOP")

    assert (status, refused) == ("NO", "OK")
    with pytest.raises(imaplib.IMAP4.error):
        client._simple_command("LIST", '""', "*")
    client.shutdown()


def test_moving_copying_and_deleting_work_as_clients_expect(silent_demo: DemoAccount) -> None:
    with a_client(silent_demo) as client:
        client.create_folder("Scratch")
        client.append("Scratch", b"Subject: one\r\n\r\n1\r\n", ["\\Seen"])
        client.append("Scratch", b"Subject: two\r\n\r\n2\r\n")
        client.select_folder("Scratch")

        client.copy([1], "Scratch")
        client.move([2], "Trash")
        left = client.search("ALL")
        client.add_flags([1], "\\Deleted")
        client.uid_expunge([1])

        assert left == [1, 3]
        assert client.fetch([3], ["FLAGS"])[3][b"FLAGS"] == (b"\\Seen",)
        assert client.search("ALL") == [3]
        client.select_folder("Trash", readonly=True)
        assert client.search(["SUBJECT", "two"])
        client.delete_folder("Scratch")
        assert not client.folder_exists("Scratch")


def test_one_client_sees_at_once_what_another_one_flags(silent_demo: DemoAccount) -> None:
    with a_client(silent_demo) as watcher, a_client(silent_demo) as other:
        watcher.select_folder("Archive")
        other.select_folder("Archive")
        watcher.idle()

        other.add_flags([7], "seen-by-another")  # no other test sets it
        news = watcher.idle_check(timeout=10)

        assert news[0][:2] == (7, b"FETCH")
        watcher.idle_done()


def test_an_own_silent_store_does_not_come_back_as_news(silent_demo: DemoAccount) -> None:
    with a_client(silent_demo) as client:
        client.select_folder("Archive")
        client.add_flags([9], "seen-it", silent=True)

        _, news = client.noop()

        assert news == []


async def test_our_own_client_reads_it_all(silent_demo: DemoAccount) -> None:
    server = AioimaplibMailServer(ssl.create_default_context())
    address = ServerAddress(silent_demo.host, silent_demo.imap_port, Security.NONE)
    credentials = Credentials(silent_demo.username, silent_demo.password)

    async with server.connect(address, credentials) as session:
        mailboxes = await session.list_mailboxes()
        selected = await session.select("INBOX")
        uids = await session.all_uids()
        messages = [m async for batch in session.fetch_messages(uids) for m in batch]
        bodies = [body async for body in session.fetch_bodies(uids[:30])]
        edit = FlagEdit(add=frozenset({"\\Flagged"}))
        await session.store_flags([uids[3]], edit)
        changed = await session.flags_changed_since(selected.highest_modseq)

    assert len(mailboxes) == 8
    assert session.has_condstore
    assert len(messages) == len(uids) > 1000
    assert len(bodies) == 30
    assert [row.uid for row in changed] == [uids[3]]


async def test_an_append_ends_our_clients_idle_within_a_second(silent_demo: DemoAccount) -> None:
    server = AioimaplibMailServer(ssl.create_default_context())
    address = ServerAddress(silent_demo.host, silent_demo.imap_port, Security.NONE)
    credentials = Credentials(silent_demo.username, silent_demo.password)
    appended = 0.0

    def append() -> None:
        nonlocal appended
        with a_client(silent_demo) as client:
            time.sleep(0.3)  # lets IDLE begin; without it the news would come even sooner
            appended = time.monotonic()
            client.append("Junk", b"Subject: ding\r\n\r\ndong\r\n")

    async with server.connect(address, credentials) as session:
        await session.select("Junk")
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(append), name="another client")
            woken = await session.idle(30)
            told = time.monotonic()

    assert woken == {Wake.NEW_MESSAGES}
    assert told - appended < 1.0
