"""The lane for what a person waits for: wishes to push, messages to open."""

import asyncio
import contextlib

import structlog

from vexmail.domain.backoff import decide
from vexmail.domain.errors import (
    CommandRefused,
    MailboxGone,
    NotFound,
    PermanentError,
    TransientError,
    UidValidityChanged,
    VexMailError,
)
from vexmail.domain.ids import MailboxId, MessageId
from vexmail.domain.intent import PendingIntent, Place
from vexmail.domain.message import RemoteFlags
from vexmail.ports.mail_server import MailSession
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

KEEP_OPEN = 120.0  # seconds; people act in bursts, providers count idle connections
LOOK_AGAIN = 5.0  # seconds until a wish is tried again whose mailbox is being rebuilt
REBUILD_TRIES = 720  # an hour; a mailbox that is not rebuilt by then never will be


class Interactive:
    """Opens a connection when somebody waits and keeps it for a while."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools
        self._selected: tuple[str, int] | None = None  # wire name and UIDVALIDITY

    async def run(self) -> None:
        """Serve until the session ends with an error; requests left are served by the next.

        Raises:
            VexMailError: why the session ended.
        """
        signals = self._context.signals
        while True:
            signals.interactive.clear()  # before the look, or what comes meanwhile is missed
            if not signals.requests and not await self._due():
                await self._rest(None)
                continue
            address, credentials = self._context.address, self._context.credentials
            async with self._tools.server.connect(address, credentials) as session:
                self._selected = None
                await self._serve(session)

    async def _serve(self, session: MailSession) -> None:
        signals = self._context.signals
        while True:
            signals.interactive.clear()
            await self._answer_requests(session)
            await self._push_intents(session)
            if not signals.requests and not await self._rest(KEEP_OPEN):
                return

    async def _rest(self, longest: float | None) -> bool:
        """Wait for a signal or a due wish; False if neither came within ``longest`` seconds."""
        due = await self._tools.plan.seconds_until_due(self._context.id)
        limit = min((s for s in (due, longest) if s is not None), default=None)
        try:
            async with asyncio.timeout(limit):
                await self._context.signals.interactive.wait()
        except TimeoutError:
            return due is not None and due == limit
        return True

    async def _due(self) -> list[PendingIntent]:
        return await self._tools.plan.due_intents(self._context.id)

    async def _answer_requests(self, session: MailSession) -> None:
        requests = self._context.signals.requests
        while requests:
            request = requests[0]
            if not request.done.done():
                try:
                    await self._fetch_body(session, request.message_id)
                    if not request.done.done():
                        request.done.set_result(None)
                except NotFound as error:
                    if not request.done.done():
                        request.done.set_exception(error)
            requests.popleft()

    async def _fetch_body(self, session: MailSession, message_id: MessageId) -> None:
        for place in await self._tools.plan.places_of(message_id):
            with contextlib.suppress(MailboxGone, UidValidityChanged):
                await self._select(session, place)
                # To its end: a stream that is left early ends the session.
                bodies = [b async for b in session.fetch_bodies([place.uid])]
                if bodies:
                    stored = [(message_id, bodies[0].raw)]
                    await self._tools.store_bodies(self._context.id, stored)
                    return
        raise NotFound("The mail server does not hold this email any more.")

    async def _push_intents(self, session: MailSession) -> None:
        held: set[MessageId] = set()  # a later wish may not overtake one that was postponed
        for intent in await self._due():
            if intent.message_id in held:
                continue
            try:
                told = await self._carry_out(session, intent)
                await self._tools.settle_intent.settled(self._context.id, intent, told)
            except TransientError as error:
                wait = decide(error, intent.attempts + 1, jitter=1.0)
                await self._tools.plan.postpone(intent, wait.delay)
                raise
            except (CommandRefused, PermanentError) as error:
                await self._reject(intent, error)
            except UidValidityChanged:
                # Another lane numbers the mailbox anew; the wish finds its UID afterwards.
                await self._tools.plan.postpone(intent, LOOK_AGAIN)
                held.add(intent.message_id)

    async def _carry_out(
        self, session: MailSession, intent: PendingIntent
    ) -> dict[MailboxId, list[RemoteFlags]]:
        """STORE by UID wherever the message lies; replaying it changes nothing."""
        told: dict[MailboxId, list[RemoteFlags]] = {}
        places = await self._tools.plan.places_of(intent.message_id)
        if not places:
            rebuilding = await self._tools.plan.is_rebuilding(self._context.id)
            if rebuilding and intent.attempts < REBUILD_TRIES:
                raise UidValidityChanged("The email may turn up when its mailbox is rebuilt.")
            raise MailboxGone("The email is in no mailbox of the server any more.")
        for place in places:
            await self._select(session, place)
            told[place.mailbox_id] = await session.store_flags([place.uid], intent.edit)
        return told

    async def _reject(self, intent: PendingIntent, error: VexMailError) -> None:
        log.warning(
            "sync.intent_rejected",
            account_id=self._context.id,
            intent_id=intent.id,
            code=error.code,
            reason=str(error),
        )
        await self._tools.settle_intent.rejected(self._context.id, intent, error)

    async def _select(self, session: MailSession, place: Place) -> None:
        wanted = (place.wire_name, place.uid_validity)
        if self._selected != wanted:
            self._selected = None
            selected = await session.select(place.wire_name)
            if selected.uid_validity != place.uid_validity:
                raise UidValidityChanged("The server numbered this mailbox anew.")
            self._selected = wanted
