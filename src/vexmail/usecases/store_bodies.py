"""Keep fetched bodies: bytes to the blob store first, then the rows that name them."""

from collections.abc import Sequence

from vexmail.domain.crash_points import crash_point
from vexmail.domain.ids import AccountId, BlobId, MessageId
from vexmail.ports.blob_store import BlobStore
from vexmail.ports.clock import Clock
from vexmail.ports.job_queue import JobQueue
from vexmail.store import bodies, mailboxes
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.body_progress import BodyProgress


class StoreBodies:
    """Stores raw messages and asks for them to be parsed."""

    def __init__(self, uow: UnitOfWork, blobs: BlobStore, queue: JobQueue, clock: Clock) -> None:
        self._uow = uow
        self._blobs = blobs
        self._queue = queue
        self._progress = BodyProgress(clock)

    async def __call__(
        self, account_id: AccountId, fetched: Sequence[tuple[MessageId, bytes]]
    ) -> None:
        """Store each message's bytes; doing it twice is harmless.

        Raises:
            TransientError: the blob store is unreachable or full; nothing was recorded.
        """
        await self.record(account_id, await self.put(fetched))

    async def put(
        self, fetched: Sequence[tuple[MessageId, bytes]]
    ) -> list[tuple[MessageId, BlobId]]:
        """Do the first half: bytes to the blob store, where nothing names them yet."""
        blob_ids = await self._blobs.put_many([raw for _, raw in fetched])
        crash_point("bodies.blobs_stored")
        return [(i, blob_id) for (i, _), blob_id in zip(fetched, blob_ids, strict=True)]

    async def record(self, account_id: AccountId, kept: Sequence[tuple[MessageId, BlobId]]) -> None:
        """Do the second half: name the blobs, and ask for them to be parsed."""
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            unread = await bodies.mark_stored(tx, [i for i, _ in kept], [b for _, b in kept])
            told = await self._progress.stored(tx, account_id, len(unread))
            if told is not None:
                tx.tell(user_id, told)
        crash_point("bodies.rows_committed")
        await self._queue.parse_messages(unread)
        crash_point("bodies.parsing_asked")
