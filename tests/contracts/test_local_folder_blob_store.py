"""The local folder keeps the blob store's contract, and some promises of its own."""

import errno
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contracts.blob_store import BlobStoreContract
from vexmail.blobs.local_folder import LocalFolderBlobStore
from vexmail.domain.errors import BlobMissing, TransientError


@pytest.fixture
def store(tmp_path: Path) -> LocalFolderBlobStore:
    return LocalFolderBlobStore(tmp_path / "blobs")


def file_of(tmp_path: Path, blob_id: str) -> Path:
    return tmp_path / "blobs" / blob_id[:2] / blob_id


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestLocalFolder(BlobStoreContract):
    """The contract."""


class TestLocalFolderWithFlushedBatches(BlobStoreContract):
    """The contract, with batches that survive a power cut."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalFolderBlobStore:
        return LocalFolderBlobStore(tmp_path / "blobs", flush_batches=True)


async def test_a_damaged_file_is_missing_and_can_be_put_again(
    store: LocalFolderBlobStore, tmp_path: Path
):
    blob_id = await store.put(b"precious")
    file_of(tmp_path, blob_id).write_bytes(b"precioXs")

    with pytest.raises(BlobMissing):
        await store.get(blob_id)

    await store.put_many([b"precious"])
    assert await store.get(blob_id) == b"precious"


async def test_a_file_cut_short_by_a_power_cut_is_written_again(
    store: LocalFolderBlobStore, tmp_path: Path
):
    blob_id = await store.put(b"precious")
    file_of(tmp_path, blob_id).write_bytes(b"")

    await store.put_many([b"precious"])

    assert await store.get(blob_id) == b"precious"


async def test_leftovers_of_crashed_writes_are_swept_but_not_those_of_writers_at_work(
    tmp_path: Path,
):
    unfinished = tmp_path / "blobs" / "unfinished"
    unfinished.mkdir(parents=True)
    abandoned, fresh = unfinished / "abandoned", unfinished / "fresh"
    abandoned.write_bytes(b"x")
    fresh.write_bytes(b"x")
    day_ago = time.time() - 86_400
    os.utime(abandoned, (day_ago, day_ago))

    await LocalFolderBlobStore(tmp_path / "blobs").put(b"anything")

    assert not abandoned.exists()
    assert fresh.exists()


async def test_a_full_disk_is_said_in_a_sentence_and_leaves_no_rest(
    store: LocalFolderBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await store.put(b"before")
    real = os.fsync

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TransientError, match="is full; free some space"):
        await store.put(b"does not fit")
    monkeypatch.setattr(os, "fsync", real)

    assert len(files_in(tmp_path / "blobs")) == 1
    assert await store.get(await store.put(b"does not fit")) == b"does not fit"


async def test_a_batch_that_meets_a_full_disk_says_so_in_one_sentence(
    store: LocalFolderBlobStore, monkeypatch: pytest.MonkeyPatch
):
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)

    with pytest.raises(TransientError, match="is full; free some space"):
        await store.put_many([b"one", b"two", b"three"])


async def test_a_folder_that_cannot_be_made_is_a_transient_error(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(TransientError, match="does not work"):
        await LocalFolderBlobStore(tmp_path / "file" / "blobs").check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_without_the_right_to_write_is_said_in_a_sentence(tmp_path: Path):
    tmp_path.chmod(0o500)

    with pytest.raises(TransientError, match="may not write"):
        await LocalFolderBlobStore(tmp_path / "blobs").check()


def test_many_writers_of_the_same_blob_leave_one_whole_file(tmp_path: Path):
    data = os.urandom(200_000)
    stores = [LocalFolderBlobStore(tmp_path / "blobs") for _ in range(8)]
    start = threading.Barrier(8)

    def write(store: LocalFolderBlobStore) -> str:
        start.wait()
        return store._write_all([data], flush=False)[0]

    with ThreadPoolExecutor(8) as threads:
        names = set(threads.map(write, stores))

    assert len(names) == 1
    assert [path.read_bytes() for path in files_in(tmp_path / "blobs")] == [data]


async def test_blobs_of_a_store_with_two_levels_of_folders_are_read_found_and_removed(
    store: LocalFolderBlobStore, tmp_path: Path
):
    names = await store.put_many([b"read", b"found", b"removed"])
    for name in names:
        below = file_of(tmp_path, name).parent / name[2:4] / name
        below.parent.mkdir()
        file_of(tmp_path, name).rename(below)

    assert await store.get(names[0]) == b"read"
    assert await store.exists(names[1])
    await store.delete(names[2])

    assert sorted(path.name for path in files_in(tmp_path / "blobs")) == sorted(names[:2])
    assert not await store.exists(names[2])


async def test_a_stream_left_early_closes_its_file(store: LocalFolderBlobStore):
    blob_id = await store.put(b"x" * 100_000)
    stream = store.stream(blob_id, chunk_size=1000)

    assert await anext(stream) == b"x" * 1000
    await stream.aclose()  # a file left open would be a ResourceWarning, which fails the run
