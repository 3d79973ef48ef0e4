"""Ask the process that runs an account for a message's bytes, through the database."""

from vexmail.domain.errors import NotFound, TransientError, VexMailError
from vexmail.domain.ids import AccountId, MessageId
from vexmail.store import body_requests
from vexmail.store.unit_of_work import UnitOfWork


class AskForBody:
    """A question survives a lost wake-up; its answer says that the bytes are stored, or why not."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def ask(self, account_id: AccountId, message_id: MessageId) -> None:
        """Write the question down.

        Raises:
            NotFound: the account holds no such message.
        """
        async with self._uow() as tx:
            if not await body_requests.ask(tx, account_id, message_id):
                raise NotFound("There is no such email.")

    async def is_answered(self, message_id: MessageId) -> bool:
        """Tell whether the bytes are stored by now.

        Raises:
            NotFound: no mailbox of the server holds the message any more.
            TransientError: it could not be fetched now.
        """
        async with self._uow() as tx:
            said = await body_requests.answer_to(tx, message_id)
        if said is None:
            return False
        if said.code == NotFound.code:
            raise NotFound(said.message)
        if said.code:
            raise TransientError(said.message, retry_after=5)
        return True

    async def answer(self, message_id: MessageId, error: VexMailError | None) -> None:
        """Write down that the bytes are stored, or why they are not."""
        said = body_requests.Answer(error.code if error else "", str(error) if error else "")
        async with self._uow() as tx:
            await body_requests.answer(tx, message_id, said)
