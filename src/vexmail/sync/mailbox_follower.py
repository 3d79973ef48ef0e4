"""Follows one mailbox live, and hears of the others on the same connection.

IDLE (RFC 2177) tells of the followed mailbox, NOTIFY (RFC 5465) of all where it is offered; a
survey now and then finds what neither told. What other mailboxes need is left to the backfill, so
the inbox never waits for them.
"""

import structlog

from vexmail.domain.account import AccountState
from vexmail.domain.errors import MailboxBroken, MailboxGone, UidValidityChanged
from vexmail.domain.mailbox import LocalMailbox, MailboxRole
from vexmail.ports.mail_server import MailSession
from vexmail.sync.lane import Lane
from vexmail.sync.mailbox_pass import FIRST_SCREEN, MailboxPass
from vexmail.sync.mailbox_watch import MailboxWatch, Untrusted
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()


class MailboxFollower:
    """Holds the connection that hears of new mail first."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools
        self._may_notify = True

    async def run(self) -> None:
        """Connect and follow until the session ends with an error.

        Raises:
            VexMailError: why the session ended.
        """
        while True:
            try:
                await self._connect()
            except Untrusted:
                # What was switched on cannot be switched off for sure: a new session without it.
                self._may_notify = False
                log.info("sync.notify_given_up", account_id=self._context.id)

    async def _connect(self) -> None:
        context = self._context
        async with context.connections.connect(Lane.FOLLOWER) as session:
            box = await self._find(session)
            if not context.signals.first_screen.is_set():  # else we lent our connection
                await self._tools.set_state(context.id, AccountState.SYNCING)
            watch = MailboxWatch(context, session, may_notify=self._may_notify)
            while True:
                try:
                    is_new = box.sync_state != "live"
                    result = await MailboxPass(context, session, box).run(
                        at_most=FIRST_SCREEN if is_new else None, in_full=False
                    )
                    context.signals.first_screen.set()
                    if not result.complete:
                        context.signals.look_at({box.id: None})
                    await watch.follow(box, result.selected)
                except UidValidityChanged:
                    log.info("sync.uid_validity_changed", account_id=context.id, mailbox_id=box.id)
                    box = await self._find(session)
                except MailboxGone as reason:
                    found = await self._find(session, again=True)
                    if found.wire_name == box.wire_name:  # listed, but it does not open
                        context.signals.first_screen.set()
                        await watch.do_without(found, reason)
                    box = found
                except MailboxBroken as reason:
                    log.warning("sync.mailbox_broken", account_id=context.id, mailbox_id=box.id)
                    context.signals.first_screen.set()
                    await watch.wait_until_mended(box, reason)
                    box = await self._find(session)

    async def _find(self, session: MailSession, *, again: bool = False) -> LocalMailbox:
        """Return the followed mailbox; the server is only asked where it has to be.

        Raises:
            MailboxGone: there is none of that name.
        """
        boxes = await self._tools.plan.mailboxes(self._context.id)
        if not again and (known := self._followed(boxes)) is not None:
            return known
        listed = await session.list_mailboxes()
        boxes = await self._tools.apply_list(self._context.id, listed, sure=False)
        names = {mailbox.wire_name for mailbox in listed}
        found = self._followed([box for box in boxes if box.wire_name in names])
        if found is not None:
            return found
        choice = ", ".join(sorted(b.name for b in boxes if b.selectable)[:20])
        raise MailboxGone(
            f"The server has no mailbox named {self._context.account.followed_mailbox}."
            f" Set IMAP_MAILBOX to one of: {choice}."
        )

    def _followed(self, boxes: list[LocalMailbox]) -> LocalMailbox | None:
        wanted = self._context.account.followed_mailbox
        for box in boxes:
            if box.name == wanted or (wanted.upper() == "INBOX" and box.role == MailboxRole.INBOX):
                return box
        return None
