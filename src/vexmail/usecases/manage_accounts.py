"""Add, change and remove accounts; every new way to log in is tried before it is kept."""

from dataclasses import dataclass

from vexmail.domain.account import AccountState
from vexmail.domain.change import AccountStateChanged, Json
from vexmail.domain.errors import Conflict, ConnectionLost, NotFound
from vexmail.domain.ids import AccountId, UserId
from vexmail.domain.mailbox import RemoteMailbox
from vexmail.domain.server_address import Credentials, ServerAddress
from vexmail.ports.account_sync import AccountSync
from vexmail.ports.mail_server import MailServer
from vexmail.store import accounts, mailboxes
from vexmail.store.queries import accounts as views
from vexmail.store.secret_box import SecretBox
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.answer_once import NO_PROMISE, Promise
from vexmail.usecases.apply_mailbox_list import take_list


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What a person gives to add an account."""

    email: str
    name: str
    imap: ServerAddress
    credentials: Credentials
    followed_mailbox: str = "INBOX"
    is_demo: bool = False


class ManageAccounts:
    """Adds, changes and removes accounts of a user."""

    def __init__(
        self, uow: UnitOfWork, server: MailServer, box: SecretBox, sync: AccountSync
    ) -> None:
        self._uow = uow
        self._server = server
        self._box = box
        self._sync = sync

    async def add(
        self, user_id: UserId, details: AccountDetails, promise: Promise = NO_PROMISE
    ) -> Json:
        """Try to log in, then keep the account and start its sync; answer its view.

        Raises:
            Conflict: the user has this account already.
            VexMailError: the step of the connection that failed, see ``MailServer.connect``.
        """
        remote = await self._try(details.imap, details.credentials)
        async with self._uow() as tx:
            account_id = await self._insert(tx, user_id, details)
            await take_list(tx, user_id, account_id, remote)
            view = await views.one(tx.driver, user_id, account_id) or {}
            tx.tell(
                user_id,
                AccountStateChanged(account_id, AccountState.CONNECTING.value, None, view),
            )
            await promise.keep(tx, 201, view)
        self._sync.accounts_changed()
        return view

    async def ensure(self, user_id: UserId, details: AccountDetails) -> AccountId:
        """Keep an account that the operator named, without trying it first; idempotent.

        VexMail must start while the mail server is down, so the runner finds out. There is
        one demo account, wherever its server listens this time.
        """
        async with self._uow() as tx:
            if details.is_demo:
                same = await accounts.find_demo(tx, user_id)
            else:
                same = await accounts.find_same(
                    tx, user_id, details.email, details.imap, details.credentials.username
                )
            if same is None:
                same = await self._insert(tx, user_id, details)
            else:
                await self._relocate(tx, same, details.imap, details.credentials)
        self._sync.accounts_changed()
        return same

    async def has_demo(self, user_id: UserId) -> bool:
        """Tell whether the user has the demo account."""
        async with self._uow() as tx:
            return await accounts.find_demo(tx, user_id) is not None

    async def change(
        self,
        user_id: UserId,
        account_id: AccountId,
        *,
        name: str | None = None,
        login: tuple[ServerAddress, Credentials] | None = None,
    ) -> Json:
        """Rename an account, or try another way to log in and keep it when it works.

        Raises:
            NotFound: there is no such account of this user.
            VexMailError: the step of the connection that failed.
        """
        async with self._uow() as tx:
            await self._own(tx, user_id, account_id)
        if login is not None:
            await self._try(*login)
        async with self._uow() as tx:
            await self._own(tx, user_id, account_id)
            if name is not None:
                await accounts.rename(tx, account_id, name)
            if login is not None:
                await self._relocate(tx, account_id, *login)
                await accounts.set_state(tx, account_id, AccountState.CONNECTING, None)
            view = await views.one(tx.driver, user_id, account_id) or {}
            tx.tell(user_id, AccountStateChanged(account_id, view["state"], view["error"], view))
        self._sync.accounts_changed()
        return view

    async def remove(self, user_id: UserId, account_id: AccountId) -> None:
        """Forget an account and all we hold of it; its mail stays on the server.

        Raises:
            NotFound: there is no such account of this user.
        """
        async with self._uow() as tx:
            await self._own(tx, user_id, account_id)
            await accounts.delete(tx, account_id)
            tx.tell(user_id, AccountStateChanged(account_id, "removed", None, None))
        self._sync.accounts_changed()

    async def _try(self, imap: ServerAddress, credentials: Credentials) -> list[RemoteMailbox]:
        try:
            async with self._server.connect(imap, credentials) as session:
                return await session.list_mailboxes()
        except ConnectionLost as error:
            raise ConnectionLost(
                f"{imap.host}:{imap.port} closed the connection before the login was done."
                " Check the port and the security setting, then try again."
            ) from error

    async def _insert(self, tx: Transaction, user_id: UserId, details: AccountDetails) -> AccountId:
        imap, login = details.imap, details.credentials
        if await accounts.find_same(tx, user_id, details.email, imap, login.username):
            raise Conflict(f"{details.email} on {imap.host} is one of your accounts already.")
        return await accounts.add(
            tx,
            user_id,
            accounts.NewAccount(
                email=details.email,
                name=details.name,
                imap=imap,
                imap_username=login.username,
                imap_password_sealed=self._box.seal(login.password, imap, login.username),
                followed_mailbox=details.followed_mailbox,
                is_demo=details.is_demo,
            ),
        )

    async def _relocate(
        self, tx: Transaction, account_id: AccountId, imap: ServerAddress, login: Credentials
    ) -> None:
        sealed = self._box.seal(login.password, imap, login.username)
        await accounts.relocate(tx, account_id, imap, login.username, sealed)

    @staticmethod
    async def _own(tx: Transaction, user_id: UserId, account_id: AccountId) -> None:
        if await mailboxes.lock_account(tx, account_id) != user_id:
            raise NotFound("There is no such account.")
