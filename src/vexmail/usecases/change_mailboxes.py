"""Create, rename, move, subscribe to and delete mailboxes: shown at once, carried out later."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from vexmail.domain.change import Json
from vexmail.domain.errors import Conflict, MailboxExists, NotFound
from vexmail.domain.ids import AccountId, MailboxId, OperationId, UserId
from vexmail.domain.mailbox import LocalMailbox, MailboxRole
from vexmail.domain.mailbox_name import MailboxNameInvalid, checked_name, is_inbox
from vexmail.ports.account_sync import AccountSync
from vexmail.store import mailboxes, operations
from vexmail.store.queries import mailboxes as views
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.answer_once import NO_PROMISE, Promise
from vexmail.usecases.mailbox_wishes import MailboxWishes

_NO_MAILBOX = "There is no such mailbox."


class NotSyncedYet(Conflict):
    """The account's server was never reached, so nobody knows how its mailboxes are called."""

    code = "account_not_synced"


class ParentImpossible(Conflict):
    """No mailbox can lie below that one."""

    code = "mailbox_parent_impossible"


class _Unchanged:
    """A part that a change leaves as it is."""


UNCHANGED = _Unchanged()


@dataclass(frozen=True, slots=True)
class MailboxChange:
    """What is to be different; ``parent_id`` None puts a mailbox at the top."""

    name: str | None = None
    parent_id: MailboxId | _Unchanged | None = UNCHANGED
    subscribed: bool | None = None


@dataclass(slots=True)
class MailboxOutcome:
    """What came of it: what undo takes, and the mailbox as it is shown now."""

    operation_id: OperationId
    mailbox: Json | None = None

    def answer(self) -> Json:
        """Return it in the shape of the API."""
        return {"operation_id": str(self.operation_id), "mailbox": self.mailbox}


@dataclass(slots=True)
class _Scene:
    """One account's mailboxes under its lock."""

    account_id: AccountId
    made: MailboxWishes
    boxes: Sequence[LocalMailbox] = field(default_factory=list)

    def one(self, mailbox_id: MailboxId) -> LocalMailbox:
        for box in self.boxes:
            if box.id == mailbox_id:
                return box
        raise NotFound(_NO_MAILBOX)

    def path(self, name: str, parent_id: MailboxId | None) -> tuple[str, LocalMailbox]:
        """Return the path of a name below a parent, and a mailbox of the same namespace."""
        if parent_id is None:
            like = self._top()
            name = checked_name(name, like.delimiter)
            if is_inbox(name):
                raise MailboxExists("The name INBOX, in any case, is the inbox's own.")
            if name.startswith("#"):  # RFC 9051 §5.1 keeps it for namespaces
                raise MailboxNameInvalid("The name of a mailbox at the top cannot begin with #.")
            return like.prefix + name, like
        parent = self.one(parent_id)
        if not parent.delimiter:
            raise ParentImpossible("This mail server keeps all mailboxes on one level.")
        if "\\noinferiors" in parent.attributes:  # RFC 9051 §7.3.1
            raise ParentImpossible("The mail server allows no mailboxes below this one.")
        return parent.name + parent.delimiter + checked_name(name, parent.delimiter), parent

    def parent_of(self, box: LocalMailbox) -> MailboxId | None:
        above = box.name.rpartition(box.delimiter)[0] if box.delimiter else ""
        if not above or len(above) < len(box.prefix):
            return None
        return next((one.id for one in self.boxes if one.name == above), None)

    def _top(self) -> LocalMailbox:
        """Return the inbox, with the delimiter of its neighbours where it has none.

        A server may allow no mailboxes below the inbox and tell no delimiter for it, while the
        others have levels (RFC 9051 §7.3.1: NIL means no hierarchy for that name).
        """
        inbox = self._inbox()
        near = (box.delimiter for box in self.boxes if box.prefix == inbox.prefix)
        return replace(inbox, delimiter=inbox.delimiter or next(filter(None, near), ""))

    def _inbox(self) -> LocalMailbox:
        for box in self.boxes:
            if box.role is MailboxRole.INBOX:
                return box
        raise NotSyncedYet(
            "This account's mail server was not reached yet. Wait until it is connected."
        )


class ChangeMailboxes:
    """Records wishes about mailboxes."""

    def __init__(self, uow: UnitOfWork, sync: AccountSync) -> None:
        self._uow = uow
        self._sync = sync

    async def create(
        self,
        user_id: UserId,
        account_id: AccountId,
        name: str,
        parent_id: MailboxId | None,
        promise: Promise = NO_PROMISE,
    ) -> MailboxOutcome:
        """Create a mailbox, below another one if ``parent_id`` says so.

        Raises:
            NotFound: account or parent are not this user's.
            Conflict, PermanentError: it cannot be; the code says why.
        """
        async with self._scene(user_id, account_id) as (tx, scene):
            path, like = scene.path(name, parent_id)
            operation = await operations.begin(tx, user_id, "create mailbox", 1)
            mailbox_id = await scene.made.create(path, like, operation)
            await operations.set_changed(tx, operation, 1)
            outcome = MailboxOutcome(operation, await views.one(tx.driver, mailbox_id))
            await promise.keep(tx, 201, outcome.answer())
        self._sync.push_intents(account_id)
        return outcome

    async def change(
        self, user_id: UserId, mailbox_id: MailboxId, change: MailboxChange
    ) -> MailboxOutcome:
        """Rename a mailbox, put it below another one, subscribe to it or end that.

        Raises:
            NotFound: mailbox or parent are not this user's.
            Conflict, PermanentError: it cannot be; the code says why.
        """
        account_id = await self._account_of(user_id, mailbox_id)
        async with self._scene(user_id, account_id) as (tx, scene):
            box = scene.one(mailbox_id)
            operation = await operations.begin(tx, user_id, "change mailbox", 1)
            changed = False
            parent = change.parent_id
            if change.name is not None or not isinstance(parent, _Unchanged):
                if isinstance(parent, _Unchanged):
                    path = self._renamed(scene, box, change.name or "")
                else:
                    last = box.name.rpartition(box.delimiter)[2] if box.delimiter else box.name
                    path, _ = scene.path(last if change.name is None else change.name, parent)
                changed = await scene.made.rename(box, path, operation)
            if change.subscribed is not None:
                changed |= await scene.made.subscribe(box, operation, wanted=change.subscribed)
            await operations.set_changed(tx, operation, int(changed))
            outcome = MailboxOutcome(operation, await views.one(tx.driver, mailbox_id))
        self._sync.push_intents(account_id)
        return outcome

    async def delete(
        self, user_id: UserId, mailbox_id: MailboxId, *, permanent: bool
    ) -> MailboxOutcome:
        """Delete a mailbox with all below it, their messages to Trash or for good.

        Raises:
            NotFound: the mailbox is not this user's.
            Conflict, PermanentError: it cannot be; the code says why.
        """
        account_id = await self._account_of(user_id, mailbox_id)
        async with self._scene(user_id, account_id) as (tx, scene):
            operation = await operations.begin(tx, user_id, "delete mailbox", 1)
            await scene.made.delete(scene.one(mailbox_id), operation, permanent=permanent)
            await operations.set_changed(tx, operation, 1)
        self._sync.push_intents(account_id)
        return MailboxOutcome(operation)

    @staticmethod
    def _renamed(scene: _Scene, box: LocalMailbox, name: str) -> str:
        """Return the path of a mailbox under another name at its old place."""
        parent_id = scene.parent_of(box)
        if parent_id is not None or len(box.name.rpartition(box.delimiter or "\0")[0]) < len(
            box.prefix
        ):
            return scene.path(name, parent_id)[0]
        # Its parent is not listed, or it lies at the top of a namespace without a mailbox.
        above = box.name.rpartition(box.delimiter)[0] if box.delimiter else ""
        name = checked_name(name, box.delimiter)
        return above + box.delimiter + name if above else scene.path(name, None)[0]

    async def _account_of(self, user_id: UserId, mailbox_id: MailboxId) -> AccountId:
        async with self._uow() as tx:
            box = await mailboxes.lock(tx, mailbox_id)
        if box is None or box.user_id != user_id or box.deleted_by is not None:
            raise NotFound(_NO_MAILBOX)
        return box.account_id

    @asynccontextmanager
    async def _scene(
        self, user_id: UserId, account_id: AccountId
    ) -> AsyncIterator[tuple[Transaction, _Scene]]:
        async with self._uow() as tx:
            if await mailboxes.lock_account(tx, account_id) != user_id:
                raise NotFound("There is no such account.")
            made = MailboxWishes(tx, user_id, account_id)
            yield tx, _Scene(account_id, made, await made.shown())
            await made.wishes.finish()
