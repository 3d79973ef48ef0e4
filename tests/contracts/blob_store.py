"""What every ``BlobStore`` must do; a test class per implementation inherits these tests."""

import asyncio
import hashlib

import pytest

from vexmail.domain.errors import BlobMissing
from vexmail.domain.ids import BlobId
from vexmail.ports.blob_store import BlobStore

ABSENT = BlobId("0" * 64)


class BlobStoreContract:
    """Inherit, and give a fixture ``store`` with an empty store."""

    async def test_the_name_is_the_sha256_of_the_bytes(self, store: BlobStore):
        blob_id = await store.put(b"hello")

        assert blob_id == hashlib.sha256(b"hello").hexdigest()

    async def test_what_was_put_can_be_read_again(self, store: BlobStore):
        data = bytes(range(256)) * 1000

        blob_id = await store.put(data)

        assert await store.get(blob_id) == data
        assert await store.exists(blob_id)

    async def test_an_empty_blob_is_a_blob(self, store: BlobStore):
        assert await store.get(await store.put(b"")) == b""

    async def test_putting_the_same_bytes_twice_is_one_blob(self, store: BlobStore):
        first = await store.put(b"same")
        second = await store.put(b"same")

        await store.delete(first)

        assert first == second
        assert not await store.exists(second)

    async def test_many_come_back_in_the_order_given_with_repeats(self, store: BlobStore):
        items = [b"c", b"a", b"b", b"a"]

        names = await store.put_many(items)

        assert [await store.get(name) for name in names] == items
        assert names[1] == names[3]

    async def test_putting_nothing_gives_nothing(self, store: BlobStore):
        assert await store.put_many([]) == []

    async def test_a_blob_that_is_not_there_is_said_to_be_missing(self, store: BlobStore):
        assert not await store.exists(ABSENT)
        with pytest.raises(BlobMissing):
            await store.get(ABSENT)
        with pytest.raises(BlobMissing):
            async for _ in store.stream(ABSENT):
                pass

    @pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "Z" * 64, "0" * 64 + "\n"])
    async def test_a_name_that_is_no_hash_is_missing_and_reaches_nothing(
        self, store: BlobStore, name: str
    ):
        assert not await store.exists(BlobId(name))
        with pytest.raises(BlobMissing):
            await store.get(BlobId(name))
        await store.delete(BlobId(name))

    async def test_a_stream_gives_the_same_bytes_in_chunks(self, store: BlobStore):
        data = bytes(range(256)) * 1000
        blob_id = await store.put(data)

        chunks = [chunk async for chunk in store.stream(blob_id, chunk_size=1000)]

        assert b"".join(chunks) == data
        assert max(map(len, chunks)) <= 1000

    async def test_deleting_removes_and_deleting_again_is_no_error(self, store: BlobStore):
        blob_id = await store.put(b"soon gone")

        await store.delete(blob_id)
        await store.delete(blob_id)

        assert not await store.exists(blob_id)

    async def test_what_was_put_lately_is_not_forgotten(self, store: BlobStore):
        blob_id = await store.put(b"kept for a while")

        assert not await store.forget(blob_id, 3600.0)
        assert await store.get(blob_id) == b"kept for a while"
        assert await store.forget(blob_id, -3600.0)  # as if it were an hour later
        assert not await store.exists(blob_id)
        assert await store.forget(blob_id, 3600.0)

    async def test_who_puts_while_it_is_forgotten_finds_it(self, store: BlobStore):
        name = BlobId(hashlib.sha256(b"put and forgotten").hexdigest())
        async with asyncio.TaskGroup() as group:
            for _ in range(100):
                group.create_task(store.put(b"put and forgotten"))
                group.create_task(store.forget(name, 3600.0))

        assert await store.get(name) == b"put and forgotten"

    async def test_a_working_store_passes_its_own_check(self, store: BlobStore):
        await store.check()
