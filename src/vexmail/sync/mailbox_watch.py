"""What the follower's connection does between two commands of its own: listen, and take it in."""

import asyncio
import contextlib

import structlog

from vexmail.domain.account import AccountFault
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.errors import MailboxBroken, MailboxGone
from vexmail.domain.ids import ModSeq, Uid
from vexmail.domain.mailbox import LocalMailbox, SelectedMailbox
from vexmail.domain.sync_plan import is_overdue, is_suspicious
from vexmail.ports.mail_server import MailSession, News, Wake
from vexmail.sync.loss_check import missing_again
from vexmail.sync.mailbox_pass import MailboxPass
from vexmail.sync.mailbox_survey import Due, MailboxSurvey
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

IDLE_RESTART = 9 * 60.0  # seconds; RFC 2177 §3 allows 29 min, NATs and Gmail do not
SURVEY_EVERY = 60.0  # seconds between looks at all mailboxes
SURVEY_SHARE = 50  # times as long as a survey took is the least pause before the next one
SURVEY_BESIDE_NOTIFY = 12 * 60.0  # seconds; an insurance against a server that does not tell all
SILENCES = 2  # surveys that found what NOTIFY should have told, until it is given up


class Untrusted(Exception):
    """The server does not tell of all mailboxes although it said it would."""


class MailboxWatch:
    """Listens on one session, which has the followed mailbox selected."""

    def __init__(
        self, context: AccountContext, session: MailSession, *, may_notify: bool = True
    ) -> None:
        self._context = context
        self._tools = context.tools
        self._session = session
        self._may_notify = may_notify
        self._hears_all: bool | None = None
        self._survey = MailboxSurvey(context)
        self._survey_at = 0.0
        self._survey_took = 0.0
        self._surveys = 0
        self._silences = 0
        self._is_settled = False

    async def follow(self, box: LocalMailbox, selected: SelectedMailbox) -> None:
        """Apply what the server tells of ``box``; ends only with an error.

        Raises:
            Untrusted: connect anew and listen without NOTIFY.
            VexMailError: why the session, or the following of this mailbox, ended.
        """
        self._take_cursors(box, selected)
        signals = self._context.signals
        if self._hears_all is None:
            self._hears_all = self._may_notify and await self._session.hear_of_all()
            signals.watch(signals.watched, hears_all=self._hears_all)
        while True:
            if self._seconds_left() <= 0:
                await self._look_at_all()
            wakes = await self._session.idle(min(IDLE_RESTART, max(0.0, self._seconds_left())))
            news = self._session.news()
            if Wake.NEW_MESSAGES in wakes:
                await self._take_new()
            if Wake.EXPUNGED in wakes:
                await self._take_expunged(news)
            if Wake.FLAGS_CHANGED in wakes:
                await self._take_flags()
            if Wake.ELSEWHERE in wakes:
                await self._take_elsewhere(news)
            # Whatever ended the IDLE: news may have hidden that somebody wants the connection.
            self._context.connections.give_way(self._session)

    async def wait_until_mended(self, box: LocalMailbox, reason: MailboxBroken) -> None:
        """Look after the other mailboxes until the followed one may be tried again."""
        log.info("sync.follower_waits", mailbox_id=box.id, reason=reason.code)
        while box.id not in (due := await self._survey.look(self._session)):
            await self._hand_over(due)
            await self._wait_for_mending()
        due.pop(box.id)
        await self._hand_over(due)

    async def do_without(self, box: LocalMailbox, reason: MailboxGone) -> None:
        """Look after the other mailboxes once while the server does not open the followed one.

        The account's state says so; it is time to try again when this returns.
        """
        signals = self._context.signals
        log.warning("sync.follower_refused", mailbox_id=box.id, reason=str(reason))
        signals.hampered_by = AccountFault(
            reason.code, f"{reason} The other mailboxes are kept up to date.", self._survey_every()
        )
        due = await self._survey.look(self._session)
        due.pop(box.id, None)
        await self._hand_over(due)
        signals.is_surveyed = True
        await signals.say_connected(self._context.id, self._tools.set_state)
        await self._wait_for_mending()
        self._is_settled = False
        signals.hampered_by = None

    async def _wait_for_mending(self) -> None:
        """Wait for the next survey's time, or until a person asks for a look."""
        mended = self._context.signals.mended
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._survey_every()):
                await mended.wait()
        mended.clear()

    # ---- the followed mailbox ----

    def _take_cursors(self, box: LocalMailbox, selected: SelectedMailbox) -> None:
        self._box = box
        self._validity = selected.uid_validity
        self._uid_next = selected.uid_next
        self._mod_seq = selected.highest_modseq

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
        self._context.signals.work.set()  # their bodies are wanted

    async def _take_flags(self) -> None:
        if self._session.has_condstore and self._mod_seq:
            told = await self._session.flags_changed_since(self._mod_seq)
        else:
            told = await self._session.all_flags()
        if not told:
            return
        self._mod_seq = ModSeq(max(self._mod_seq, *(f.mod_seq for f in told)))
        await self._tools.apply_delta(self._box.id, MailboxDelta(self._validity, flags=tuple(told)))

    async def _take_expunged(self, news: News) -> None:
        """Remove what VANISHED names; where only EXPUNGE came, find out by comparing UIDs."""
        gone = set(news.vanished)
        if news.lost or not gone:
            # Ours first: what another lane adds meanwhile must not look like gone.
            local = await self._tools.plan.local_uids(self._box.id)
            missing = local.difference(await self._session.all_uids())
            unproved = len(missing - gone)
            if unproved > news.lost and is_suspicious(unproved, len(local)):
                missing = await missing_again(self._context, self._session, self._box, missing)
            gone |= missing
        if gone:
            await self._tools.apply_delta(
                self._box.id, MailboxDelta(self._validity, vanished=tuple(sorted(gone)))
            )

    # ---- the other mailboxes ----

    async def _take_elsewhere(self, news: News) -> None:
        if news.overflowed:
            raise Untrusted
        ids = await self._tools.plan.named(self._context.id, news.mailboxes)
        due: Due = {ids[name]: None for name in news.mailboxes & ids.keys()}
        due.pop(self._box.id, None)
        await self._hand_over(due)
        if news.list_changed or news.mailboxes - ids.keys():
            self._survey_at = 0.0

    async def _look_at_all(self) -> None:
        began = self._tools.clock.monotonic()
        due = await self._survey.look(self._session)
        self._survey_at = self._tools.clock.monotonic()
        self._survey_took = self._survey_at - began
        self._note_silence(due)
        if self._box.id in due:
            await self._catch_up(due)
        await self._hand_over(due)
        self._context.signals.is_surveyed = True
        await self._settle()
        # STATUS of the selected mailbox may take note of new mail without telling of it (RFC 9051
        # §6.3.11 advises against asking), and IDLE tells what comes after it began; a NOOP tells.
        await self._session.noop()

    async def _catch_up(self, due: Due) -> None:
        """Pass over the followed mailbox here, unless that takes long."""
        box = await self._tools.plan.mailbox(self._box.id) or self._box
        if box.sync_state == "live" and not is_overdue(box, self._tools.clock.now()):
            counters = due.pop(box.id)
            result = await MailboxPass(self._context, self._session, box, counters).run(
                in_full=False
            )
            self._take_cursors(box, result.selected)

    async def _hand_over(self, due: Due) -> None:
        signals = self._context.signals
        # A hint knows no counters; it does not replace an earlier word that did.
        signals.look_at({i: c or signals.stale.get(i) for i, c in due.items()})

    async def _settle(self) -> None:
        """Say once that the account is live when there is nothing left to do."""
        signals = self._context.signals
        if not self._is_settled and not signals.stale and not signals.in_work:
            self._is_settled = True
            await signals.say_connected(self._context.id, self._tools.set_state)

    def _note_silence(self, due: Due) -> None:
        """Count surveys that find what NOTIFY should have told.

        Raises:
            Untrusted: too many did.
        """
        self._surveys += 1
        signals = self._context.signals
        unheard = [
            mailbox_id
            for mailbox_id, now in due.items()
            if now is not None
            and mailbox_id not in signals.stale
            and (last := signals.passed.get(mailbox_id)) is not None
            and last.counters is not None
            and (last.counters.uid_next, last.counters.messages) != (now.uid_next, now.messages)
        ]
        if self._hears_all and self._surveys > 1 and unheard:
            self._silences += 1
            if self._silences >= SILENCES:
                raise Untrusted

    def _survey_every(self) -> float:
        if self._hears_all:
            return SURVEY_BESIDE_NOTIFY
        return max(SURVEY_EVERY, SURVEY_SHARE * self._survey_took)

    def _seconds_left(self) -> float:
        if not self._survey_at:
            return 0.0
        return self._survey_at + self._survey_every() - self._tools.clock.monotonic()
