"""What the lanes of one account share."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from vexmail.domain.account import Account, AccountFault, AccountState
from vexmail.domain.ids import AccountId, MailboxId, MessageId, Uid
from vexmail.domain.mailbox import MailboxCounters, SelectedMailbox
from vexmail.domain.server_address import Credentials, ServerAddress
from vexmail.domain.sync_plan import NEVER, LastPass
from vexmail.ports.blob_store import BlobStore
from vexmail.ports.clock import Clock
from vexmail.ports.mail_server import MailServer, MailSession
from vexmail.sync.connection_pool import ConnectionPool
from vexmail.usecases.apply_mailbox_delta import ApplyMailboxDelta
from vexmail.usecases.apply_mailbox_list import ApplyMailboxList
from vexmail.usecases.meter_downloads import UNLIMITED, MeterDownloads
from vexmail.usecases.read_sync_plan import ReadSyncPlan
from vexmail.usecases.refresh_statistics import RefreshStatistics
from vexmail.usecases.reset_mailbox import DistrustMailbox, MendMailboxes, ResetMailbox
from vexmail.usecases.set_account_state import SetAccountState
from vexmail.usecases.settle_intent import SettleIntent
from vexmail.usecases.store_bodies import StoreBodies

MOST_COURTESY = 2.0  # seconds that the backfill waits for somebody who opens messages
READING_TAKES = 0.2  # seconds to read, clean and record a message that was fetched
_LOOK_EVERY = 0.02  # seconds
RECORDED_AT_ONCE = 16 << 20  # bytes; what a crash may leave uncounted
CONNECTS_AT_ONCE = 16  # per process; each costs both sides a TLS handshake and a login


LISTENERS = 2  # most chosen mailboxes of an account that have a connection of their own


@dataclass(frozen=True, slots=True)
class SyncTools:
    """Everything a lane calls; built for one account and the lease it is held by."""

    server: MailServer
    clock: Clock
    plan: ReadSyncPlan
    apply_delta: ApplyMailboxDelta
    apply_list: ApplyMailboxList
    reset_mailbox: ResetMailbox
    distrust_mailbox: DistrustMailbox
    mend_mailboxes: MendMailboxes
    set_state: SetAccountState
    settle_intent: SettleIntent
    store_bodies: StoreBodies
    blobs: BlobStore
    meter: MeterDownloads
    statistics: RefreshStatistics
    daily_bytes: int | None = None
    """What each account may download by itself in a day, as the person set it; 0: as much as it
    likes; None: what its provider allows."""
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTS_AT_ONCE))
    """One for the process: turns at opening connections nobody waits for, so that a thousand
    accounts start calmly."""


class _Ringing(asyncio.Event):
    """An event that sets another one with it."""

    def __init__(self, other: asyncio.Event) -> None:
        super().__init__()
        self._other = other

    @override
    def set(self) -> None:
        super().set()
        self._other.set()


@dataclass(slots=True)
class BodyRequest:
    """Somebody waits for a message's bytes."""

    message_id: MessageId
    done: asyncio.Future[None]
    tries: int = 0
    """Sessions that ended over it, or before it was reached."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """UIDs that one session's complete list lacked."""

    session: MailSession
    uids: frozenset[Uid]


@dataclass(slots=True)
class AccountSignals:
    """How others speak to an account's lanes; outlives connections."""

    work: asyncio.Event = field(default_factory=asyncio.Event)
    """The backfill is wanted: ``sync_now``, a mailbox to look at, bodies to bring."""
    sync_now: asyncio.Event = field(init=False)
    """Look at all mailboxes now; also ends a wait for a retry."""
    is_asked: bool = False
    """A person asked for the look, which gives broken mailboxes another chance."""
    stale: dict[MailboxId, MailboxCounters | None] = field(default_factory=dict)
    """Mailboxes that need a pass, with the counters that say so, where any did."""
    is_unsorted: bool = False
    """Some were added to ``stale`` since the backfill put them in order."""
    in_work: bool = False
    """The backfill looks at the list, or passes over a mailbox."""
    passed: dict[MailboxId, LastPass] = field(default_factory=dict)
    """The last pass of each mailbox by this process."""
    is_surveyed: bool = False
    """All mailboxes were looked at since the account was connected."""
    watched: frozenset[MailboxId] = frozenset()
    """Mailboxes that a person chose to be followed live; see ``watching``."""
    hears_all: bool | None = None
    """Whether the follower's connection hears of every mailbox; None until that is known."""
    watching: tuple[asyncio.Event, ...] = field(
        default_factory=lambda: tuple(asyncio.Event() for _ in range(LISTENERS))
    )
    """One for each that listens: ``watched`` or ``hears_all`` changed."""
    listeners: set[MailSession] = field(default_factory=set)
    """Sessions that idle in chosen mailboxes."""
    doubted: dict[MailboxId, "Doubted"] = field(default_factory=dict)
    """What a session's list lacked, until another session says so, too."""
    mended: asyncio.Event = field(default_factory=asyncio.Event)
    """Broken mailboxes may be tried again."""
    first_screen: asyncio.Event = field(default_factory=asyncio.Event)
    """The newest messages of the followed mailbox are listed; the rest may be brought."""
    interactive: asyncio.Event = field(default_factory=asyncio.Event)
    """There are intents to push or requests to answer."""
    requests: deque[BodyRequest] = field(default_factory=deque)
    hampered_by: AccountFault | None = None
    """Why the account is not live although it is connected."""
    served_at: float = 0.0
    """When somebody last got a message that was asked for, by the event loop's clock."""

    def __post_init__(self) -> None:
        """Let whoever asks for a look wake the backfill."""
        self.sync_now = _Ringing(self.work)

    def begin_round(self) -> None:
        """Forget what was true of the last connections."""
        self.first_screen.clear()
        self.is_surveyed = self.in_work = False
        self.hampered_by = None
        self.hears_all = None

    def look_at(self, mailboxes: Mapping[MailboxId, MailboxCounters | None]) -> None:
        """Have the backfill pass over some mailboxes soon."""
        self.stale.update(mailboxes)
        if mailboxes:
            self.is_unsorted = True
            self.work.set()

    def note_pass(
        self,
        mailbox_id: MailboxId,
        counters: MailboxCounters | None,
        at: float,
        selected: SelectedMailbox,
    ) -> None:
        """Remember a pass that began at ``at`` (monotonic seconds) and came to its end."""
        last = self.passed.get(mailbox_id, NEVER)
        self.passed[mailbox_id] = last.next(counters, at, selected.highest_modseq)

    async def say_connected(self, account_id: AccountId, set_state: SetAccountState) -> None:
        """Write down that the account is live, or what is missing."""
        if self.hampered_by is None:
            await set_state(account_id, AccountState.LIVE)
        else:
            await set_state(account_id, AccountState.NEEDS_ATTENTION, self.hampered_by)

    def ask(self) -> None:
        """Look at everything because a person wants it."""
        self.is_asked = True
        self.sync_now.set()

    def watch(self, mailboxes: frozenset[MailboxId], *, hears_all: bool | None) -> None:
        """Say which mailboxes are to be followed live, and whether one connection hears all."""
        if (mailboxes, hears_all) != (self.watched, self.hears_all):
            self.watched, self.hears_all = mailboxes, hears_all
            for event in self.watching:
                event.set()
            for session in self.listeners:
                session.interrupt()


@dataclass(frozen=True, slots=True)
class AccountContext:
    """One account as its lanes see it."""

    account: Account
    credentials: Credentials
    tools: SyncTools
    signals: AccountSignals
    connections: ConnectionPool

    @property
    def id(self) -> AccountId:
        """Return the account's key."""
        return self.account.id

    @property
    def daily_bytes(self) -> int | None:
        """Return what the account may download by itself in a day; None: as much as it likes."""
        chosen = self.tools.daily_bytes
        return self.connections.allowance.daily_bytes if chosen is None else chosen or None

    async def room_for_bodies(self) -> int:
        """Return how many bytes of bodies that nobody waits for may be downloaded now."""
        if self.connections.is_resting:
            return 0
        limit = self.daily_bytes
        if limit is None and not self.account.is_paused:
            return UNLIMITED
        await self.record_downloads(at_least=0)
        return await self.tools.meter.room(self.id, limit)

    async def let_person_first(self) -> None:
        """Wait while somebody opens a message: their small writes would queue behind large ones.

        What was fetched is still being read and recorded for a moment after it was served.
        """
        signals, clock = self.signals, asyncio.get_running_loop()
        for _ in range(round(MOST_COURTESY / _LOOK_EVERY)):
            if not signals.requests and clock.time() - signals.served_at > READING_TAKES:
                return
            await asyncio.sleep(_LOOK_EVERY)

    async def record_downloads(self, at_least: int = RECORDED_AT_ONCE) -> None:
        """Write down what came from the server since the last time, if it is worth it."""
        count = self.connections.take_received(at_least)
        if count:
            await self.tools.meter.record(self.id, count)

    @property
    def address(self) -> ServerAddress:
        """Return where the account lives."""
        return self.account.imap
