"""Reading a message, wherever its bytes are, and whatever was lost."""

from pathlib import Path

import pytest

from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AttachmentId, MessageId, UserId
from vexmail.usecases.find_unparsed import FindUnparsed
from vexmail.usecases.read_attachment import ReadAttachment

HTML = '<p onclick="steal()">See the <b>plan</b></p><script>alert(1)</script>'
ATTACHED = b"""From: Robin Fox <robin@fox.example>
Subject: With a file
Message-ID: <file@fox.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

See the file.
--b
Content-Type: text/csv; name="plan.csv"
Content-Disposition: attachment; filename="plan.csv"
Content-Transfer-Encoding: base64

YSxiDQoxLDI=
--b--
""".replace(b"\n", b"\r\n")


async def stored(mirror: Mirror, mailbox: LiveMailbox, raw: bytes, subject: str) -> MessageId:
    """Sync one message until its bytes are in the blob store; nobody reads it."""
    mailbox.deliver(raw)
    await mirror.add(mailbox.port)
    await mirror.until_live()
    key = await mirror.key_of(subject)

    async def is_stored() -> bool:
        return await state_of(mirror, key) == "stored"

    await eventually(is_stored, what="the bytes in the blob store")
    return key


async def state_of(mirror: Mirror, key: MessageId) -> str:
    """Return how far a body has come."""
    async with mirror.built.reader() as driver:
        return str(await driver.fetchval("SELECT body_state FROM messages WHERE id = $1", key))


def lose_all_blobs(folder: Path) -> int:
    """Delete every blob as a careless operator would; answer how many there were."""
    blobs = [path for path in (folder / "blobs").rglob("*") if path.is_file()]
    for path in blobs:
        path.unlink()
    return len(blobs)


async def test_a_sweep_finds_what_a_lost_queue_forgot(mirror: Mirror, mailbox: LiveMailbox) -> None:
    key = await stored(mirror, mailbox, a_message("Forgotten"), "Forgotten")
    await mirror.built.redis.flushall()
    find = FindUnparsed(mirror.built.uow)

    found = await find()
    assert found == [key]
    assert await mirror.built.parse_messages(found) == 1

    assert await find() == []
    assert await state_of(mirror, key) == "parsed"
    (told,) = await mirror.told("email_updated")
    assert told["email_ids"] == [str(key)]
    assert await mirror.built.parse_messages(found) == 0, "once is enough"


async def test_html_is_sanitised_once_and_kept(mirror: Mirror, mailbox: LiveMailbox) -> None:
    key = await stored(mirror, mailbox, a_message("Fancy", html=HTML), "Fancy")

    view = await mirror.messages(mirror.owner, key)

    assert "<b>plan</b>" in view["html"]
    assert "script" not in view["html"]
    assert "onclick" not in view["html"]
    # Were it sanitised again, the mark that stands for the kept copy would be gone.
    async with mirror.built.uow() as tx:
        assert (
            await tx.driver.fetchval(
                "UPDATE message_bodies SET safe_html = safe_html || '<i>kept</i>'"
                " WHERE message_id = $1 RETURNING html",
                key,
            )
        ).strip() == HTML
    again = await mirror.messages(mirror.owner, key)
    assert again["html"] == view["html"] + "<i>kept</i>"


async def test_a_message_whose_blob_was_lost_before_it_was_read_is_fetched_again(
    mirror: Mirror, mailbox: LiveMailbox, tmp_path: Path
) -> None:
    raw = a_message("Lost early", text="Back again.")
    key = await stored(mirror, mailbox, raw, "Lost early")
    assert lose_all_blobs(tmp_path) == 1

    view = await mirror.messages(mirror.owner, key)

    assert "Back again." in view["text"]
    assert view["body_state"] == "parsed"
    assert await mirror.messages.raw(mirror.owner, key) == raw


async def test_the_bytes_of_a_read_message_whose_blob_was_lost_are_fetched_again(
    mirror: Mirror, mailbox: LiveMailbox, tmp_path: Path
) -> None:
    raw = a_message("Lost late", text="Back again.")
    key = await stored(mirror, mailbox, raw, "Lost late")
    await mirror.messages(mirror.owner, key)
    assert lose_all_blobs(tmp_path) == 1

    assert await mirror.messages.raw(mirror.owner, key) == raw

    view = await mirror.messages(mirror.owner, key)
    assert "Back again." in view["text"]
    assert view["body_state"] == "parsed"


async def test_a_worker_that_misses_a_blob_leaves_the_message_to_be_fetched_again(
    mirror: Mirror, mailbox: LiveMailbox, tmp_path: Path
) -> None:
    key = await stored(mirror, mailbox, a_message("Missed"), "Missed")
    lose_all_blobs(tmp_path)

    await mirror.built.parse_messages([key])

    assert await state_of(mirror, key) == "remote"
    assert await mirror.told("email_updated") == []


async def test_the_raw_bytes_are_the_servers(mirror: Mirror, mailbox: LiveMailbox) -> None:
    raw = a_message("Raw") + b"\r\n.\r\nFrom here on\r\n\xff\xfe\r\n"
    key = await stored(mirror, mailbox, raw, "Raw")
    assert await mirror.messages.raw(mirror.owner, key) == raw

    async with mirror.built.uow() as tx:
        await tx.driver.execute(
            "UPDATE messages SET body_state = 'remote', blob_id = '' WHERE id = $1", key
        )
    assert await mirror.messages.raw(mirror.owner, key) == raw, "not here yet: it is fetched"


async def test_an_attachment_is_taken_out_of_its_message(
    mirror: Mirror, mailbox: LiveMailbox, tmp_path: Path
) -> None:
    key = await stored(mirror, mailbox, ATTACHED, "With a file")
    (listed,) = (await mirror.messages(mirror.owner, key))["attachments"]
    built = mirror.built
    read = ReadAttachment(built.reader, mirror.messages, built.parser)
    number = AttachmentId(int(listed["id"]))

    for _ in range(2):
        file = await read(mirror.owner, number)
        assert (file.filename, file.content_type) == ("plan.csv", "text/csv")
        assert file.data == b"a,b\r\n1,2"
        lose_all_blobs(tmp_path)

    async with built.uow() as tx:
        await tx.driver.execute("UPDATE attachments SET part_id = '9'")
    with pytest.raises(NotFound):
        await read(mirror.owner, number)
    with pytest.raises(NotFound):
        await read(UserId(mirror.owner + 1), number)


async def test_a_message_of_nobody_cannot_be_opened(mirror: Mirror) -> None:
    with pytest.raises(NotFound):
        await mirror.messages(mirror.owner, MessageId(404))
    with pytest.raises(NotFound):
        await mirror.messages.raw(mirror.owner, MessageId(404))


async def test_a_message_that_left_the_server_before_it_was_read_says_so(
    mirror: Mirror, mailbox: LiveMailbox, tmp_path: Path
) -> None:
    key = await stored(mirror, mailbox, a_message("Gone"), "Gone")
    lose_all_blobs(tmp_path)
    del mailbox.messages[0]  # without a word to anybody

    with pytest.raises(NotFound, match="does not hold this email"):
        await mirror.messages(mirror.owner, key)
