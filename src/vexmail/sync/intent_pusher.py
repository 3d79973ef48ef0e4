"""Carries wishes out on the server: in order, alike ones together, harmless when repeated."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import structlog

from vexmail.domain.backoff import decide, growing
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import (
    MailboxBroken,
    MailboxGone,
    PermanentError,
    TransientError,
    UidValidityChanged,
    VexMailError,
)
from vexmail.domain.intent import (
    AnyIntent,
    PendingIntent,
    PendingMailboxIntent,
    Place,
    WishKind,
)
from vexmail.domain.mailbox import SelectedMailbox
from vexmail.ports.mail_server import MailSession
from vexmail.sync.append_pusher import AppendPusher
from vexmail.sync.filing_pusher import FilingPusher
from vexmail.sync.mailbox_pass import FIRST_SCREEN, MailboxPass
from vexmail.sync.mailbox_pusher import MailboxPusher
from vexmail.sync.sync_state import AccountContext

if TYPE_CHECKING:
    from vexmail.domain.ids import MailboxId

log = structlog.get_logger()

TOGETHER = 200  # messages per command, and per transaction that settles them
LOOK_AGAIN = 3.0  # seconds until a message whose UID is not known yet is looked for again
PARK_AFTER = 20  # failed tries, a quarter of an hour of them, before a person is asked
PATIENCE = 8  # looks for a UID before a wish is given up
REBUILD_TRIES = 240  # hours of looks; a mailbox that is not rebuilt by then never will be


class IntentPusher:
    """Pushes the due wishes of one account over one session."""

    def __init__(self, context: AccountContext, session: MailSession) -> None:
        self._context = context
        self._tools = context.tools
        self._session = session
        self._selected: tuple[str, int] | None = None  # wire name and UIDVALIDITY

    async def push(self) -> None:
        """Carry out what is due; wishes the server refuses are taken back with the reason.

        Raises:
            TransientError: the server cannot be used now; what is left stays pending.
        """
        due = await self._tools.plan.due_intents(self._context.id)
        for _, alike in groupby(due, key=lambda intent: intent.wish):
            for group in _chunks(list(alike), TOGETHER):
                await self._push_group(group)

    async def select(self, place: Place) -> None:
        """Select a place's mailbox unless it is selected already.

        Raises:
            MailboxGone: it cannot be opened.
            UidValidityChanged: the place's UID means nothing any more.
        """
        wanted = (place.wire_name, place.uid_validity)
        if self._selected == wanted:
            return
        self._selected = None
        selected = await self._session.select(place.wire_name)
        if selected.uid_validity != place.uid_validity:
            raise UidValidityChanged("The server numbered this mailbox anew.")
        self._selected = wanted

    async def examine(self, wire_name: str) -> SelectedMailbox:
        """Look at a mailbox without changing it.

        Raises:
            MailboxGone: it cannot be opened.
        """
        self._selected = None
        return await self._session.select(wire_name, read_only=True)

    async def _push_group(self, group: list[AnyIntent]) -> None:
        """Carry out wishes that are all alike."""
        try:
            if isinstance(group[0], PendingMailboxIntent):
                await self._mailboxes([one for one in group if isinstance(one, type(group[0]))])
            else:
                await self._messages([one for one in group if isinstance(one, type(group[0]))])
        except TransientError as error:
            await self._failed(group, error)
            raise
        except UidValidityChanged:
            # Another lane numbers the mailbox anew; the wishes find their UIDs afterwards.
            await self._tools.plan.postpone(group, LOOK_AGAIN)
        except PermanentError as error:
            await self._refused(group, error)

    async def _mailboxes(self, group: list[PendingMailboxIntent]) -> None:
        self._selected = None
        pusher = MailboxPusher(self._context, self._session)
        for intent in group:
            if not await self._tools.plan.is_held_up(intent):
                await pusher.push(intent)

    async def _messages(self, group: list[PendingIntent]) -> None:
        kind = group[0].wish.kind
        if kind is WishKind.FLAGS:
            await self._flags(group)
        elif kind is WishKind.APPEND:
            self._selected = None
            for intent in group:
                await AppendPusher(self._context, self._session).push(intent)
        else:
            await FilingPusher(self._context, self._session, self).push(group)

    async def _flags(self, group: list[PendingIntent]) -> None:
        """STORE by UID wherever the messages lie; replaying it changes nothing."""
        found: dict[MailboxId, list[Place]] = defaultdict(list)
        ready: list[PendingIntent] = []
        places = await self._tools.plan.places_of([intent.message_id for intent in group])
        # A copy that was made before a wish is meant, too; its UID may not be known yet.
        behind = await self._tools.plan.behind_copies(group)
        wanted = await self._tools.plan.still_pending(group)
        for intent in group:
            if intent.id not in wanted:
                continue
            here = places[intent.message_id]
            if not here or (intent.id in behind and intent.attempts < PATIENCE):
                await self.not_there_yet(intent)
                continue
            ready.append(intent)
            for place in here:
                found[place.mailbox_id].append(place)
        told = {}
        for mailbox_id, held in found.items():
            await self.select(held[0])
            uids = [p.uid for p in held]
            crash_point("flags.due")
            told[mailbox_id] = await self._session.store_flags(uids, ready[0].wish.edit)
            crash_point("flags.done")
        if ready:
            await self._tools.settle_intent.flags_settled(self._context.id, ready, told)
            crash_point("flags.settled")

    async def not_there_yet(self, intent: PendingIntent) -> None:
        """Look for the UID where the message is awaited; after a while, give the wish up.

        We look ourselves: the lane that looks at all mailboxes may be waiting for our connection.
        """
        if intent.attempts < PATIENCE and await self._look_for(intent):
            await self._tools.plan.postpone([intent], 0.0)
            return
        rebuilding = await self._tools.plan.is_rebuilding(self._context.id)
        if intent.attempts < (REBUILD_TRIES if rebuilding else PATIENCE):
            # What does not turn up soon waits for a mailbox that is being rebuilt.
            pause = growing(LOOK_AGAIN, intent.attempts - PATIENCE)
            await self._tools.plan.postpone([intent], pause)
            self._context.signals.sync_now.set()
            return
        gone = MailboxGone("The email is not where it was on the server any more.")
        await self._refused([intent], gone)

    async def _look_for(self, intent: PendingIntent) -> bool:
        """Look at the newest messages of mailboxes that await this one; tell if it is there."""
        for box in await self._tools.plan.awaited_in(intent.message_id):
            self._selected = None
            try:
                look = MailboxPass(self._context, self._session, box)
                await look.run(at_most=FIRST_SCREEN, in_full=False)
            except (MailboxBroken, MailboxGone, UidValidityChanged) as reason:
                log.info("sync.look_failed", mailbox_id=box.id, reason=reason.code)
        return any((await self._tools.plan.places_of([intent.message_id])).values())

    async def _failed(self, group: Sequence[AnyIntent], error: TransientError) -> None:
        """Try again later, but not without end: then a person decides.

        What failed together stays together: without UIDPLUS, messages that were marked as deleted
        by one command can only be removed by one.
        """
        tired = [intent for intent in group if intent.attempts + 1 >= PARK_AFTER]
        if tired:
            await self._tools.settle_intent.parked(self._context.id, tired, error)
        rest = [intent for intent in group if intent not in tired]
        if rest:
            attempts = max(intent.attempts for intent in rest)
            wait = decide(error, attempts + 1, jitter=1.0)
            await self._tools.plan.postpone(rest, wait.delay, error)

    async def _refused(self, group: Sequence[AnyIntent], error: VexMailError) -> None:
        log.warning(
            "sync.intents_rejected",
            account_id=self._context.id,
            intents=[intent.id for intent in group],
            code=error.code,
            reason=str(error),
        )
        await self._tools.settle_intent.rejected(self._context.id, group, error)
        crash_point("wish.rejected")
        # Who is refused often acted on what is not so any more.
        self._context.signals.sync_now.set()


def _chunks(items: list[AnyIntent], size: int) -> Iterable[list[AnyIntent]]:
    return (items[i : i + size] for i in range(0, len(items), size))
