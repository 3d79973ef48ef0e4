"""One short story that comes by every crash point: a first sync, wishes of all kinds, surprises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.far_live import LiveFarSide
from tests.support.fault_proxy import FaultProxy
from tests.support.ledger import Ledger
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.near_side import wishes_by_subject
from tests.support.proof_stage import Stage
from vexmail.domain.flags import FLAGGED, SEEN, FlagEdit
from vexmail.domain.ids import AccountId, MessageId
from vexmail.usecases.act_on_emails import Action, Request

if TYPE_CHECKING:
    from tests.support.engine_child import Act

WITHOUT_MOVE = {"move.copied", "move.marked"}  # steps of a server that has no MOVE
MAILS = ("Read", "Starred", "Moved", "Copied", "Deleted", "Refused", "Regretted", "Left alone")


@dataclass(frozen=True, slots=True)
class CrashStory:
    """Plays the story on a stage, with or without a death."""

    stage: Stage
    far: LiveFarSide

    async def play(self, die_at: str = "") -> None:
        """Tell it once; whoever died is started again.

        Raises:
            AssertionError: the mirror is not the server, or a wish was not carried out once.
        """
        stage, far = self.stage, self.far
        ledger = Ledger()
        for subject in MAILS:
            await far.append("INBOX", a_message(subject), ())
            ledger.added(subject)
        await far.append("Junk", a_message("Elsewhere"), ())
        ledger.added("Elsewhere")
        stage.engine.start(die_at=die_at)
        account = await stage.account(far)
        try:
            await stage.agreement(account, far)
            refused = next(m.uid for m in far.server.messages if b"Refused" in m.raw)
            far.server.refuse(f"UID STORE {refused} ", "[NOPERM] not this one")
            await self._wish(account, ledger)
            await self._surprise(ledger)
            await stage.agreement(account, far)
            await self._all_is_accounted_for(account, ledger)
        finally:
            stage.engine.kill()
            await stage.accounts.remove(stage.owner, account)

    async def _wish(self, account: AccountId, ledger: Ledger) -> None:
        async with self.stage.built.reader() as driver:
            rows = await driver.fetch(
                "SELECT id, subject FROM messages WHERE account_id = $1", account
            )
            archive = await driver.fetchval(
                "SELECT id FROM mailboxes WHERE account_id = $1 AND name = 'Archive'", account
            )
        key = {row["subject"]: MessageId(row["id"]) for row in rows}
        acts: list[Act] = [
            (key["Read"], FlagEdit(add=frozenset({SEEN}))),
            (key["Starred"], Request(Action.STAR)),
            (key["Moved"], Request(Action.ARCHIVE)),
            (key["Copied"], Request(Action.COPY, archive)),
            (key["Deleted"], Request(Action.DELETE, permanent=True)),
            (key["Refused"], Request(Action.LABEL, label="never")),
            (key["Regretted"], Action.STAR),
            (account, "Made"),
            (archive, a_message("Imported")),
        ]
        while not await self.stage.engine.act(acts):
            acts = acts[await self._acts_done(account) :]  # a person would look and go on
        self.stage.wake(account)
        ledger.wished("Read", SEEN, value=True)
        ledger.wished("Starred", FLAGGED, value=True)
        ledger.wished("Regretted", FLAGGED, value=False)

    async def _acts_done(self, account: AccountId) -> int:
        async with self.stage.built.reader() as driver:
            return int(
                await driver.fetchval(
                    "SELECT count(DISTINCT (message_id, mailbox_id)) FROM intents"
                    " WHERE account_id = $1",
                    account,
                )
            )

    async def _surprise(self, ledger: Ledger) -> None:
        """Let mail come, a mailbox appear, and another be numbered anew."""
        await self.far.append("INBOX", a_message("Arrived"), ())
        ledger.added("Arrived")
        await self.far.create("Box")
        await self.far.number_anew("Junk")

    async def _all_is_accounted_for(self, account: AccountId, ledger: Ledger) -> None:
        truth = await self.far.truth()
        async with self.stage.built.reader() as driver:
            wishes = await wishes_by_subject(driver, account)
        errors = ledger.errors(truth, wishes)
        assert not errors, str(errors)
        subjects = {
            name: sorted(m.subject for m in box.messages.values()) for name, box in truth.items()
        }
        assert subjects["Archive"] == ["Copied", "Imported", "Moved"], str(subjects)
        assert "Made" in subjects, str(subjects)
        assert "Copied" in subjects["INBOX"], str(subjects)
        assert "Moved" not in subjects["INBOX"], str(subjects)
        states = {
            (subject, kind, state) for subject, found in wishes.items() for kind, state in found
        }
        assert {(s, st) for s, _, st in states if s not in ("Refused", "Regretted")} == {
            (s, "settled") for s in ("Read", "Starred", "Moved", "Copied", "Deleted", "Imported")
        }, str(states)
        assert ("Refused", "flags", "rejected") in states, str(states)


@asynccontextmanager
async def crash_story(stage: Stage, *, move: bool) -> AsyncIterator[CrashStory]:
    """Give a server of the story's own, with or without MOVE."""
    async with LiveMailbox(move=move) as server, FaultProxy(server.port) as network:
        yield CrashStory(stage, LiveFarSide(server, network))
