"""The sync engine in the test's own process: container, fleet and use cases, no HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.databases import SECRET_KEY
from tests.support.waiting import eventually
from vexmail.app.container import Container, container
from vexmail.app.settings import Settings
from vexmail.app.sync_tools import fleet_of
from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId, MailboxId, MessageId, OperationId, UserId
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.imap.server import AioimaplibMailServer
from vexmail.store.invariants import Violation, check_consistency
from vexmail.store.queries import accounts, changes, emails, mailboxes, operations
from vexmail.sync.fleet import Fleet
from vexmail.usecases.act_on_emails import ActOnEmails
from vexmail.usecases.change_mailboxes import ChangeMailboxes
from vexmail.usecases.compare_with_server import CompareWithServer
from vexmail.usecases.import_email import ImportEmail
from vexmail.usecases.manage_accounts import AccountDetails, ManageAccounts
from vexmail.usecases.open_message import OpenMessage
from vexmail.usecases.read_sync_plan import ReadSyncPlan
from vexmail.usecases.reconsider_wishes import ReconsiderWishes
from vexmail.usecases.record_intent import RecordIntent
from vexmail.usecases.sign_in import SignIn
from vexmail.usecases.undo_operation import UndoOperation
from vexmail.usecases.watch_mailbox import WatchMailbox

ALL = emails.EmailFilter()


@dataclass(frozen=True, slots=True)
class Mirror:
    """A running engine and what a test asks of it."""

    built: Container
    fleet: Fleet
    owner: UserId
    accounts: ManageAccounts
    intents: RecordIntent
    actions: ActOnEmails
    undo: UndoOperation
    wishes: ReconsiderWishes
    messages: OpenMessage
    changing: ChangeMailboxes
    imports: ImportEmail

    async def add(self, port: int, username: str = "ann", password: str = "pw") -> AccountId:
        """Add an account on a plain loopback port."""
        view = await self.accounts.add(
            self.owner,
            AccountDetails(
                email=f"{username}@vex.example",
                name="",
                imap=ServerAddress("127.0.0.1", port, Security.NONE),
                credentials=Credentials(username, password),
            ),
        )
        return AccountId(int(view["id"]))

    async def inbox(self) -> list[Json]:
        """Return the newest 200 of all inboxes."""
        async with self.built.reader() as driver:
            boxes = await mailboxes.choose(driver, self.owner, None, None)
            items, _ = await emails.page(driver, boxes, ALL, limit=200)
        return items

    async def mailboxes(self) -> list[Json]:
        """Return the mailbox tree as the API shows it."""
        async with self.built.reader() as driver:
            return await mailboxes.tree(driver, self.owner)

    async def mailbox(self, path: str) -> MailboxId:
        """Return the id of the mailbox with this path."""
        (found,) = [box for box in await self.mailboxes() if box["path"] == path]
        return MailboxId(int(found["id"]))

    async def subjects_in(self, path: str) -> list[str]:
        """Return the subjects of one mailbox, sorted."""
        box = await self.mailbox(path)
        async with self.built.reader() as driver:
            items, _ = await emails.page(driver, [box], ALL, limit=200)
        return sorted(item["subject"] for item in items)

    async def key_in(self, path: str) -> MessageId:
        """Return the id of the only message of a mailbox."""
        box = await self.mailbox(path)
        async with self.built.reader() as driver:
            items, _ = await emails.page(driver, [box], ALL, limit=200)
        (item,) = items
        return MessageId(int(item["id"]))

    async def watch(self, mailbox_id: MailboxId, *, watched: bool) -> None:
        """Choose whether a mailbox is followed live."""
        await WatchMailbox(self.built.uow, self.fleet)(self.owner, mailbox_id, watched=watched)

    async def sync_of(self, path: str) -> Json:
        """Return how far a mailbox has come, as the API shows it."""
        async with self.built.reader() as driver:
            tree = await mailboxes.tree(driver, self.owner)
        (found,) = [box["sync"] for box in tree if box["path"] == path]
        return dict(found)

    async def settled(self) -> bool:
        """Tell whether no wish is pending any more."""
        async with self.built.reader() as driver:
            count = "SELECT count(*) FROM intents WHERE state = 'pending'"
            return not await driver.fetchval(count)

    async def operation(self, operation_id: OperationId) -> Json:
        """Return an operation as the API shows it."""
        async with self.built.reader() as driver:
            found = await operations.one(driver, self.owner, operation_id)
        assert found is not None
        return found

    async def subjects(self) -> list[str]:
        """Return the subjects of the inboxes, sorted."""
        return sorted(item["subject"] for item in await self.inbox())

    async def told(self, kind: str = "", *, since: int = 0) -> list[Json]:
        """Return the changes told so far, of one type if given."""
        async with self.built.reader() as driver:
            rows = await changes.after(driver, self.owner, since, 10_000)
        return [row for row in rows if not kind or row["type"] == kind]

    async def state(self) -> Json:
        """Return the only account as the API shows it."""
        async with self.built.reader() as driver:
            (account,) = await accounts.of_user(driver, self.owner)
        return account

    async def until_live(self) -> None:
        """Wait until the account is live and the inbox complete."""

        async def live() -> bool:
            async with self.built.reader() as driver:
                tree = await mailboxes.tree(driver, self.owner)
            done = [box["sync"]["state"] == "live" for box in tree if box["selectable"]]
            return (await self.state())["state"] == "live" and bool(done) and all(done)

        await eventually(live, what="a live account")

    async def key_of(self, subject: str) -> MessageId:
        """Return the id of the only message with this subject."""
        (item,) = [i for i in await self.inbox() if i["subject"] == subject]
        return MessageId(int(item["id"]))

    async def violations(self) -> list[Violation]:
        """Return the invariants that do not hold."""
        async with self.built.reader() as driver:
            return await check_consistency(driver)

    async def differences(self) -> list[str]:
        """Return how the mirror differs from its servers."""
        plan = ReadSyncPlan(self.built.uow, self.built.box)
        compare = CompareWithServer(self.built.uow, plan, AioimaplibMailServer())
        return [str(d) for account in await plan.accounts() for d in await compare(account)]


@asynccontextmanager
async def running_mirror(
    database_url: str,
    redis_url: str,
    data_dir: Path,
    **changes: Any,  # noqa: ANN401 - whatever the setting takes
) -> AsyncIterator[Mirror]:
    """Run a fleet, alone or beside others, on a database; ends with a check of the invariants."""
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SECRET_KEY,
        vexmail_data_dir=data_dir,
        **changes,
    )
    async with container(settings, parser_children=1) as built:
        server = AioimaplibMailServer()
        fleet, tools_for = fleet_of(built, server)
        owner = (await SignIn(built.uow, built.clock).owner()).id
        async with asyncio.TaskGroup() as group:
            running = group.create_task(fleet.run(tools_for))
            mirror = Mirror(
                built,
                fleet,
                owner,
                ManageAccounts(built.uow, server, built.box, fleet),
                RecordIntent(built.uow, fleet),
                ActOnEmails(built.uow, fleet),
                UndoOperation(built.uow, fleet),
                ReconsiderWishes(built.uow, fleet),
                OpenMessage(built.reader, built.uow, fleet, built.blobs, built.parser),
                ChangeMailboxes(built.uow, fleet),
                ImportEmail(built.uow, fleet, built.blobs, built.parser, built.clock),
            )
            yield mirror
            running.cancel()
        assert await mirror.violations() == []
