"""Where a proof is played: the user's side in this process, the engine in a mortal one."""

import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases import SECRET_KEY
from tests.support.far_side import FarSide
from tests.support.listener import Listener
from tests.support.mortal_engine import MortalEngine
from tests.support.near_side import differences
from tests.support.waiting import NeverHappened, eventually
from vexmail.app.container import Container, container
from vexmail.app.settings import Settings
from vexmail.domain.errors import TransientError
from vexmail.domain.ids import AccountId, UserId
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.imap.server import AioimaplibMailServer
from vexmail.store.driver import Driver
from vexmail.store.invariants import check_consistency
from vexmail.usecases.act_on_emails import ActOnEmails
from vexmail.usecases.change_mailboxes import ChangeMailboxes
from vexmail.usecases.import_email import ImportEmail
from vexmail.usecases.manage_accounts import AccountDetails, ManageAccounts
from vexmail.usecases.reconsider_wishes import ReconsiderWishes
from vexmail.usecases.record_intent import RecordIntent
from vexmail.usecases.sign_in import SignIn
from vexmail.usecases.undo_operation import UndoOperation

CALM = 45.0  # seconds until both sides must agree; quiet machines need less than one
MOST_BYTES = 400_000  # that a client may say until then; a quiet round takes some 3,000


@dataclass(frozen=True, slots=True)
class Stage:
    """What all plays of one test share: a database, an engine, the user's means to act."""

    built: Container
    engine: MortalEngine
    owner: UserId
    accounts: ManageAccounts
    intents: RecordIntent
    actions: ActOnEmails
    undo: UndoOperation
    wishes: ReconsiderWishes
    changing: ChangeMailboxes
    imports: ImportEmail

    async def account(self, far: FarSide) -> AccountId:
        """Add the far side's account, past whatever the network does later."""
        view = await self.accounts.add(
            self.owner,
            AccountDetails(
                email=f"{far.username}@vex.example",
                name="",
                imap=ServerAddress("127.0.0.1", far.network.port, Security.NONE),
                credentials=Credentials(far.username, far.password),
            ),
        )
        return AccountId(int(view["id"]))

    def wake(self, account_id: AccountId) -> None:
        """See to it that an engine lives and looks at everything."""
        if not self.engine.lives:
            self.engine.kill()
            self.engine.start()
        self.engine.accounts_changed()
        self.engine.sync_now(account_id)
        self.engine.push_intents(account_id)

    async def agreement(self, account_id: AccountId, far: FarSide) -> None:
        """Wait until no wish is open and both sides hold the same; then hold us to our rules.

        Raises:
            AssertionError: they never agreed, or the talk it took was endless.
        """
        self.wake(account_id)
        heard = far.network.heard
        looked = time.monotonic()

        async def agreed() -> bool:
            nonlocal looked
            if time.monotonic() - looked > 1:  # what the engine noticed late is looked at again
                looked = time.monotonic()
                self.wake(account_id)
            # A database that was killed a moment ago is not there for us either.
            with contextlib.suppress(TransientError):
                return await self._agree(account_id, far)
            return False

        try:
            await eventually(agreed, within=CALM, what="agreement with the server")
        except NeverHappened as error:
            raise NeverHappened(f"{error}\nthe engine said:\n{self.engine.output()}") from None
        said = far.network.heard - heard
        assert said < MOST_BYTES, f"{said} bytes were said until then"
        async with self.built.reader() as driver:
            broken = await check_consistency(driver)
            assert not broken, str(broken)

    async def _agree(self, account_id: AccountId, far: FarSide) -> bool:
        async with self.built.reader() as driver:
            found = await _open_wishes(driver, account_id)
            found += await differences(driver, account_id, await far.truth())
        if found:
            raise AssertionError("\n".join(found))
        return True

    async def listener(self, account_id: AccountId) -> Listener:
        """Return a client that has just come."""
        listener = Listener(self.owner, account_id)
        async with self.built.reader() as driver:
            await listener.open(driver)
        return listener


@asynccontextmanager
async def proof_stage(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Stage]:
    """Set a stage; the engine is killed at the end."""
    engine = MortalEngine(database_url, redis_url, folder)
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SECRET_KEY,
        vexmail_data_dir=engine.data_dir,
    )
    async with container(settings, parser_children=1) as built:
        server = AioimaplibMailServer()
        try:
            yield Stage(
                built,
                engine,
                (await SignIn(built.uow, built.clock).owner()).id,
                ManageAccounts(built.uow, server, built.box, engine),
                RecordIntent(built.uow, engine),
                ActOnEmails(built.uow, engine),
                UndoOperation(built.uow, engine),
                ReconsiderWishes(built.uow, engine),
                ChangeMailboxes(built.uow, engine),
                ImportEmail(built.uow, engine, built.blobs, built.parser, built.clock),
            )
        finally:
            engine.kill()


async def _open_wishes(driver: Driver, account_id: AccountId) -> list[str]:
    rows = await driver.fetch(
        "SELECT i.id, i.kind, i.attempts, coalesce(m.subject, i.name || i.old_name) AS subject"
        " FROM intents i LEFT JOIN messages m ON m.id = i.message_id"
        " WHERE i.account_id = $1 AND i.state = 'pending'",
        account_id,
    )
    return [f"wish {r['id']} to {r['kind']} {r['subject']}, {r['attempts']} tries" for r in rows]
