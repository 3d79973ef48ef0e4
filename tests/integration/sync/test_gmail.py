"""What Gmail does otherwise: its counters run ahead of the flags that they count."""

import pytest

from tests.integration.sync.filing import equal
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.sync import mailbox_watch


@pytest.mark.parametrize("name", ["INBOX", "Work"])
async def test_flags_that_come_after_their_mod_sequence_are_not_missed(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """With the real constants they come ten minutes late; here it is less than a second."""
    monkeypatch.setattr(mailbox_watch, "SURVEY_EVERY", 0.1)
    monkeypatch.setattr(mailbox_watch, "SURVEY_SHARE", 1.0)
    for module in ("sync.mailbox_survey", "domain.sync_plan"):
        monkeypatch.setattr(f"vexmail.{module}.FLAGS_EVERY", 0.2)
    monkeypatch.setattr("vexmail.domain.sync_plan.OVERLAP", 0.5)
    async with LiveMailbox(provider="X-GM-EXT-1", qresync=False) as server:
        box = server.add_mailbox("Work") if name == "Work" else server.inbox
        server.deliver(a_message("Late"), mailbox=name)
        await mirror.add(server.port)
        await mirror.until_live()
        box.mod_seq += 1
        asked = len(server.commands)

        async def looked() -> bool:
            return any(f"CHANGEDSINCE {box.mod_seq - 1}" in c for c in server.commands[asked:])

        await eventually(looked, what="a look that finds nothing")
        box.messages[0].flags, box.messages[0].mod_seq = {"\\Flagged"}, box.mod_seq

        await eventually(lambda: equal(mirror), what="the flag")

        async def at_rest() -> bool:
            async with mirror.built.reader() as driver:
                cursor = "SELECT highest_modseq FROM mailboxes WHERE wire_name = $1"
                return await driver.fetchval(cursor, name) == box.mod_seq

        await eventually(at_rest, what="an end of looking again")
