"""Remove what has been in no mailbox for a month: a server's mistake may be noticed late."""

from itertools import groupby

from vexmail.domain.ids import AccountId, BlobId, MessageId
from vexmail.ports.blob_store import BlobStore
from vexmail.store import mailboxes, orphans
from vexmail.store.unit_of_work import UnitOfWork

KEPT = 30 * 86_400.0  # seconds; rule S3: content is kept for 30 days
UNUSED = 86_400.0  # seconds since a blob was last put; one that is put now will be named soon
AT_ONCE = 500  # messages of one call


class PurgeOrphans:
    """Rows first, then the bytes that nothing names any more."""

    def __init__(self, uow: UnitOfWork, blobs: BlobStore) -> None:
        self._uow = uow
        self._blobs = blobs

    async def __call__(self) -> int:
        """Remove up to ``AT_ONCE`` messages; answer how many were looked at.

        Raises:
            TransientError: the blob store cannot be reached; the rows are gone already, and what
                is left of the bytes does no harm.
        """
        async with self._uow() as tx:
            found = await orphans.old(tx, KEPT, AT_ONCE)
        for account_id, group in groupby(found, key=lambda orphan: orphan.account_id):
            named = await self._remove(account_id, [orphan.message_id for orphan in group])
            if named:
                async with self._uow() as tx:
                    free = await orphans.unnamed(tx, named)
                for blob_id in free:
                    await self._blobs.forget(blob_id, UNUSED)
        return len(found)

    async def _remove(self, account_id: AccountId, ids: list[MessageId]) -> list[BlobId]:
        async with self._uow() as tx:
            if await mailboxes.lock_account(tx, account_id) is None:
                return []
            return await orphans.remove(tx, KEPT, ids)
