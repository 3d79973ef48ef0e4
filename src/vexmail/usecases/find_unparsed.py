"""Find messages that are stored and that nobody has read yet."""

from vexmail.domain.ids import MessageId
from vexmail.store import bodies
from vexmail.store.unit_of_work import UnitOfWork

AT_ONCE = 2000  # messages; more are found by the next sweep


class FindUnparsed:
    """The truth behind the parse queue."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(self) -> list[MessageId]:
        """Return up to ``AT_ONCE`` messages, newest first."""
        async with self._uow() as tx:
            return await bodies.waiting_for_parse(tx, AT_ONCE)
