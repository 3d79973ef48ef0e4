"""Whatever a server does in place of an answer, in whichever state: told in time, by its name.

A journey through all states of a session is made once to count its commands; then it is made
again for every command and every ending, and the server does not answer that command any more.
"""

import asyncio
from contextlib import suppress

import pytest
from typing_extensions import override

from tests.support.imap_session import USER, at
from tests.support.live_mailbox import LiveMailbox
from tests.support.live_session import Command, LiveSession
from tests.support.mail_account import a_message
from tests.support.scripted_imap import Peer
from vexmail.domain.errors import (
    ConnectionLost,
    ConnectionTimedOut,
    ServerSaidBye,
    VexMailError,
)
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.imap import exchange, idle, introduction, login, session
from vexmail.imap.server import AioimaplibMailServer

WITHIN = 20.0  # seconds for a journey, on a busy machine; the deadlines are 0.1
ENDINGS: dict[str, type[VexMailError]] = {
    "bye": ServerSaidBye,
    "reset": ConnectionLost,
    "silence": ConnectionTimedOut,
    "half a line, then silence": ConnectionTimedOut,
    "half a literal, then close": ConnectionLost,
}


class _EndingSession(LiveSession):
    """Stops answering at one command."""

    def __init__(self, server: "_EndingMailbox", peer: Peer) -> None:
        super().__init__(server, peer)
        self._ending = server

    @override
    async def _read(self) -> Command | None:
        command = await super()._read()
        self._ending.read += 1
        if self._ending.read == self._ending.at:
            await _end(self._peer, self._ending.how)
            raise ConnectionResetError("the server's part is over")
        return command


async def _end(peer: Peer, how: str) -> None:
    if how == "bye":
        await peer.send("* BYE enough for today")
    elif how == "reset":
        peer.reset()
    elif how.startswith("half a line"):
        await peer.send(b"* 5 EXI")
    elif how.startswith("half a literal"):
        await peer.send(b"* 1 FETCH (UID 1 BODY[] {500}\r\nFrom: Robin")
    if how.endswith("silence"):
        await peer.silence()


class _EndingMailbox(LiveMailbox):
    """Stops answering at the command with number ``at``, counted over all connections."""

    def __init__(self, at_command: int = 0, how: str = "") -> None:
        super().__init__()
        self.at, self.how, self.read = at_command, how, 0
        self.add_mailbox("Archive")
        for number in range(3):
            self.deliver(a_message(f"Mail {number}"))

    @override
    async def _serve(self, peer: Peer) -> None:
        await _EndingSession(self, peer).serve()


async def _journey(port: int) -> None:
    """Say every command that the adapter has, in every state."""
    async with AioimaplibMailServer().connect(at(port), USER) as ours:
        await ours.list_mailboxes()
        await ours.survey()
        before = await ours.select("INBOX")
        uids = await ours.all_uids()
        [_ async for _ in ours.fetch_messages(uids, batch=1)]
        [_ async for _ in ours.fetch_bodies(uids, batch=1)]
        await ours.fetch_new(before.uid_next)
        await ours.all_flags()
        await ours.flags_changed_since(before.highest_modseq)
        await ours.store_flags(uids, FlagEdit(add=frozenset({SEEN})))
        await ours.find_by_message_id("<nobody@x>")
        await ours.copy(uids[:1], "Archive")
        await ours.move(uids[:1], "Archive")
        await ours.expunge(uids[1:2])
        await ours.append("Archive", a_message("Kept"), frozenset(), None)
        await ours.changes_since("INBOX", before.uid_validity, before.highest_modseq)
        await ours.idle(0.01)
        await ours.create_mailbox("New")
        await ours.rename_mailbox("New", "Newer")
        await ours.subscribe("Newer", wanted=False)
        await ours.delete_mailbox("Newer")
        await ours.noop()


@pytest.fixture(autouse=True)
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines of a tenth of a second, where one is awaited."""
    if "silence" not in request.node.name and "drips" not in request.node.name:
        return
    deadlines = ((exchange, "SILENCE"), (login, "GREETING"), (introduction, "STEP"))
    more = ((introduction, "MOMENT"), (idle, "BEGIN"), (idle, "END"), (session, "LOGOUT"))
    for module, name in (*deadlines, *more):
        monkeypatch.setattr(module, name, 0.1)


async def _commands() -> list[str]:
    async with _EndingMailbox() as mailbox:
        await _journey(mailbox.port)
        return mailbox.commands


@pytest.mark.parametrize("how", ENDINGS)
async def test_an_ending_in_any_state_is_told_in_time_and_by_its_name(how: str) -> None:
    commands = await _commands()
    assert len(commands) > 25
    told: dict[str, VexMailError | None] = {}

    for number, command in enumerate(commands, start=1):
        async with _EndingMailbox(number, how) as mailbox, asyncio.timeout(WITHIN):
            told[f"{number} {command[:30]}"] = None
            try:
                await _journey(mailbox.port)
            except VexMailError as error:
                told[f"{number} {command[:30]}"] = error

    wrong = {
        at_command: error
        for at_command, error in told.items()
        # Nobody needs the answers to ID and LOGOUT.
        if not isinstance(error, ENDINGS[how])
        and not ("LOGOUT" in at_command and error is None)
        and not (" ID " in at_command and how == "silence")
    }
    assert wrong == {}


@pytest.mark.parametrize("how", ENDINGS)
async def test_an_ending_in_place_of_the_greeting_is_told(how: str) -> None:
    async def greet_so(peer: Peer) -> None:
        await _end(peer, how)

    mailbox = _EndingMailbox()
    mailbox._serve = greet_so  # type: ignore[method-assign]  # one connection only
    async with mailbox, asyncio.timeout(WITHIN):
        with pytest.raises(VexMailError) as caught:
            await _journey(mailbox.port)

    assert isinstance(caught.value, ENDINGS[how])


async def test_a_greeting_that_drips_ends_after_the_deadline() -> None:
    async def drip(peer: Peer) -> None:
        await peer.send(b"* OK ")
        with suppress(ConnectionError):
            while True:
                await peer.send(b"x")
                await asyncio.sleep(0.01)

    mailbox = _EndingMailbox()
    mailbox._serve = drip  # type: ignore[method-assign]  # one connection only
    async with mailbox, asyncio.timeout(WITHIN):
        with pytest.raises(ConnectionTimedOut):
            await _journey(mailbox.port)
