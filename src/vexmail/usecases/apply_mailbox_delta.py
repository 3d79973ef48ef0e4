"""Take over what the server told about one mailbox: rows, counters, cursors, changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from vexmail.domain.change import (
    Change,
    EmailDeleted,
    EmailFlagged,
    EmailMoved,
    EmailRead,
    EmailReceived,
    EmailStarred,
    EmailUnread,
    EmailUpdated,
    MailboxUpdated,
    Reset,
    SyncProgress,
)
from vexmail.domain.crash_points import crash_point
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.errors import MailboxGone, UidValidityChanged
from vexmail.domain.flags import SEEN
from vexmail.domain.ids import AccountId, MailboxId, MessageId, Uid
from vexmail.domain.mailbox import LocalMailbox
from vexmail.domain.message import RemoteFlags, RemoteMessage
from vexmail.domain.message_identity import fingerprint
from vexmail.store import appends, entries, intents, mailboxes, messages, placeholders
from vexmail.store.entries import FlagChange
from vexmail.store.placeholders import Placeholder
from vexmail.store.queries import emails
from vexmail.store.queries import mailboxes as mailbox_views
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.progress_pace import ProgressPace

TOLD_ONE_BY_ONE = 100  # more facts of a kind in one delta are told as "fetch the mailbox again"


@dataclass(slots=True)
class AppliedDelta:
    """What came of it: messages new to the mailbox, and those that really arrived."""

    added: list[MessageId] = field(default_factory=list)
    arrived: list[MessageId] = field(default_factory=list)
    total: int = 0


class ApplyMailboxDelta:
    """Applies a delta in one transaction; applying it again changes nothing."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._pace = ProgressPace()

    async def __call__(self, mailbox_id: MailboxId, delta: MailboxDelta) -> AppliedDelta:
        """Write the delta's rows and move the cursors it covers, all or nothing.

        Raises:
            MailboxGone: we do not hold the mailbox any more.
            UidValidityChanged: the delta belongs to another generation of UIDs.
        """
        async with self._uow() as tx:
            box = await mailboxes.lock(tx, mailbox_id)
            if box is None:
                raise MailboxGone("The mailbox is no longer part of this account.")
            if box.uid_validity != delta.uid_validity:
                raise UidValidityChanged("The server numbered this mailbox anew.")
            writer = _Writer(tx, box, delta, self._pace)
            await writer.drop_impostors()
            await writer.take_messages()
            await writer.take_flags()
            await writer.take_vanished()
            await writer.drop_placeholders()
            await writer.finish()
            crash_point("delta.written")
        crash_point("delta.committed")
        return writer.result


class _Writer:
    """The steps of one delta within one transaction."""

    def __init__(
        self, tx: Transaction, box: LocalMailbox, delta: MailboxDelta, pace: ProgressPace
    ) -> None:
        self._tx = tx
        self._pace = pace
        self._box = box
        self._delta = delta
        self._total = 0
        self._unread = 0
        self._refetch = False
        self._held_already: list[RemoteFlags] = []
        self.result = AppliedDelta()

    async def drop_impostors(self) -> None:
        """Remove entries whose UIDs name other messages now than those we hold."""
        if not self._delta.checked:
            return
        theirs = {m.uid: fingerprint(m) for m in self._delta.messages}
        ours = await entries.fingerprints(self._tx, self._box.id, list(theirs))
        await self._remove([uid for uid, ours_is in ours.items() if ours_is != theirs[uid]])

    async def take_messages(self) -> None:
        """Insert entries for UIDs we do not hold; treat the others as news about flags."""
        offered = self._delta.messages
        if not offered:
            return
        tx, box = self._tx, self._box
        known = await entries.known_uids(tx, box.id, [m.uid for m in offered])
        self._held_already = [
            RemoteFlags(m.uid, m.flags, m.mod_seq) for m in offered if m.uid in known
        ]
        fresh = list({m.uid: m for m in offered if m.uid not in known}.values())
        if not fresh:
            return
        await appends.recognise(tx, AccountId(box.account_id), box.id, fresh)
        placed = await messages.place(tx, AccountId(box.account_id), box.id, fresh)
        pending = await intents.pending_edits(tx, box.account_id, sorted(placed.known))
        awaited = await placeholders.take_over(tx, box.id, sorted(placed.known))
        self._unread += await entries.insert(tx, box.id, fresh, placed.ids, pending)
        self._total += len(fresh)
        await self._replace(awaited)
        self.result.added = placed.ids
        await self._tell_added(fresh, placed.ids, placed.known, awaited)

    async def _replace(self, awaited: Mapping[MessageId, Placeholder]) -> None:
        """Count what placeholders stood for once, and keep hidden what is on its way again."""
        shown = [p for p in awaited.values() if p.hidden_by is None]
        self._total -= len(shown)
        self._unread -= sum(p.unread for p in shown)
        hidden = {i: p.hidden_by for i, p in awaited.items() if p.hidden_by is not None}
        if hidden:
            self._total -= len(hidden)
            self._unread -= await placeholders.hide_inserted(self._tx, self._box.id, hidden)

    async def _tell_added(
        self,
        fresh: Sequence[RemoteMessage],
        ids: Sequence[MessageId],
        known: set[MessageId],
        awaited: Collection[MessageId],
    ) -> None:
        # UIDs below the cursor were there before we first looked: part of a first sync.
        news = [
            i
            for m, i in zip(fresh, ids, strict=True)
            if self._box.uid_next and m.uid >= self._box.uid_next and i not in awaited
        ]
        self.result.arrived = [i for i in news if i not in known]
        if len(news) > TOLD_ONE_BY_ONE:
            self._refetch = True
            return
        views = await emails.by_ids(self._tx.driver, self._box.user_id, news) if news else {}
        for message_id in news:
            if message_id in known:
                self._tell(EmailMoved(self._box.account_id, message_id, None, self._box.id))
            else:
                view = views[message_id]
                self._tell(EmailReceived(self._box.account_id, message_id, self._box.id, view))

    async def take_flags(self) -> None:
        """Take over flags, pending wishes laid over them, and tell what changed."""
        told = [*self._held_already, *self._delta.flags]
        if not told:
            return
        tx, box = self._tx, self._box
        ids = await tx.driver.fetch(
            "SELECT DISTINCT i.message_id FROM intents i JOIN mailbox_entries e"
            " ON e.message_id = i.message_id WHERE i.account_id = $1 AND i.state = 'pending'"
            " AND i.kind = 'flags' AND e.mailbox_id = $2",
            box.account_id,
            box.id,
        )
        pending = await intents.pending_edits(
            tx, box.account_id, [MessageId(r["message_id"]) for r in ids]
        )
        changed = await entries.update_flags(tx, box.id, told, pending)
        self._unread += sum(c.unread_delta for c in changed)
        if len(changed) > TOLD_ONE_BY_ONE:
            self._refetch = True
            return
        for change in changed:
            if not change.hidden:
                self._tell(*flag_changes(box.account_id, change))

    async def take_vanished(self) -> None:
        """Remove entries whose UIDs are proved to be gone."""
        await self._remove(self._delta.vanished)

    async def _remove(self, uids: Sequence[Uid]) -> None:
        if not uids:
            return
        removed = await entries.remove(self._tx, self._box.id, uids)
        await messages.mark_orphans(self._tx, [r.message_id for r in removed])
        # What a wish of ours took away was counted and told when it was made.
        removed = [r for r in removed if not r.hidden]
        self._total -= len(removed)
        self._unread -= sum(r.unread for r in removed)
        if len(removed) > TOLD_ONE_BY_ONE:
            self._refetch = True
            return
        for gone in removed:
            self._tell(EmailDeleted(self._box.account_id, gone.message_id, self._box.id))

    async def drop_placeholders(self) -> None:
        """After a complete look at the mailbox, give up on what has not come."""
        if not self._delta.complete:
            return
        dropped = await placeholders.forget(self._tx, self._box.id)
        await messages.mark_orphans(self._tx, [i for i, _ in dropped])
        for message_id, shift in dropped:
            self._total += shift.total
            self._unread += shift.unread
            if shift.total:
                self._tell(EmailDeleted(self._box.account_id, message_id, self._box.id))

    async def finish(self) -> None:
        """Move the cursors with the rows they cover, and tell counts and progress."""
        box, delta = self._box, self._delta
        self.result.total = box.total + self._total
        state = "live" if delta.complete else None
        if not delta.complete and delta.sync_total is not None and box.sync_state == "waiting":
            state = "syncing"
        advance = mailboxes.Advance(
            total=self._total,
            unread=self._unread,
            uid_next=delta.uid_next,
            highest_modseq=delta.highest_modseq,
            sync_total=delta.sync_total,
            sync_state=state,
            compared=delta.compared,
        )
        await mailboxes.advance(self._tx, box.id, advance)
        if self._refetch:
            self._tell(Reset(box.account_id, "many_changes", box.id))
        if self._total or self._unread or (state and state != box.sync_state):
            view = await mailbox_views.one(self._tx.driver, box.id)
            if view is not None:
                self._tell(MailboxUpdated(box.account_id, box.id, view))
        is_last = delta.complete or self.result.total >= (delta.sync_total or 0)
        if (
            delta.sync_total
            and (delta.messages or delta.complete)
            and self._pace.is_due(box.id, is_last=is_last)
        ):
            left = max(0, delta.sync_total - self.result.total)
            estimate = round(left / delta.rate, 1) if delta.rate else None
            self._tell(
                SyncProgress(
                    box.account_id,
                    box.id,
                    "envelopes",
                    self.result.total,
                    delta.sync_total,
                    round(delta.rate, 1),
                    estimate,
                )
            )

    def _tell(self, *changes: Change) -> None:
        self._tx.tell(self._box.user_id, *changes)


def flag_changes(account_id: AccountId, change: FlagChange) -> list[Change]:
    """Return the changes that tell what happened to one message's effective flags."""
    told: list[Change] = []
    if change.unread_delta:
        kind = EmailRead if SEEN in change.after else EmailUnread
        told.append(kind(account_id, change.message_id))
    if change.starred is not None:
        told.append(EmailStarred(account_id, change.message_id, change.starred))
    if change.important is not None:
        told.append(EmailFlagged(account_id, change.message_id, change.important))
    if not told:
        told.append(EmailUpdated(account_id, (change.message_id,)))
    return told
