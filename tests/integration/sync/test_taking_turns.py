"""A person who never stops clicking does not keep the mail of other mailboxes away."""

import pytest

from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.usecases.act_on_emails import Action, Request


async def test_other_mailboxes_are_looked_at_between_clicks(
    mirror: Mirror, folders: LiveMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.sync.interactive.LONGEST_BURST", 1.0)
    folders.deliver(a_message("Clicked"))
    account = await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Clicked")
    await mirror.actions(mirror.owner, [key], Request(Action.READ))
    await eventually(mirror.settled, what="a click carried out")
    folders.deliver(a_message("Elsewhere"), mailbox="Archive")

    async def comes_while_somebody_clicks() -> bool:
        mirror.fleet.push_intents(account)
        mirror.fleet.sync_now(account)
        return await mirror.subjects_in("Archive") == ["Elsewhere"]

    await eventually(comes_while_somebody_clicks, within=30, what="mail in another mailbox")
