"""Follows mailboxes that a person chose, each on a connection of its own, where NOTIFY is missing.

These connections only listen: what they hear is brought by the backfill. Every other lane takes
them when there are too few.
"""

import structlog

from vexmail.domain.errors import MailboxGone
from vexmail.domain.ids import MailboxId  # noqa: TC001 - a field's type
from vexmail.domain.mailbox import LocalMailbox, MailboxRole, SelectedMailbox
from vexmail.ports.mail_server import MailSession
from vexmail.sync.lane import Lane
from vexmail.sync.mailbox_watch import IDLE_RESTART
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()


class ChosenMailbox:
    """Listens to one of the chosen mailboxes."""

    def __init__(self, context: AccountContext, place: int) -> None:
        self._context = context
        self._tools = context.tools
        self._place = place
        # What a mailbox was like when it was last opened: giving way to the backfill and coming
        # back must not be a reason for the backfill to come again.
        self._found: dict[MailboxId, SelectedMailbox] = {}
        self._closed: set[MailboxId] = set()

    async def run(self) -> None:
        """Listen for as long as so many mailboxes are chosen.

        Raises:
            ConnectionWanted: another lane got the connection.
            VexMailError: why the session ended.
        """
        signals = self._context.signals
        await signals.first_screen.wait()
        while True:
            signals.watching[self._place].clear()
            box = await self._choice()
            if box is None:
                await signals.watching[self._place].wait()
                continue
            async with self._context.connections.connect(Lane.LISTENER) as session:
                signals.listeners.add(session)
                try:
                    await self._hear(session, box)
                except MailboxGone as reason:
                    log.info("sync.mailbox_not_followed", mailbox_id=box.id, reason=reason.code)
                    self._closed.add(box.id)
                finally:
                    signals.listeners.discard(session)

    async def _choice(self) -> LocalMailbox | None:
        signals = self._context.signals
        if signals.hears_all is not False or not signals.watched:
            return None
        followed = self._context.account.followed_mailbox
        chosen = [
            box
            for box in await self._tools.plan.mailboxes(self._context.id)
            if box.id in signals.watched - self._closed
            and box.name != followed
            and box.role is not MailboxRole.INBOX
        ][: self._context.connections.most - 1]
        return chosen[self._place] if len(chosen) > self._place else None

    async def _hear(self, session: MailSession, box: LocalMailbox) -> None:
        """Listen until others are chosen."""
        signals = self._context.signals
        selected = await session.select(box.wire_name, read_only=True)
        if self._found.get(box.id) != selected:  # something came before we listened
            self._found[box.id] = selected
            signals.look_at({box.id: None})
        while not signals.watching[self._place].is_set():
            if await session.idle(IDLE_RESTART):
                signals.look_at({box.id: None})
            # Whatever ended the IDLE: news may have hidden that somebody wants the connection.
            self._context.connections.give_way(session)
