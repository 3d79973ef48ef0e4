"""Brings one mailbox up to date, by the cheapest way that the server's abilities allow.

QRESYNC tells with SELECT what changed and what is gone. Else two sets of UIDs are compared: what
the server lists and we lack is fetched, newest first, what we hold and the server does not list
is gone; flags come by MODSEQ, or from a window of the newest messages. Once a day, and whenever
the server contradicts itself or what it said before, all is compared.

No place in a list has to be remembered, so a pass that was cut off at any moment, by a lost
connection or a killed process, is simply started again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from vexmail.domain.delta import MailboxDelta
from vexmail.domain.ids import ModSeq, Uid
from vexmail.domain.mailbox import LocalMailbox, MailboxCounters, RemoteChanges, SelectedMailbox
from vexmail.domain.message import RemoteFlags
from vexmail.domain.sync_plan import NEVER, Doubt, believed, doubt_of, is_overdue, is_suspicious
from vexmail.ports.mail_server import MailSession
from vexmail.sync.loss_check import missing_again
from vexmail.sync.read_ahead import reading_ahead
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

T = TypeVar("T")

FIRST_SCREEN = 50  # messages; what a list shows before anybody scrolls
BATCH = 500  # messages per FETCH and per transaction
FLAGS_PER_DELTA = 5000  # flag facts per transaction
FLAG_WINDOW = 1000  # newest messages whose flags are compared where nothing tells of changes


@dataclass(frozen=True, slots=True)
class PassResult:
    """How a pass ended."""

    selected: SelectedMailbox
    complete: bool
    added: int


class MailboxPass:
    """One comparison of one mailbox over one session."""

    def __init__(
        self,
        context: AccountContext,
        session: MailSession,
        box: LocalMailbox,
        counters: MailboxCounters | None = None,
    ) -> None:
        self._context = context
        self._tools = context.tools
        self._session = session
        self._box = box
        self._counters = counters
        self._doubt = Doubt.NONE
        self._started = self._tools.clock.monotonic()
        self._added = 0

    async def run(self, *, at_most: int | None = None, in_full: bool | None = None) -> PassResult:
        """Select and compare; with ``at_most`` only that many newest messages are fetched.

        Args:
            at_most: see above.
            in_full: compare every UID and flag; None does so once a day.

        Raises:
            MailboxGone: the server does not open the mailbox, or we do not hold it any more.
            MailboxBroken: it was numbered anew too often today.
            UidValidityChanged: it was numbered anew while we looked; run again.
        """
        box = self._box
        selected, changes = await self._session.changes_since(
            box.wire_name, box.uid_validity, box.highest_modseq
        )
        if selected.uid_validity != box.uid_validity:
            await self._start_over(selected)
            changes = None
        elif (doubt := doubt_of(box, selected)) is not Doubt.NONE:
            self._doubt = doubt
            await self._distrust(selected)
            changes = None
        if in_full is None:
            in_full = is_overdue(self._box, self._tools.clock.now())
        if not in_full and await self._is_caught_up(selected, changes):
            result = PassResult(selected, complete=True, added=self._added)
        else:
            result = await self._compare(selected, at_most, in_full=in_full)
        if result.complete:
            self._context.signals.note_pass(box.id, self._counters, self._started, selected)
        return result

    # ---- what the server forgot ----

    async def _start_over(self, selected: SelectedMailbox) -> None:
        await self._tools.reset_mailbox(self._box.id, selected.uid_validity)
        self._box = replace(
            self._box,
            uid_validity=selected.uid_validity,
            uid_next=Uid(0),
            highest_modseq=ModSeq(0),
            total=0,
            sync_state="waiting",
            compared_at=None,
        )

    async def _distrust(self, selected: SelectedMailbox) -> None:
        log.warning(
            "sync.server_went_back",
            account_id=self._context.id,
            mailbox_id=self._box.id,
            uid_next=(self._box.uid_next, selected.uid_next),
            mod_seq=(self._box.highest_modseq, selected.highest_modseq),
        )
        await self._tools.distrust_mailbox(self._box.id)
        self._box = replace(self._box, highest_modseq=ModSeq(0), compared_at=None)

    async def _check_content(self, uids: Sequence[Uid], size: int) -> None:
        """Fetch again what we hold and replace entries whose UIDs name other messages now."""
        if self._doubt is Doubt.SLIGHT and len(uids) > BATCH:
            before = self._added
            await self._bring(uids[:BATCH], None, size, checked=True)
            if self._added == before:
                return
            uids = uids[BATCH:]
        await self._bring(uids, None, size, checked=True)

    # ---- the short ways ----

    async def _is_caught_up(self, selected: SelectedMailbox, changes: RemoteChanges | None) -> bool:
        """Take what QRESYNC told, or see that nothing happened; False asks for a comparison."""
        if self._box.sync_state != "live":
            return False
        if changes is None:
            return self._is_unchanged(selected)
        # Whatever came after our cursor has a MODSEQ above it, too.
        arrived = [f.uid for f in changes.flags if f.uid >= self._box.uid_next]
        if is_suspicious(len(changes.vanished), self._box.total):
            left = (await self._tools.plan.local_uids(self._box.id)).difference(changes.vanished)
            if len(left.union(arrived)) != selected.exists:
                log.warning("sync.vanished_not_believed", mailbox_id=self._box.id)
                return False
        await self._remove_for_sure(changes.vanished)
        await self._take_flags(changes.flags)
        await self._bring(arrived, None, selected.exists)
        if await self._tools.plan.count_held(self._box.id) != selected.exists:
            log.info("sync.changes_incomplete", mailbox_id=self._box.id)
            return False
        await self._close(selected, selected.exists, compared=False)
        return True

    def _is_unchanged(self, selected: SelectedMailbox) -> bool:
        """Tell whether the server's counters prove that nothing happened (RFC 7162 §3.1.2)."""
        box = self._box
        return (
            selected.highest_modseq > 0
            and selected.highest_modseq == box.highest_modseq
            and selected.uid_next == box.uid_next
            and selected.exists == box.total
        )

    # ---- the long way ----

    async def _compare(
        self, selected: SelectedMailbox, at_most: int | None, *, in_full: bool
    ) -> PassResult:
        # Ours first: what another lane adds meanwhile must not look like gone.
        local = await self._tools.plan.local_uids(self._box.id)
        remote = await self._session.all_uids()
        await self._remove(local.difference(remote), len(local))
        if self._doubt in {Doubt.SLIGHT, Doubt.GRAVE}:
            await self._check_content(sorted(local.intersection(remote), reverse=True), len(remote))
        missing = sorted(set(remote) - local, reverse=True)
        if at_most is not None and len(missing) > at_most:
            await self._fetch(missing[:at_most], selected, len(remote))
            return PassResult(selected, complete=False, added=self._added)
        await self._fetch(missing, selected, len(remote))
        resumed = bool(local)
        compared = await self._compare_flags(selected, remote, resumed=resumed, in_full=in_full)
        if self._doubt is Doubt.GRAVE:
            await self._tools.distrust_mailbox(self._box.id, selected.uid_next)
        await self._close(selected, len(remote), compared=compared)
        return PassResult(selected, complete=True, added=self._added)

    async def _remove(self, vanished: set[Uid], held: int) -> None:
        """Remove what a complete list lacks; a second session must agree to many (S3)."""
        if is_suspicious(len(vanished), held):
            vanished = await missing_again(self._context, self._session, self._box, vanished)
        await self._remove_for_sure(sorted(vanished))

    async def _remove_for_sure(self, vanished: Sequence[Uid]) -> None:
        for chunk in _chunks(vanished, BATCH):
            await self._apply(MailboxDelta(self._box.uid_validity, vanished=tuple(chunk)))

    async def _compare_flags(
        self, selected: SelectedMailbox, remote: Sequence[Uid], *, resumed: bool, in_full: bool
    ) -> bool:
        """Take over flags that changed before this pass, or while it fetched; once, at its end.

        Entries of a pass that was cut off have flags of an unknown age: ``resumed`` compares all.

        Returns:
            Whether the flags of all messages are as new as this pass.
        """
        since = self._box.highest_modseq or (ModSeq(0) if resumed else selected.highest_modseq)
        if self._session.has_condstore and since and not in_full:
            await self._take_flags(await self._session.flags_changed_since(since))
            return not resumed
        if not resumed and not self._added:
            return True
        is_live = self._box.sync_state == "live" and not self._session.has_condstore
        if not in_full and is_live and len(remote) > FLAG_WINDOW:
            await self._take_flags(await self._session.all_flags(remote[-FLAG_WINDOW]))
            if self._counters is None or await self._unread() == self._counters.unseen:
                return False
        await self._take_flags(await self._session.all_flags())
        return True

    async def _unread(self) -> int:
        box = await self._tools.plan.mailbox(self._box.id)
        return 0 if box is None else box.unread

    async def _take_flags(self, told: Sequence[RemoteFlags]) -> None:
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

    async def _bring(
        self, uids: Sequence[Uid], uid_next: Uid | None, size: int, *, checked: bool = False
    ) -> None:
        if not uids:
            return
        source = self._session.fetch_messages(uids, batch=BATCH, first=FIRST_SCREEN)
        async with reading_ahead(source) as batches:
            async for batch in batches:
                if not batch:
                    continue
                await self._context.let_person_first()
                elapsed = max(0.001, self._tools.clock.monotonic() - self._started)
                applied = await self._tools.apply_delta(
                    self._box.id,
                    MailboxDelta(
                        self._box.uid_validity,
                        messages=tuple(batch),
                        uid_next=Uid(max(uid_next or 0, *(m.uid + 1 for m in batch))),
                        sync_total=size,
                        rate=(self._added + len(batch)) / elapsed,
                        checked=checked,
                    ),
                )
                self._added += len(applied.added) if checked else len(batch)
                await self._tools.statistics.after_adding(len(batch))
                await self._context.record_downloads()

    async def _close(self, selected: SelectedMailbox, size: int, *, compared: bool) -> None:
        """Move the cursors: everything up to them is known now."""
        mod_seq: ModSeq | None = selected.highest_modseq
        if self._context.connections.allowance.lags:
            last = self._context.signals.passed.get(self._box.id, NEVER)
            mod_seq = believed(
                selected.highest_modseq, self._box.highest_modseq, last, monotonic=self._started
            )
        await self._apply(
            MailboxDelta(
                self._box.uid_validity,
                uid_next=selected.uid_next,
                highest_modseq=mod_seq,
                sync_total=size,
                complete=True,
                compared=compared,
            )
        )

    async def _apply(self, delta: MailboxDelta) -> None:
        await self._tools.apply_delta(self._box.id, delta)


def _chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[i : i + size] for i in range(0, len(items), size))
