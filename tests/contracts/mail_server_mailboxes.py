"""What every ``MailServer`` must do to mailboxes, whichever extensions it has."""

from dataclasses import replace

import pytest

from tests.contracts.mail_server import Account, message
from tests.contracts.mail_server_changes import a_name_without_mailbox, numbers_in, opened
from vexmail.domain.errors import CommandRefused, MailboxGone
from vexmail.domain.flags import SEEN, FlagEdit


class MailServerMailboxesContract:
    """Inherit beside ``MailServerContract``."""

    async def test_a_mailbox_is_created_renamed_and_deleted(self, account: Account):
        async with opened(account) as session:
            delimiter = (await session.list_mailboxes())[0].delimiter or ""
            first = await session.create_mailbox("Äpfel & Birnen")
            below = await session.create_mailbox(f"Äpfel & Birnen{delimiter}日本")
            await session.append(below, message(1), frozenset(), None)
            listed = {box.wire_name: box for box in await session.list_mailboxes()}
            assert listed[first].name.endswith("Äpfel & Birnen")
            assert listed[first].subscribed
            assert listed[below].name.endswith(f"Birnen{delimiter}日本")

            renamed = await session.rename_mailbox(first, "Obst")
            listed = {box.wire_name: box for box in await session.list_mailboxes()}
            assert first not in listed
            assert below not in listed
            assert listed[renamed].subscribed
            below = f"{renamed}{delimiter}{below.removeprefix(first + delimiter)}"
            assert listed[below].subscribed
            assert len(await numbers_in(session, below)) == 1

            await session.subscribe(renamed, wanted=False)
            listed = {box.wire_name: box for box in await session.list_mailboxes()}
            assert not listed[renamed].subscribed
            await session.select("INBOX")
            await session.delete_mailbox(below)
            await session.delete_mailbox(renamed)
            listed = {box.wire_name: box for box in await session.list_mailboxes()}
            assert not {renamed, below} & {
                name for name, box in listed.items() if box.selectable or box.subscribed
            }
            with pytest.raises(MailboxGone):
                await session.select(renamed)

    async def test_what_cannot_be_done_to_a_mailbox_says_why(self, account: Account):
        async with opened(account) as session:
            existing = await session.create_mailbox("Twice")
            with pytest.raises(CommandRefused) as caught:
                await session.create_mailbox("Twice")
            assert caught.value.response_code == "ALREADYEXISTS"
            for bad in ("", "a\r\nA1 DELETE INBOX", "a\0b", "a\nb", "\ud800", "x" * 5000):
                with pytest.raises(CommandRefused):
                    await session.create_mailbox(bad)
                with pytest.raises(CommandRefused):
                    await session.rename_mailbox(existing, bad)
            for act in (session.rename_mailbox("inbox", "Other"), session.delete_mailbox("INBOX")):
                with pytest.raises(CommandRefused):
                    await act
            nowhere = await a_name_without_mailbox(session)
            with pytest.raises(MailboxGone):
                await session.delete_mailbox(nowhere)
            with pytest.raises(MailboxGone):
                await session.rename_mailbox(nowhere, "Somewhere")
            await session.noop()

    async def test_counters_tell_what_select_would(self, account: Account):
        async with opened(account, 3) as session:
            [uid, *_] = await session.all_uids()
            await session.store_flags([uid], FlagEdit(add=frozenset({SEEN})))
            other = await session.create_mailbox("Zähler")
            await session.append(other, message(9), frozenset({SEEN}), None)
            selected = {name: await session.select(name) for name in ("INBOX", other)}

        async with account.server.connect(account.address, account.credentials) as session:
            surveyed = await session.survey()
            listed = {box.wire_name: box for box in await session.list_mailboxes()}
            assert {box.wire_name: replace(box, counters=None) for box in surveyed} == listed
        counters = {box.wire_name: box.counters for box in surveyed if box.counters}

        for name, seen in (("INBOX", 1), (other, 1)):
            assert counters[name].messages == selected[name].exists
            assert counters[name].unseen == selected[name].exists - seen
            assert counters[name].uid_next == selected[name].uid_next
            assert counters[name].uid_validity == selected[name].uid_validity
            assert counters[name].highest_modseq == selected[name].highest_modseq
