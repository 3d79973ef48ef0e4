"""Immutable bytes named by their SHA-256."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from vexmail.domain.ids import BlobId


class BlobStore(Protocol):
    """Content-addressed storage. Writing the same bytes twice is one blob."""

    async def put(self, data: bytes) -> BlobId:
        """Store ``data``; when this returns, the blob survives a crash of this process.

        Raises:
            TransientError: the store is unreachable or full.
        """
        ...

    async def put_many(self, items: Sequence[bytes]) -> list[BlobId]:
        """Store several blobs; the answer has their names in the order given."""
        ...

    async def get(self, blob_id: BlobId) -> bytes:
        """Return the bytes, checked against their name.

        Raises:
            BlobMissing: not there, or damaged.
        """
        ...

    def stream(self, blob_id: BlobId, chunk_size: int = 65536) -> AsyncIterator[bytes]:
        """Yield the bytes in chunks without holding them all; not checked against the name."""
        ...

    async def exists(self, blob_id: BlobId) -> bool:
        """Tell whether a blob of this name is stored."""
        ...

    async def delete(self, blob_id: BlobId) -> None:
        """Remove a blob; removing one that is not there is no error."""
        ...

    async def forget(self, blob_id: BlobId, unused_for: float) -> bool:
        """Remove a blob unless somebody put it within so many seconds; tell whether it is gone.

        Who puts the same bytes at the same moment has them stored when ``put`` returns.
        """
        ...

    async def check(self) -> None:
        """Prove that the store can be read and written; for health reports.

        Raises:
            TransientError: it cannot.
        """
        ...
