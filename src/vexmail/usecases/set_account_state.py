"""Write down how an account fares and tell its owner."""

from vexmail.domain.account import AccountFault, AccountState
from vexmail.domain.change import AccountStateChanged
from vexmail.domain.ids import AccountId
from vexmail.store import accounts, mailboxes
from vexmail.store.queries import accounts as views
from vexmail.store.unit_of_work import UnitOfWork


class SetAccountState:
    """Keeps the account's state; saying the same again tells nobody."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(
        self, account_id: AccountId, state: AccountState, fault: AccountFault | None = None
    ) -> None:
        """Write the state; an account that was removed meanwhile is no error."""
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None or not await accounts.set_state(tx, account_id, state, fault):
                return
            view = await views.one(tx.driver, user_id, account_id)
            error = None if view is None else view["error"]
            tx.tell(user_id, AccountStateChanged(account_id, state.value, error, view))
