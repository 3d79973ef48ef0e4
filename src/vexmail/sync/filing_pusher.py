"""Moves, copies and deletes messages, each once, however often it must be tried.

Before a command that must not be repeated blindly, where its target stood is written down. When
its answer never came, what came there since tells whether it was obeyed.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import MailboxGone
from vexmail.domain.ids import IntentId, MailboxId, Uid
from vexmail.domain.intent import Appending, AppendMark, PendingIntent, Place, WishKind
from vexmail.domain.mailbox import SelectedMailbox
from vexmail.domain.message import RemoteMessage
from vexmail.ports.mail_server import MailSession
from vexmail.sync.sync_state import AccountContext

Done = tuple[PendingIntent, Uid | None]
"""A wish that the server holds, and the UID it gave if it told."""


class Selecting(Protocol):
    """Who keeps track of the mailbox that is selected, and of messages without a UID."""

    async def select(self, place: Place) -> None:
        """Select the mailbox of a place."""
        ...

    async def examine(self, wire_name: str) -> SelectedMailbox:
        """Look at a mailbox without changing it."""
        ...

    async def not_there_yet(self, intent: PendingIntent) -> None:
        """See to a wish whose message is not where it is expected."""
        ...


class FilingPusher:
    """Carries out one group of wishes that are all alike, over one session."""

    def __init__(self, context: AccountContext, session: MailSession, at: Selecting) -> None:
        self._context = context
        self._tools = context.tools
        self._session = session
        self._at = at
        self._came: dict[AppendMark | None, list[RemoteMessage]] = {}

    async def push(self, group: Sequence[PendingIntent]) -> None:
        """Carry the wishes out and close them.

        Raises:
            PermanentError: the server would not; TransientError: not now.
            UidValidityChanged: their UIDs mean nothing any more.
        """
        if group[0].wish.kind is WishKind.COPY:
            for intent in group:
                await self._copy(intent)
        else:
            await self._take_away(group)

    async def _copy(self, intent: PendingIntent) -> None:
        if intent.was_sent and await self._landed(intent):
            await self._settle([(intent, None)])
            return
        places = await self._tools.plan.places_of([intent.message_id])
        here = [p for p in places[intent.message_id] if p.mailbox_id != intent.wish.target]
        if not here:
            await self._at.not_there_yet(intent)
            return
        target = await self._target(intent)
        if not await self._mark([intent], await self._stand(target)):
            return
        await self._at.select(here[0])
        crash_point("copy.marked")
        new_uid = (await self._session.copy([here[0].uid], target.wire_name)).get(here[0].uid)
        crash_point("copy.done")
        await self._settle([(intent, new_uid)])

    async def _take_away(self, group: Sequence[PendingIntent]) -> None:
        source: Place | None = None
        ready: dict[Uid, PendingIntent] = {}
        done: list[Done] = []
        places = await self._tools.plan.places_of([intent.message_id for intent in group])
        for intent in group:
            here = [p for p in places[intent.message_id] if p.mailbox_id == intent.wish.source]
            if here:
                source = here[0]
                ready[source.uid] = intent
            elif intent.was_sent and await self._was_obeyed(intent):
                done.append((intent, None))
            else:
                await self._at.not_there_yet(intent)
        if source is not None and group[0].wish.kind is WishKind.DELETE:
            done += await self._delete(source, ready)
        elif source is not None and self._session.capabilities & {"MOVE", "IMAP4REV2"}:
            done += await self._move(source, ready)
        elif source is not None:
            done += await self._move_in_steps(source, ready)
        if done:
            await self._settle(done)

    async def _delete(self, source: Place, ready: dict[Uid, PendingIntent]) -> list[Done]:
        """Expunge; a UID that went in an earlier try is simply not there."""
        marked = await self._mark(ready.values(), None)
        ready = {uid: intent for uid, intent in ready.items() if intent.id in marked}
        if not ready:
            return []
        await self._at.select(source)
        crash_point("delete.due")
        await self._session.expunge(sorted(ready))
        crash_point("delete.done")
        return [(intent, None) for intent in ready.values()]

    async def _move(self, source: Place, ready: dict[Uid, PendingIntent]) -> list[Done]:
        """MOVE, which is done or not; what it did not find is looked for at the other end."""
        target = await self._target(next(iter(ready.values())))
        fresh = [intent for intent in ready.values() if not intent.was_sent]
        at = await self._known_stand(fresh[0].wish.target) if fresh else None
        marked = await self._mark(fresh, at)
        ready = {uid: one for uid, one in ready.items() if one.was_sent or one.id in marked}
        if not ready:
            return []
        await self._at.select(source)
        crash_point("move.due")
        new_uids = await self._session.move(sorted(ready), target.wire_name)
        crash_point("move.done")
        tells = "UIDPLUS" in self._session.capabilities
        done: list[Done] = []
        for uid, intent in ready.items():
            if uid in new_uids or not (tells or intent.was_sent) or await self._landed(intent):
                done.append((intent, new_uids.get(uid)))
            else:  # somebody else took it away before us
                await self._at.not_there_yet(intent)
        return done

    async def _move_in_steps(self, source: Place, ready: dict[Uid, PendingIntent]) -> list[Done]:
        """COPY, mark and expunge, on a server without MOVE; never a second COPY."""
        halfway = {u: i for u, i in ready.items() if i.was_sent and await self._landed(i)}
        if halfway:
            await self._at.select(source)
            await self._session.expunge(sorted(halfway))
        rest = {uid: intent for uid, intent in ready.items() if uid not in halfway}
        new_uids: dict[Uid, Uid] = {}
        if rest:
            target = await self._target(next(iter(rest.values())))
            marked = await self._mark(rest.values(), await self._stand(target))
            rest = {uid: intent for uid, intent in rest.items() if intent.id in marked}
            if rest:
                await self._at.select(source)
                new_uids = await self._session.move(sorted(rest), target.wire_name)
        return [(intent, new_uids.get(uid)) for uid, intent in {**halfway, **rest}.items()]

    # ---- what became of an earlier try ----

    async def _was_obeyed(self, intent: PendingIntent) -> bool:
        return intent.wish.kind is WishKind.DELETE or await self._landed(intent)

    async def _landed(self, intent: PendingIntent) -> bool:
        """Tell whether the message came to the target since the command was sent."""
        target = await self._target(intent)
        if target.mark not in self._came:
            self._came[target.mark] = await self._came_since(target)
        came = self._came[target.mark]
        for row in came:
            if _is_copy(row, target):
                came.remove(row)  # a twin's copy is another one
                return True
        return False

    async def _came_since(self, target: Appending) -> list[RemoteMessage]:
        selected = await self._at.examine(target.wire_name)
        mark = target.mark
        if mark is not None and mark.uid_validity == selected.uid_validity:
            return await self._session.fetch_new(mark.uid_next)
        if not target.internet_message_id:
            return []
        found = await self._session.find_by_message_id(target.internet_message_id)
        return [row async for batch in self._session.fetch_messages(found) for row in batch]

    async def _target(self, intent: PendingIntent) -> Appending:
        found = await self._tools.plan.appending(intent)
        if found is None:
            raise MailboxGone("The mailbox to move to is not there any more.")
        return found

    async def _stand(self, target: Appending) -> AppendMark:
        """Ask the server where a mailbox stands."""
        selected = await self._at.examine(target.wire_name)
        return AppendMark(selected.uid_validity, selected.uid_next)

    async def _known_stand(self, mailbox_id: MailboxId | None) -> AppendMark | None:
        """Return where a mailbox stood when we last looked: good enough, and no round trip."""
        box = None if mailbox_id is None else await self._tools.plan.mailbox(mailbox_id)
        if box is None or not box.uid_validity or not box.uid_next:
            return None
        return AppendMark(box.uid_validity, box.uid_next)

    async def _mark(self, group: Iterable[PendingIntent], at: AppendMark | None) -> set[IntentId]:
        """Note that wishes are about to be sent; answer those that nobody has taken back."""
        return await self._tools.plan.mark_filing(list(group), at)

    async def _settle(self, done: Sequence[Done]) -> None:
        await self._tools.settle_intent.place_settled(self._context.id, done)
        crash_point("place.settled")
        self._context.signals.sync_now.set()


def _is_copy(row: RemoteMessage, target: Appending) -> bool:
    """A copy keeps every byte."""
    return (row.envelope.internet_message_id, row.envelope.subject, row.size) == (
        target.internet_message_id,
        target.subject,
        target.size,
    )
