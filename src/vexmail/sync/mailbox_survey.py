"""One look at all mailboxes: the server's list with counters, compared with what we hold.

A round trip with LIST-STATUS tells which mailboxes exist and which changed; only those are
opened. An answer equal to the last one costs not even a question to the database.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from vexmail.domain.ids import MailboxId
from vexmail.domain.mailbox import LocalMailbox, MailboxCounters, RemoteMailbox
from vexmail.domain.sync_plan import FLAGS_EVERY, agrees, needs_pass
from vexmail.ports.mail_server import MailSession
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

AT_A_TIME = 1000  # mailboxes; then the event loop gets its turn
REMEMBERED = 3600.0  # seconds for which an unchanged answer is not compared again

Due = dict[MailboxId, MailboxCounters | None]


class MailboxSurvey:
    """Finds the mailboxes that need a pass; remembers its last answer."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools
        self._answer = 0
        self._answered_at = 0.0
        self._remembered = 0.0

    async def look(self, session: MailSession) -> Due:
        """Take over the list of mailboxes; answer which need a pass.

        Raises:
            VexMailError: why the session ended.
        """
        listed = await session.survey()
        monotonic = self._tools.clock.monotonic()
        answer = hash(tuple(listed))
        if answer == self._answer and monotonic - self._answered_at < self._remembered:
            return {}
        boxes = await self._take_over(listed)
        self._note_watched(boxes)
        remote = {mailbox.wire_name: mailbox for mailbox in listed}
        now, passed = self._tools.clock.now(), self._context.signals.passed
        due: Due = {}
        for number, box in enumerate(boxes):
            mailbox = remote.get(box.wire_name)
            if mailbox is not None and needs_pass(
                box, mailbox, passed.get(box.id), now=now, monotonic=monotonic
            ):
                due[box.id] = mailbox.counters
            if number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)
        self._answer, self._answered_at = (0, 0.0) if due else (answer, monotonic)
        self._remembered = REMEMBERED if _all_agree(boxes, remote) else FLAGS_EVERY
        return due

    def _note_watched(self, boxes: Sequence[LocalMailbox]) -> None:
        signals = self._context.signals
        chosen = frozenset(box.id for box in boxes if box.watched and box.selectable)
        signals.watch(chosen, hears_all=signals.hears_all)

    async def _take_over(self, listed: Sequence[RemoteMailbox]) -> list[LocalMailbox]:
        """Apply the list; what it lacks must be lacking from another session's, too (S3)."""
        account_id = self._context.id
        boxes = await self._tools.apply_list(account_id, listed, sure=False)
        names = {mailbox.wire_name for mailbox in listed}
        if all(box.wire_name in names for box in boxes):
            return boxes
        address, credentials = self._context.address, self._context.credentials
        async with self._tools.server.connect(address, credentials) as session:
            again = await session.list_mailboxes()
        log.info("sync.mailboxes_missing", account_id=account_id, listed=len(again))
        # Without their counters: those of mailboxes that came meanwhile are seen next time.
        both = [*listed, *(mailbox for mailbox in again if mailbox.wire_name not in names)]
        return await self._tools.apply_list(account_id, _one_role_each(both))


def _one_role_each(mailboxes: Sequence[RemoteMailbox]) -> list[RemoteMailbox]:
    """Return mailboxes of two lists; a role given twice stays with the first."""
    given = set()
    kept = []
    for mailbox in mailboxes:
        kept.append(replace(mailbox, role=None) if mailbox.role in given else mailbox)
        if mailbox.role is not None:
            given.add(mailbox.role)
    return kept


def _all_agree(boxes: Sequence[LocalMailbox], remote: Mapping[str, RemoteMailbox]) -> bool:
    listed = [(box, remote.get(box.wire_name)) for box in boxes]
    return all(
        not mailbox.selectable or (mailbox.counters is not None and agrees(box, mailbox.counters))
        for box, mailbox in listed
        if mailbox is not None
    )
