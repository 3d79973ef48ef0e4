"""What the lanes of one account share."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from vexmail.domain.account import Account
from vexmail.domain.ids import AccountId, MessageId
from vexmail.domain.server_address import Credentials, ServerAddress
from vexmail.ports.blob_store import BlobStore
from vexmail.ports.clock import Clock
from vexmail.ports.mail_server import MailServer
from vexmail.sync.connection_pool import ConnectionPool
from vexmail.usecases.apply_mailbox_delta import ApplyMailboxDelta
from vexmail.usecases.apply_mailbox_list import ApplyMailboxList
from vexmail.usecases.meter_downloads import UNLIMITED, MeterDownloads
from vexmail.usecases.read_sync_plan import ReadSyncPlan
from vexmail.usecases.reset_mailbox import ResetMailbox
from vexmail.usecases.set_account_state import SetAccountState
from vexmail.usecases.settle_intent import SettleIntent
from vexmail.usecases.store_bodies import StoreBodies

MOST_COURTESY = 2.0  # seconds that the backfill waits for somebody who opens messages
READING_TAKES = 0.2  # seconds to read, clean and record a message that was fetched
_LOOK_EVERY = 0.02  # seconds
RECORDED_AT_ONCE = 4 << 20  # bytes; what a crash may leave uncounted
CONNECTS_AT_ONCE = 16  # per process; each costs both sides a TLS handshake and a login


@dataclass(frozen=True, slots=True)
class SyncTools:
    """Everything a lane calls; built for one account and the lease it is held by."""

    server: MailServer
    clock: Clock
    plan: ReadSyncPlan
    apply_delta: ApplyMailboxDelta
    apply_list: ApplyMailboxList
    reset_mailbox: ResetMailbox
    set_state: SetAccountState
    settle_intent: SettleIntent
    store_bodies: StoreBodies
    blobs: BlobStore
    meter: MeterDownloads
    daily_bytes: int | None = None
    """What each account may download by itself in a day, as the person set it; 0: as much as it
    likes; None: what its provider allows."""
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTS_AT_ONCE))
    """One for the process: turns at opening connections nobody waits for, so that a thousand
    accounts start calmly."""


@dataclass(slots=True)
class BodyRequest:
    """Somebody waits for a message's bytes."""

    message_id: MessageId
    done: asyncio.Future[None]
    tries: int = 0
    """Sessions that ended over it, or before it was reached."""


@dataclass(slots=True)
class AccountSignals:
    """How others speak to an account's lanes; outlives connections."""

    sync_now: asyncio.Event = field(default_factory=asyncio.Event)
    """Look at all mailboxes now; also ends a wait for a retry."""
    first_screen: asyncio.Event = field(default_factory=asyncio.Event)
    """The newest messages of the followed mailbox are listed; the rest may be brought."""
    interactive: asyncio.Event = field(default_factory=asyncio.Event)
    """There are intents to push or requests to answer."""
    requests: deque[BodyRequest] = field(default_factory=deque)
    served_at: float = 0.0
    """When somebody last got a message that was asked for, by the event loop's clock."""


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
