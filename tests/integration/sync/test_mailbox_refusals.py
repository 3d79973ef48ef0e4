"""Wishes about mailboxes that cannot be: refused here, or by the server and taken back."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sync.filing import on_server
from tests.integration.sync.mailbox_tree import create, done_and_equal, tree
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.errors import MailboxExists, MailboxProtected, NoSuchRole, NotFound
from vexmail.domain.ids import MailboxId
from vexmail.domain.mailbox_name import MailboxNameInvalid
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.change_mailboxes import MailboxChange


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[LiveMailbox]:
    """An empty INBOX; what servers do differently is tried on real ones."""
    async with LiveMailbox() as running:
        yield running


@pytest.mark.parametrize("permanent", [False, True])
async def test_mail_that_nobody_has_seen_keeps_a_mailbox_from_being_deleted(
    mirror: Mirror, folders: LiveMailbox, monkeypatch: pytest.MonkeyPatch, *, permanent: bool
) -> None:
    monkeypatch.setattr("vexmail.usecases.wishes.DELETE_GRACE", 0.0)
    folders.add_mailbox("Old")
    folders.deliver(a_message("Known"), mailbox="Old")
    await mirror.add(folders.port)
    await mirror.until_live()

    def another_message_comes(command: str) -> None:
        if command.upper().startswith(("UID MOVE", 'EXAMINE "OLD', 'SELECT "OLD')):
            folders.on_command = None
            folders.deliver(a_message("Surprise"), mailbox="Old")

    folders.on_command = another_message_comes
    box = await mirror.mailbox("Old")
    await mirror.changing.delete(mirror.owner, box, permanent=permanent)
    told = await eventually(lambda: mirror.told("intent_rejected"), what="the refusal")

    assert [change["code"] for change in told] == ["mailbox_not_empty"]
    assert [change["mailbox_id"] for change in told] == [str(box)]
    await done_and_equal(mirror)
    assert "Surprise" in on_server(folders, "Old")
    assert "Surprise" in await mirror.subjects_in("Old")


async def test_a_refused_creation_takes_back_what_builds_on_it(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    folders.deliver(a_message("Contract"))
    account = await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Contract")
    folders.refuse("CREATE", "[NOPERM] not for you")
    network.cut()
    work = await create(mirror, account, "Work")
    await create(mirror, account, "Bills", work)
    await mirror.actions(mirror.owner, [key], Request(Action.MOVE, mailbox_id=work))
    assert await mirror.subjects() == []
    network.heal()

    async def all_refused() -> bool:
        return len(await mirror.told("intent_rejected")) == 3

    await eventually(all_refused, what="three refusals")

    assert await mirror.subjects() == ["Contract"]
    assert not {"Work", "Work/Bills"} & (await tree(mirror)).keys()
    await done_and_equal(mirror)


@pytest.mark.parametrize(
    ("verb", "shown"),
    [("RENAME", {"Work"}), ("DELETE", {"Work"}), ("UNSUBSCRIBE", {"Work"})],
)
async def test_what_the_server_refuses_is_shown_as_it_was(
    mirror: Mirror, folders: LiveMailbox, verb: str, shown: set[str]
) -> None:
    folders.add_mailbox("Work")
    await mirror.add(folders.port)
    await mirror.until_live()
    before = await tree(mirror)
    work = await mirror.mailbox("Work")
    folders.refuse(verb, "[NOPERM] not for you")

    if verb == "RENAME":
        await mirror.changing.change(mirror.owner, work, MailboxChange(name="Job"))
    elif verb == "DELETE":
        await mirror.changing.delete(mirror.owner, work, permanent=False)
    else:
        await mirror.changing.change(mirror.owner, work, MailboxChange(subscribed=False))
    assert await tree(mirror) != before
    (told,) = await eventually(lambda: mirror.told("intent_rejected"), what="the refusal")

    assert "not for you" in told["message"]
    assert await tree(mirror) == before
    await done_and_equal(mirror)


async def test_what_must_not_be_is_refused_with_a_code(
    mirror: Mirror, folders: LiveMailbox, mailbox: LiveMailbox
) -> None:
    del folders.mailboxes["Trash"]
    folders.add_mailbox("Work")
    folders.add_mailbox("Work/Sub")
    folders.deliver(a_message("Kept"), mailbox="Work/Sub")
    account = await mirror.add(folders.port)
    await mirror.until_live()
    work, inbox = await mirror.mailbox("Work"), await mirror.mailbox("INBOX")
    archive = await mirror.mailbox("Archive")

    for name in ("", "  ", "a/b", "a\nb", "x" * 201, "#x", "a\x00"):
        with pytest.raises(MailboxNameInvalid):
            await mirror.changing.create(mirror.owner, account, name, None)
    for name in ("Work", "inbox", "InBox"):
        with pytest.raises(MailboxExists):
            await mirror.changing.create(mirror.owner, account, name, None)
    for box in (inbox, archive):
        with pytest.raises(MailboxProtected):
            await mirror.changing.delete(mirror.owner, box, permanent=True)
        with pytest.raises(MailboxProtected):
            await mirror.changing.change(mirror.owner, box, MailboxChange(name="Other"))
    below = MailboxChange(parent_id=await mirror.mailbox("Work/Sub"))
    with pytest.raises(MailboxProtected):
        await mirror.changing.change(mirror.owner, work, below)
    with pytest.raises(NoSuchRole):
        await mirror.changing.delete(mirror.owner, work, permanent=False)
    with pytest.raises(NotFound):
        await mirror.changing.delete(mirror.owner, MailboxId(10**9), permanent=False)
    assert await mirror.settled()
    await done_and_equal(mirror)
