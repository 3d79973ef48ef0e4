"""A person who never stops clicking does not keep the mail of other mailboxes away."""

import pytest

from tests.support.fault_proxy import FaultProxy
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


async def test_a_wish_that_waits_for_a_mailbox_does_not_keep_it_from_being_read(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.sync.intent_pusher.LOOK_AGAIN", 0.1)
    monkeypatch.setattr("vexmail.sync.interactive.OTHERS_TURN", 0.2)
    async with LiveMailbox(uidplus=False) as server, FaultProxy(server.port) as network:
        for name in ("Archive", "Junk", "Trash"):
            server.add_mailbox(name, f"\\{name}")
        server.deliver(a_message("Lost"))
        await mirror.add(network.port)  # two connections at most: one listens
        await mirror.until_live()
        network.cut()
        key = await mirror.key_of("Lost")
        async with mirror.built.uow() as tx:  # as if Junk had never been read
            await tx.driver.execute(
                "UPDATE mailboxes SET sync_state = 'waiting', uid_validity = 0, uid_next = 0"
                " WHERE name = 'Junk'"
            )
        server.deliver(a_message("Found"), mailbox="Junk")
        for action in (Action.DELETE, Action.ARCHIVE):
            await mirror.actions(mirror.owner, [key], Request(action))

        def another_client_is_quicker(command: str) -> None:
            if command.startswith('SELECT "Trash"'):
                for stored in [*server.mailboxes["Trash"].messages]:
                    server.expunge(stored.uid, mailbox="Trash")

        server.on_command = another_client_is_quicker
        network.heal()

        async def read() -> bool:
            return "Found" in await mirror.subjects_in("Junk")

        await eventually(read, within=30, what="mail in the mailbox that the wish waits for")
