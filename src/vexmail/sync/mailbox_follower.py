"""Follows one mailbox live: IDLE, and a delta for every wake-up (RFC 2177)."""

import structlog

from vexmail.domain.account import AccountState
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.errors import MailboxGone, UidValidityChanged
from vexmail.domain.ids import ModSeq, Uid
from vexmail.domain.mailbox import LocalMailbox, MailboxRole
from vexmail.ports.mail_server import MailSession, Wake
from vexmail.sync.lane import Lane
from vexmail.sync.mailbox_pass import FIRST_SCREEN, MailboxPass, PassResult
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

IDLE_RESTART = 9 * 60.0  # seconds; RFC 2177 §3 allows 29 min, NATs and Gmail do not


class MailboxFollower:
    """Holds the connection that hears of new mail first."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools

    async def run(self) -> None:
        """Connect and follow until the session ends with an error.

        Raises:
            VexMailError: why the session ended.
        """
        context = self._context
        async with context.connections.connect(Lane.FOLLOWER) as session:
            remote = await session.list_mailboxes()
            boxes = await self._tools.apply_list(context.id, remote)
            box = self._followed(boxes)
            if not context.signals.first_screen.is_set():  # else we lent our connection
                await self._tools.set_state(context.id, AccountState.SYNCING)
            while True:
                try:
                    result = await MailboxPass(self._tools, session, box).run(
                        at_most=FIRST_SCREEN if box.sync_state != "live" else None
                    )
                    context.signals.first_screen.set()
                    await _Watch(context, session, box, result).run()
                except UidValidityChanged:
                    log.info("sync.uid_validity_changed", account_id=context.id, mailbox_id=box.id)
                    box = self._followed(await self._tools.plan.mailboxes(context.id))

    def _followed(self, boxes: list[LocalMailbox]) -> LocalMailbox:
        wanted = self._context.account.followed_mailbox
        for box in boxes:
            if box.name == wanted or (wanted.upper() == "INBOX" and box.role == MailboxRole.INBOX):
                return box
        names = ", ".join(sorted(b.name for b in boxes if b.selectable)[:20])
        raise MailboxGone(
            f"The server has no mailbox named {wanted}. Set IMAP_MAILBOX to one of: {names}."
        )


class _Watch:
    """IDLE on one selected mailbox, with the cursors of this session."""

    def __init__(
        self, context: AccountContext, session: MailSession, box: LocalMailbox, after: PassResult
    ) -> None:
        self._context = context
        self._tools = context.tools
        self._session = session
        self._box = box
        self._validity = after.selected.uid_validity
        self._uid_next = after.selected.uid_next
        self._mod_seq = after.selected.highest_modseq

    async def run(self) -> None:
        """Apply a delta for every wake-up; ends only with an error."""
        while True:
            wakes = await self._session.idle(IDLE_RESTART)
            if not wakes:
                self._context.connections.give_way(self._session)
            if Wake.NEW_MESSAGES in wakes:
                await self._take_new()
            if Wake.EXPUNGED in wakes:
                await self._take_expunged()
            if Wake.FLAGS_CHANGED in wakes:
                await self._take_flags()

    async def _take_new(self) -> None:
        arrived = await self._session.fetch_new(self._uid_next)
        if not arrived:
            return
        self._uid_next = Uid(max(m.uid for m in arrived) + 1)
        applied = await self._tools.apply_delta(
            self._box.id,
            MailboxDelta(self._validity, messages=tuple(arrived), uid_next=self._uid_next),
        )
        log.info(
            "sync.arrived",
            account_id=self._context.id,
            mailbox_id=self._box.id,
            messages=len(applied.arrived),
        )
        self._context.signals.sync_now.set()

    async def _take_flags(self) -> None:
        if self._session.has_condstore and self._mod_seq:
            told = await self._session.flags_changed_since(self._mod_seq)
        else:
            told = await self._session.all_flags()
        if not told:
            return
        self._mod_seq = ModSeq(max(self._mod_seq, *(f.mod_seq for f in told)))
        await self._tools.apply_delta(self._box.id, MailboxDelta(self._validity, flags=tuple(told)))

    async def _take_expunged(self) -> None:
        remote = await self._session.all_uids()
        local = await self._tools.plan.local_uids(self._box.id)
        vanished = sorted(local.difference(remote))
        if vanished:
            await self._tools.apply_delta(
                self._box.id, MailboxDelta(self._validity, vanished=tuple(vanished))
            )
