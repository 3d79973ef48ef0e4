"""What tests of wishes about mailboxes ask of both sides."""

from tests.integration.sync.filing import equal
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId, MailboxId


async def tree(mirror: Mirror) -> dict[str, Json]:
    """Return the mailboxes that are shown, by path."""
    return {box["path"]: box for box in await mirror.mailboxes()}


async def create(
    mirror: Mirror, account: AccountId, name: str, parent: MailboxId | None = None
) -> MailboxId:
    """Wish for a mailbox."""
    made = await mirror.changing.create(mirror.owner, account, name, parent)
    assert made.mailbox is not None
    return MailboxId(int(made.mailbox["id"]))


async def done_and_equal(mirror: Mirror) -> None:
    """Wait until every wish is closed and both sides hold the same."""
    await eventually(mirror.settled, what="the wishes closed")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
