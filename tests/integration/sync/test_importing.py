"""Emails added to a mailbox: shown at once, sent byte for byte, never twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sync.filing import equal, on_server
from tests.integration.sync.mailbox_tree import create, done_and_equal
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.flags import FLAGGED, SEEN
from vexmail.domain.ids import IntentId, MessageId
from vexmail.domain.new_message import NotAMessage
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.reconsider_wishes import Selection

BARE = b"Subject: Bare\nFrom: Ann <ann@vex.example>\n\nTwo\nlines.\n"


@pytest_asyncio.fixture(params=[True, False], ids=["rich", "bare"])
async def mailbox(request: pytest.FixtureRequest) -> AsyncIterator[LiveMailbox]:
    """An empty INBOX on a server that tells new UIDs, and on one that tells little."""
    async with LiveMailbox(
        condstore=request.param, uidplus=request.param, move=request.param
    ) as running:
        yield running


async def raw_of(mirror: Mirror, key: MessageId) -> bytes:
    """Return an email's bytes as they are held here."""
    return await mirror.messages.raw(mirror.owner, key)


async def test_an_added_email_is_shown_at_once_and_lies_on_the_server_byte_for_byte(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    await mirror.add(folders.port)
    await mirror.until_live()
    archive = await mirror.mailbox("Archive")
    raw = a_message("Kept")

    done = await mirror.imports(
        mirror.owner, archive, raw, (frozenset({SEEN, FLAGGED, "holiday"}), None)
    )

    assert await mirror.subjects_in("Archive") == ["Kept"]
    assert (done.email["is_read"], done.email["is_starred"]) == (True, True)
    assert (done.email["subject"], done.email["labels"]) == ("Kept", ["holiday"])
    await done_and_equal(mirror)
    (stored,) = folders.mailboxes["Archive"].messages
    assert stored.raw == raw == await raw_of(mirror, done.message_id)
    assert stored.flags == {SEEN, FLAGGED, "holiday"}
    assert await mirror.key_in("Archive") == done.message_id
    assert await mirror.told("email_received") == []


async def test_an_email_without_a_message_id_gets_one_and_is_recognised_by_it(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    await mirror.add(folders.port)
    await mirror.until_live()

    first = await mirror.imports(mirror.owner, await mirror.mailbox("Archive"), BARE)
    second = await mirror.imports(mirror.owner, await mirror.mailbox("Junk"), BARE)
    await done_and_equal(mirror)

    (stored,) = folders.mailboxes["Archive"].messages
    assert stored.raw.startswith(b"Message-ID: <")
    assert stored.raw.endswith(b"@imported.invalid>\r\n" + BARE.replace(b"\n", b"\r\n"))
    assert folders.mailboxes["Junk"].messages[0].raw == stored.raw
    assert await mirror.key_in("Archive") == first.message_id
    assert await mirror.key_in("Junk") == second.message_id


async def test_an_append_whose_answer_was_lost_is_not_made_twice(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    folders.deliver(a_message("Twin"), mailbox="Archive")
    await mirror.add(network.port)
    await mirror.until_live()

    def cut_after_it(command: str) -> None:
        if command.upper().startswith("APPEND"):
            folders.on_command = None
            asyncio.get_running_loop().call_soon(network.cut)

    folders.on_command = cut_after_it
    # The same email lies there already, so that a look for its Message-ID alone would be fooled.
    await mirror.imports(mirror.owner, await mirror.mailbox("Archive"), a_message("Twin"))

    async def added() -> bool:
        return on_server(folders, "Archive") == ["Twin", "Twin"]

    await eventually(added, what="the email on the server")
    network.heal()

    await done_and_equal(mirror)
    assert on_server(folders, "Archive") == ["Twin", "Twin"]
    assert await mirror.subjects_in("Archive") == ["Twin", "Twin"]


async def test_an_append_that_never_arrived_is_made_once_later(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    account = await mirror.add(network.port)
    await mirror.until_live()
    network.cut()

    work = await create(mirror, account, "Work")
    done = await mirror.imports(mirror.owner, work, a_message("Later"))
    await mirror.actions(mirror.owner, [done.message_id], Request(Action.STAR))
    archive = await mirror.mailbox("Archive")
    again = await mirror.imports(mirror.owner, archive, a_message("Filed"))
    await mirror.actions(mirror.owner, [again.message_id], Request(Action.SPAM))
    assert await mirror.subjects_in("Work") == ["Later"]
    network.heal()

    await done_and_equal(mirror)
    assert on_server(folders, "Work") == ["Later"]
    assert folders.mailboxes["Work"].messages[0].flags == {FLAGGED}
    assert on_server(folders, "Junk") == ["Filed"]
    assert on_server(folders, "Archive") == []
    assert await mirror.key_in("Work") == done.message_id


@pytest.mark.parametrize(
    ("code", "told"), [("OVERQUOTA", "over_quota"), ("TOOBIG", "message_too_big")]
)
async def test_a_refused_append_is_taken_back_with_the_reason_and_can_be_tried_again(
    mirror: Mirror, folders: LiveMailbox, code: str, told: str
) -> None:
    await mirror.add(folders.port)
    await mirror.until_live()
    folders.refuse("APPEND", f"[{code}] not this one")

    done = await mirror.imports(mirror.owner, await mirror.mailbox("Archive"), a_message("Kept"))
    (change,) = await eventually(lambda: mirror.told("intent_rejected"), what="the refusal")

    assert (change["kind"], change["code"]) == ("append", told)
    assert change["email_id"] == str(done.message_id)
    assert await mirror.subjects_in("Archive") == []
    assert await mirror.violations() == []
    folders.allow("APPEND")
    await mirror.wishes.retry(mirror.owner, Selection([IntentId(int(change["intent_id"]))]))
    assert await mirror.subjects_in("Archive") == ["Kept"]
    await done_and_equal(mirror)
    assert on_server(folders, "Archive") == ["Kept"]


async def test_an_import_is_undone(mirror: Mirror, folders: LiveMailbox) -> None:
    await mirror.add(folders.port)
    await mirror.until_live()
    archive = await mirror.mailbox("Archive")

    done = await mirror.imports(mirror.owner, archive, a_message("Oops"))
    await eventually(mirror.settled, what="the append made")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    await mirror.undo(mirror.owner, done.operation_id)

    assert await mirror.subjects_in("Archive") == []


@pytest.mark.parametrize("raw", [b"", b"\n\nno header", b"no header at all", b"Subject: \x00\n\n"])
async def test_what_is_no_email_is_refused(
    mirror: Mirror, folders: LiveMailbox, raw: bytes
) -> None:
    await mirror.add(folders.port)
    await mirror.until_live()

    with pytest.raises(NotAMessage):
        await mirror.imports(mirror.owner, await mirror.mailbox("Archive"), raw)
