"""Brings one mailbox up to date: a comparison of two sets of UIDs, newest first.

What the server lists and we lack is fetched, what we hold and the server does not list is
gone. No place in a list has to be remembered, so a pass that was cut off at any moment, by
a lost connection or a killed process, is simply started again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from vexmail.domain.delta import MailboxDelta
from vexmail.domain.ids import ModSeq, Uid
from vexmail.domain.mailbox import LocalMailbox, SelectedMailbox
from vexmail.ports.mail_server import MailSession
from vexmail.sync.read_ahead import reading_ahead
from vexmail.sync.sync_state import SyncTools

T = TypeVar("T")

FIRST_SCREEN = 50  # messages; what a list shows before anybody scrolls
BATCH = 500  # messages per FETCH and per transaction
FLAGS_PER_DELTA = 5000  # flag facts per transaction
SUSPICIOUS_LOSS = 100  # vanished UIDs at once that are counted twice before they are believed


@dataclass(frozen=True, slots=True)
class PassResult:
    """How a pass ended."""

    selected: SelectedMailbox
    complete: bool
    added: int


class MailboxPass:
    """One comparison of one mailbox over one session."""

    def __init__(self, tools: SyncTools, session: MailSession, box: LocalMailbox) -> None:
        self._tools = tools
        self._session = session
        self._box = box
        self._started = tools.clock.monotonic()
        self._added = 0

    async def run(self, *, at_most: int | None = None) -> PassResult:
        """Select and compare; with ``at_most`` only that many newest messages are fetched.

        Raises:
            MailboxGone: the server does not open the mailbox, or we do not hold it any more.
            UidValidityChanged: it was numbered anew while we looked; run again.
        """
        selected = await self._session.select(self._box.wire_name)
        if selected.uid_validity != self._box.uid_validity:
            await self._tools.reset_mailbox(self._box.id, selected.uid_validity)
            self._box = replace(
                self._box,
                uid_validity=selected.uid_validity,
                uid_next=Uid(0),
                highest_modseq=ModSeq(0),
                total=0,
                sync_state="waiting",
            )
        if self._unchanged(selected):
            return PassResult(selected, complete=True, added=0)
        remote = await self._session.all_uids()
        local = await self._tools.plan.local_uids(self._box.id)
        await self._remove(local.difference(remote))
        missing = sorted(set(remote) - local, reverse=True)
        if at_most is not None and len(missing) > at_most:
            await self._fetch(missing[:at_most], selected, len(remote))
            return PassResult(selected, complete=False, added=self._added)
        await self._fetch(missing, selected, len(remote))
        await self._compare_flags(selected, resumed=bool(local))
        await self._close(selected, len(remote))
        return PassResult(selected, complete=True, added=self._added)

    def _unchanged(self, selected: SelectedMailbox) -> bool:
        """Tell whether the server's counters prove that nothing happened (RFC 7162 §3.1.2)."""
        box = self._box
        return (
            box.sync_state == "live"
            and selected.highest_modseq > 0
            and selected.highest_modseq == box.highest_modseq
            and selected.uid_next == box.uid_next
            and selected.exists == box.total
        )

    async def _remove(self, vanished: set[Uid]) -> None:
        if len(vanished) > SUSPICIOUS_LOSS:
            vanished -= set(await self._session.all_uids())
        for chunk in _chunks(sorted(vanished), BATCH):
            await self._apply(MailboxDelta(self._box.uid_validity, vanished=tuple(chunk)))

    async def _compare_flags(self, selected: SelectedMailbox, *, resumed: bool) -> None:
        """Take over flags that changed before this pass, or while it fetched; once, at its end.

        Entries of a pass that was cut off have flags of an unknown age: ``resumed`` compares all.
        """
        since = self._box.highest_modseq or (ModSeq(0) if resumed else selected.highest_modseq)
        if self._session.has_condstore and since:
            told = await self._session.flags_changed_since(since)
        elif resumed or self._added:
            told = await self._session.all_flags()
        else:
            return
        for chunk in _chunks(told, FLAGS_PER_DELTA):
            await self._apply(MailboxDelta(self._box.uid_validity, flags=tuple(chunk)))

    async def _fetch(self, uids: Sequence[Uid], selected: SelectedMailbox, size: int) -> None:
        """Fetch arrivals oldest first, then everything else newest first.

        The cursor moves with every batch of arrivals and never past one that is missing, so
        after a crash none is taken for old mail.
        """
        cursor = self._box.uid_next
        arrivals = sorted(u for u in uids if cursor and u >= cursor)
        await self._bring(arrivals, None, size)
        await self._bring(uids[len(arrivals) :], selected.uid_next, size)

    async def _bring(self, uids: Sequence[Uid], uid_next: Uid | None, size: int) -> None:
        if not uids:
            return
        source = self._session.fetch_messages(uids, batch=BATCH, first=FIRST_SCREEN)
        async with reading_ahead(source) as batches:
            async for batch in batches:
                if not batch:
                    continue
                self._added += len(batch)
                elapsed = max(0.001, self._tools.clock.monotonic() - self._started)
                await self._apply(
                    MailboxDelta(
                        self._box.uid_validity,
                        messages=tuple(batch),
                        uid_next=Uid(max(uid_next or 0, *(m.uid + 1 for m in batch))),
                        sync_total=size,
                        rate=self._added / elapsed,
                    )
                )

    async def _close(self, selected: SelectedMailbox, size: int) -> None:
        """Move the cursors: everything up to them is known now."""
        await self._apply(
            MailboxDelta(
                self._box.uid_validity,
                uid_next=selected.uid_next,
                highest_modseq=selected.highest_modseq,
                sync_total=size,
                complete=True,
            )
        )

    async def _apply(self, delta: MailboxDelta) -> None:
        await self._tools.apply_delta(self._box.id, delta)


def _chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[i : i + size] for i in range(0, len(items), size))
