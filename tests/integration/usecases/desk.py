"""One account on a real database, without a mail server: the test says what a server would."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.databases import SECRET_KEY
from vexmail.app.database_address import parse_database_url
from vexmail.app.system_clock import SystemClock
from vexmail.blobs.local_folder import LocalFolderBlobStore
from vexmail.domain.change import Json
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import AccountId, MailboxId, MessageId, ModSeq, Uid, UidValidity, UserId
from vexmail.domain.intent import PendingIntent
from vexmail.domain.mailbox import LocalMailbox, MailboxRole, RemoteMailbox
from vexmail.domain.message import Address, Envelope, RemoteFlags, RemoteMessage
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.feed.redis_feed import RedisChangeFeed
from vexmail.imap.server import AioimaplibMailServer
from vexmail.store.queries import changes, emails
from vexmail.store.queries import mailboxes as mailbox_views
from vexmail.store.queries.reader import Reader
from vexmail.store.secret_box import SecretBox
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.sync.connection_pool import ConnectionPool
from vexmail.sync.sync_state import AccountContext, AccountSignals, SyncTools
from vexmail.usecases.apply_mailbox_delta import AppliedDelta, ApplyMailboxDelta
from vexmail.usecases.apply_mailbox_list import ApplyMailboxList
from vexmail.usecases.manage_accounts import AccountDetails, ManageAccounts
from vexmail.usecases.meter_downloads import MeterDownloads
from vexmail.usecases.read_sync_plan import ReadSyncPlan
from vexmail.usecases.record_intent import RecordIntent
from vexmail.usecases.refresh_statistics import RefreshStatistics
from vexmail.usecases.reset_mailbox import DistrustMailbox, MendMailboxes, ResetMailbox
from vexmail.usecases.set_account_state import SetAccountState
from vexmail.usecases.settle_intent import SettleIntent
from vexmail.usecases.sign_in import SignIn
from vexmail.usecases.store_bodies import StoreBodies

GENERATION = UidValidity(7)
START = datetime(2026, 11, 22, 10, tzinfo=UTC)
INBOX = RemoteMailbox("INBOX", "INBOX", "/", frozenset(), MailboxRole.INBOX)
NOWHERE = ServerAddress("127.0.0.1", 1, Security.NONE)
LOGIN = Credentials("ann", "pw")


@dataclass
class NoSync:
    """Stands where the sync engine would be, and remembers for whom it was woken."""

    woken: list[AccountId] = field(default_factory=list)

    def accounts_changed(self) -> None:
        """Nobody runs accounts here."""

    def sync_now(self, account_id: AccountId) -> None:
        """Nobody looks."""

    def push_intents(self, account_id: AccountId) -> None:
        """Remember."""
        self.woken.append(account_id)

    async def fetch_body(self, account_id: AccountId, message_id: MessageId) -> None:
        """Nobody fetches."""
        raise AssertionError("nothing here may need the server")


@dataclass
class NoWorker:
    """Stands where the queue would be, and remembers what it was asked for."""

    asked: list[MessageId] = field(default_factory=list)

    async def parse_messages(self, message_ids: Sequence[MessageId]) -> None:
        """Remember."""
        self.asked += message_ids


@dataclass(frozen=True, slots=True)
class Desk:
    """The use cases of sync, on an account whose server is the test."""

    uow: UnitOfWork
    reader: Reader
    owner: UserId
    account: AccountId
    accounts: ManageAccounts
    plan: ReadSyncPlan
    apply: ApplyMailboxDelta
    take_list: ApplyMailboxList
    reset: ResetMailbox
    wish: RecordIntent
    settle: SettleIntent
    sync: NoSync

    async def synced(self, listed: RemoteMailbox, *messages: RemoteMessage) -> MailboxId:
        """Hold a mailbox that was synced to its end once, and answer its id."""
        known = {box.wire_name: box for box in await self.plan.mailboxes(self.account)}
        others = [as_listed(box) for name, box in known.items() if name != listed.wire_name]
        boxes = await self.take_list(self.account, [*others, listed])
        (box,) = [b for b in boxes if b.wire_name == listed.wire_name]
        await self.reset(box.id, GENERATION)
        uid_next = Uid(max((m.uid for m in messages), default=0) + 1)
        await self.apply(
            box.id, MailboxDelta(GENERATION, messages, uid_next=uid_next, complete=True)
        )
        return box.id

    async def inbox(self, *messages: RemoteMessage) -> MailboxId:
        """Hold an INBOX that was synced to its end once."""
        return await self.synced(INBOX, *messages)

    async def arrive(self, box: MailboxId, *messages: RemoteMessage) -> AppliedDelta:
        """Apply messages as the follower does."""
        uid_next = Uid(max(m.uid for m in messages) + 1)
        return await self.apply(box, MailboxDelta(GENERATION, messages, uid_next=uid_next))

    async def flag(self, box: MailboxId, *told: RemoteFlags) -> AppliedDelta:
        """Apply flags as the follower does."""
        return await self.apply(box, MailboxDelta(GENERATION, flags=told))

    async def vanish(self, box: MailboxId, *uids: int) -> AppliedDelta:
        """Apply deletions as the follower does."""
        return await self.apply(box, MailboxDelta(GENERATION, vanished=tuple(map(Uid, uids))))

    async def held(self, box: MailboxId) -> LocalMailbox:
        """Return a mailbox as it is held now."""
        (found,) = [b for b in await self.plan.mailboxes(self.account) if b.id == box]
        return found

    async def listed(self, box: MailboxId) -> list[Json]:
        """Return the newest 200 of a mailbox."""
        async with self.reader() as driver:
            items, _ = await emails.page(driver, [box], emails.EmailFilter(), limit=200)
        return items

    async def email(self, message_id: MessageId) -> Json | None:
        """Return a message's summary, None when it lies in no mailbox."""
        async with self.reader() as driver:
            return (await emails.by_ids(driver, self.owner, [message_id])).get(message_id)

    async def mailbox_view(self, box: MailboxId) -> Json | None:
        """Return a mailbox as the API shows it."""
        async with self.reader() as driver:
            return await mailbox_views.one(driver, box)

    async def last_seq(self) -> int:
        """Return the number of the newest change."""
        async with self.reader() as driver:
            return (await changes.ends(driver, self.owner)).last

    async def told(self, since: int, *kinds: str) -> list[Json]:
        """Return the changes told after ``since``; of some types, if given."""
        async with self.reader() as driver:
            rows = await changes.after(driver, self.owner, since, 10_000)
        return [row for row in rows if not kinds or row["type"] in kinds]

    async def wished(self, message_id: MessageId, edit: FlagEdit) -> PendingIntent:
        """Make a wish and answer it as the pusher sees it."""
        await self.wish(self.owner, message_id, edit)
        made = (await self.plan.due_intents(self.account))[-1]
        assert isinstance(made, PendingIntent)
        return made

    async def rows(self, statement: str, *arguments: object) -> list[Json]:
        """Run a statement past the product."""
        async with self.reader() as driver:
            return [dict(row) for row in await driver.fetch(statement, *arguments)]


@asynccontextmanager
async def open_desk(database_url: str, redis_url: str) -> AsyncIterator[Desk]:
    """Build the use cases on a database of one's own, with one account in it."""
    engine = create_async_engine(parse_database_url(database_url).sqlalchemy_url, pool_size=24)
    redis = Redis.from_url(redis_url)
    uow = UnitOfWork(engine, RedisChangeFeed(redis, origin="test"))
    box = SecretBox(SECRET_KEY.encode())
    sync = NoSync()
    accounts = ManageAccounts(uow, AioimaplibMailServer(), box, sync)
    try:
        owner = (await SignIn(uow, SystemClock()).owner()).id
        account = await accounts.ensure(
            owner, AccountDetails("ann@vex.example", "", NOWHERE, LOGIN)
        )
        yield Desk(
            uow=uow,
            reader=Reader(engine),
            owner=owner,
            account=account,
            accounts=accounts,
            plan=ReadSyncPlan(uow, box),
            apply=ApplyMailboxDelta(uow),
            take_list=ApplyMailboxList(uow),
            reset=ResetMailbox(uow),
            wish=RecordIntent(uow, sync),
            settle=SettleIntent(uow),
            sync=sync,
        )
    finally:
        await redis.aclose()
        await engine.dispose()


def a_mailbox(name: str, role: MailboxRole | None = None) -> RemoteMailbox:
    """Build a LIST answer."""
    return RemoteMailbox(name, name, "/", frozenset(), role)


def as_listed(box: LocalMailbox) -> RemoteMailbox:
    """Build the LIST answer that changes nothing about a mailbox."""
    return RemoteMailbox(box.name, box.wire_name, "/", frozenset(), box.role)


def a_letter(
    uid: int, subject: str = "", flags: Iterable[str] = (), *, mod_seq: int = 1
) -> RemoteMessage:
    """Build a FETCH answer; the same subject is the same message."""
    subject = subject or f"Letter {uid}"
    return RemoteMessage(
        uid=Uid(uid),
        flags=frozenset(flags),
        mod_seq=ModSeq(mod_seq),
        received_at=START + timedelta(seconds=uid),
        size=1000 + len(subject),
        envelope=Envelope(
            subject=subject,
            sent_at=START,
            from_=(Address("Robin", "robin@fox.example"),),
            to=(Address("Ann", "ann@vex.example"),),
            internet_message_id=f"<{subject.replace(' ', '.')}@fox.example>",
        ),
        has_attachments=False,
    )


def flags_of(uid: int, *names: str, mod_seq: int = 2) -> RemoteFlags:
    """Build what a server tells about the flags of a UID."""
    return RemoteFlags(Uid(uid), frozenset(names), ModSeq(mod_seq))


def kinds(told: Iterable[Json]) -> list[str]:
    """Return the types of changes, in order."""
    return [change["type"] for change in told]


async def lane_context(desk: Desk, port: int, folder: Path) -> AccountContext:
    """Build what a lane of sync works with, its server on ``port``."""
    blobs = LocalFolderBlobStore(folder)
    tools = SyncTools(
        server=AioimaplibMailServer(),
        clock=SystemClock(),
        plan=desk.plan,
        apply_delta=desk.apply,
        apply_list=desk.take_list,
        reset_mailbox=desk.reset,
        distrust_mailbox=DistrustMailbox(desk.uow),
        mend_mailboxes=MendMailboxes(desk.uow),
        set_state=SetAccountState(desk.uow),
        settle_intent=desk.settle,
        store_bodies=StoreBodies(desk.uow, blobs, NoWorker(), SystemClock()),
        blobs=blobs,
        meter=MeterDownloads(desk.uow, SystemClock()),
        statistics=RefreshStatistics(desk.uow),
    )
    (account,) = await desk.plan.accounts()
    moved = replace(account, imap=replace(account.imap, port=port))
    connections = ConnectionPool(
        moved.imap.host,
        lambda: tools.server.connect(moved.imap, LOGIN),
        tools.gate,
        tools.clock,
    )
    return AccountContext(moved, LOGIN, tools, AccountSignals(), connections)
