"""A wish that is taken back before its command is sent is not carried out."""

import pytest

from tests.integration.sync.filing import equal, on_server
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.ids import AccountId, OperationId
from vexmail.domain.intent import AnyIntent
from vexmail.sync.intent_pusher import IntentPusher
from vexmail.usecases.act_on_emails import Action, Request

_COMMANDS = ("UID STORE", "UID MOVE", "UID COPY", "UID EXPUNGE", "APPEND", "CREATE")


async def wish(mirror: Mirror, account: AccountId, kind: str) -> OperationId:
    """Wish for something of a kind."""
    archive = await mirror.mailbox("Archive")
    match kind:
        case "import":
            done = await mirror.imports(mirror.owner, archive, a_message("Imported"))
            return done.operation_id
        case "create":
            made = await mirror.changing.create(mirror.owner, account, "New", None)
            return made.operation_id
        case "copy":
            request = Request(Action.COPY, mailbox_id=archive)
        case "delete":
            request = Request(Action.DELETE, permanent=True)
        case _:
            request = Request(Action(kind))
    key = await mirror.key_of("Stays")
    return (await mirror.actions(mirror.owner, [key], request)).operation_id


@pytest.mark.parametrize(
    ("kind", "move"),
    [
        *((kind, True) for kind in ("star", "archive", "copy", "delete", "import", "create")),
        ("archive", False),
    ],
)
async def test_what_is_undone_while_it_waits_for_its_turn_is_not_sent(
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    move: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    monkeypatch.setattr("vexmail.usecases.wishes.DELETE_GRACE", 0.0)
    made: list[OperationId] = []
    carry_out = IntentPusher._push_group

    async def after_second_thoughts(pusher: IntentPusher, group: list[AnyIntent]) -> None:
        if not group[0].was_sent and made:
            await mirror.undo(mirror.owner, made.pop())
        await carry_out(pusher, group)

    async with LiveMailbox(move=move) as server:
        server.add_mailbox("Archive", "\\Archive")
        server.deliver(a_message("Stays"))
        account = await mirror.add(server.port)
        await mirror.until_live()
        monkeypatch.setattr(IntentPusher, "_push_group", after_second_thoughts)
        push = mirror.fleet.push_intents
        # Nobody is woken until the test knows how to undo.
        monkeypatch.setattr(mirror.fleet, "push_intents", lambda _: None)
        made.append(await wish(mirror, account, kind))
        push(account)

        await eventually(mirror.settled, what="the wish closed")
        await eventually(lambda: equal(mirror), what="a mirror equal to the server")
        assert made == []
        assert not [said for said in server.commands if said.upper().startswith(_COMMANDS)]
        assert on_server(server, "INBOX") == ["Stays"]
        assert on_server(server, "Archive") == []
