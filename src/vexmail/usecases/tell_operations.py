"""Tell how far the batches have come that some wishes belong to."""

from collections.abc import Sequence

from vexmail.domain.change import OperationUpdated
from vexmail.domain.ids import IntentId, OperationId, UserId
from vexmail.store.queries import operations
from vexmail.store.unit_of_work import Transaction


async def tell_operations(tx: Transaction, user_id: UserId, intent_ids: Sequence[IntentId]) -> None:
    """Tell the state of each batch of several emails among the wishes' operations.

    An action on one email has no progress: its own change tells that it is done.
    """
    for view in await operations.batches_of(tx.driver, intent_ids):
        tx.tell(user_id, OperationUpdated(None, OperationId(int(view["id"])), view))
