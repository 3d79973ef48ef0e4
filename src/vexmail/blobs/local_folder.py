"""Blobs as files in a folder: ``<root>/ab/<sha256>``."""

import asyncio
import errno
import hashlib
import itertools
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, ParamSpec, TypeVar

from vexmail.domain.errors import BlobMissing, TransientError
from vexmail.domain.ids import BlobId

_NAME = re.compile(r"[0-9a-f]{64}\Z")
_UNFINISHED = "unfinished"  # folder of files that have no name yet
_WRITERS = 2  # threads that write one batch
_ABANDONED_AFTER = 3600.0  # seconds; a writer of another process may still be at work before
_BINARY = getattr(os, "O_BINARY", 0)  # Windows would translate line ends
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_P = ParamSpec("_P")
_R = TypeVar("_R")


class LocalFolderBlobStore:
    """``BlobStore`` in a local folder; several processes may share it.

    ``put`` answers when the bytes would survive a power cut (file and folder are flushed).
    ``put_many`` carries mirrored bodies and flushes nothing by default: its blobs survive a
    crash of every process but perhaps not a power cut. That costs no mail, since ``get``
    notices (the hash is wrong), removes the file and raises ``BlobMissing``, and the body is
    fetched again. Flushing each file or the file system once a batch was measured at 38 and
    120 MB/s against 300 without, which would make the disk the limit of a first sync.

    256 folders are enough: file systems find one name among a hundred thousand. With two levels
    nearly each of the first 65,536 blobs made a folder, which cost more than its file. Stores
    begun that way are read as they are: a blob found on the second level moves up.
    """

    def __init__(self, root: Path, *, flush_batches: bool = False) -> None:
        """Use ``root``, made when first needed.

        Args:
            root: the folder; nothing else should write there.
            flush_batches: let ``put_many`` survive a power cut as well, at a third of the speed.
        """
        self._root = root
        self._flush_batches = flush_batches
        self._prepared = False
        self._writer = token_hex(8)  # several processes may write here
        self._numbers = itertools.count()

    async def put(self, data: bytes) -> BlobId:
        """Store ``data`` so that it survives a power cut."""
        return (await self._in_thread(self._write_all, (data,), flush=True))[0]

    async def put_many(self, items: Sequence[bytes]) -> list[BlobId]:
        """Store several blobs; the answer has their names in the order given."""
        # Making a file is the kernel's work; a second thread works while the first waits for it,
        # or for its turn at the interpreter.
        shares = [items[n::_WRITERS] for n in range(min(_WRITERS, len(items)))]
        try:
            async with asyncio.TaskGroup() as group:
                writing = [group.create_task(self._write_many(share)) for share in shares]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None  # each says what is wrong with the disk
        names = [BlobId("")] * len(items)
        for n, written in enumerate(writing):
            names[n::_WRITERS] = written.result()
        return names

    async def get(self, blob_id: BlobId) -> bytes:
        """Return the bytes, checked against their name; a damaged file is removed."""
        return await self._in_thread(self._read, blob_id)

    async def stream(self, blob_id: BlobId, chunk_size: int = 65536) -> AsyncIterator[bytes]:
        """Yield the bytes in chunks."""
        file = await self._in_thread(self._open, blob_id)
        try:
            while chunk := await self._in_thread(file.read, chunk_size):
                yield chunk
        finally:
            file.close()

    async def exists(self, blob_id: BlobId) -> bool:
        """Tell whether a blob of this name is stored."""
        return _NAME.match(blob_id) is not None and await self._in_thread(self._is_here, blob_id)

    async def delete(self, blob_id: BlobId) -> None:
        """Remove a blob if it is there."""
        if _NAME.match(blob_id):
            await self._in_thread(self._remove, blob_id)

    async def forget(self, blob_id: BlobId, unused_for: float) -> bool:
        """Remove a blob unless somebody put it lately."""
        return _NAME.match(blob_id) is None or await self._in_thread(
            self._forget, blob_id, unused_for
        )

    async def check(self) -> None:
        """Prove that the folder can be written and read."""
        probe = b"VexMail checks that this folder works."
        blob_id = await self.put(probe)
        await self.get(blob_id)
        await self.delete(blob_id)

    async def _write_many(self, items: Sequence[bytes]) -> list[BlobId]:
        return await self._in_thread(self._write_all, items, flush=self._flush_batches)

    async def _in_thread(self, work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self._translated():
            return await asyncio.to_thread(work, *args, **kwargs)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                sentence = f"The disk that holds {self._root} is full; free some space."
            elif error.errno in _FORBIDDEN:
                sentence = f"VexMail may not write in {self._root}; give its user the right to."
            else:
                sentence = f"The folder {self._root} does not work: {error.strerror or error}."
            raise TransientError(sentence) from error

    # ---- below here: in threads ----

    def _file(self, blob_id: str) -> str:
        return f"{self._root}/{blob_id[:2]}/{blob_id}"

    def _is_here(self, blob_id: str) -> bool:
        return os.path.isfile(self._file(blob_id)) or self._moved_up(blob_id)

    def _moved_up(self, blob_id: str) -> bool:
        """Bring a blob up from the second level, where earlier versions kept it."""
        file = self._file(blob_id)
        try:
            os.replace(f"{self._root}/{blob_id[:2]}/{blob_id[2:4]}/{blob_id}", file)
        except (FileNotFoundError, NotADirectoryError):
            return os.path.isfile(file)  # another reader may have been faster
        return True

    def _remove(self, blob_id: str) -> None:
        if self._is_here(blob_id):
            Path(self._file(blob_id)).unlink(missing_ok=True)

    def _forget(self, blob_id: BlobId, unused_for: float) -> bool:
        """Take the file away under its name first: a writer then finds it fresh, or not at all."""
        self._prepare()
        if not self._is_here(blob_id):
            return True
        file = self._file(blob_id)
        aside = f"{self._root}/{_UNFINISHED}/{self._writer}-{next(self._numbers)}"
        try:
            os.replace(file, aside)
        except FileNotFoundError:
            return False  # somebody else looks at it just now
        if os.stat(aside).st_mtime > time.time() - unused_for:
            os.replace(aside, file)
            return False
        Path(aside).unlink()
        return True

    def _write_all(self, items: Sequence[bytes], *, flush: bool) -> list[BlobId]:
        self._prepare()
        names = [BlobId(hashlib.sha256(item).hexdigest()) for item in items]
        for name, item in zip(names, items, strict=True):
            self._write(name, item, flush=flush)
        return names

    def _write(self, name: str, data: bytes, *, flush: bool) -> None:
        # Plain os calls: pathlib and buffered files doubled the cost of a small blob.
        target = self._file(name)
        with suppress(FileNotFoundError):
            # A file cut short by a power cut has another length and is written again.
            if os.stat(target).st_size == len(data):
                os.utime(target)  # or it is being forgotten just now, and not there any more
                return
        unfinished = f"{self._root}/{_UNFINISHED}/{self._writer}-{next(self._numbers)}"
        try:
            _write_file(unfinished, data, flush=flush)
            try:
                os.replace(unfinished, target)
            except FileNotFoundError:
                Path(target).parent.mkdir(parents=True, exist_ok=True)
                os.replace(unfinished, target)
        except BaseException:
            with suppress(OSError):
                Path(unfinished).unlink(missing_ok=True)
            raise
        if flush:
            folder = Path(target).parent
            for changed in (folder, self._root):
                _flush_folder(changed)

    def _read(self, blob_id: BlobId) -> bytes:
        with self._open(blob_id) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != blob_id:
            Path(self._file(blob_id)).unlink(missing_ok=True)
            raise BlobMissing("A stored file was damaged and is fetched again.")
        return data

    def _open(self, blob_id: BlobId) -> BinaryIO:
        if not _NAME.match(blob_id):
            raise BlobMissing("There is no stored file of this name.")
        with suppress(FileNotFoundError):
            return open(self._file(blob_id), "rb")
        if self._moved_up(blob_id):
            return open(self._file(blob_id), "rb")
        raise BlobMissing("A stored file is not here; it is fetched again.")

    def _prepare(self) -> None:
        """Make the folder, and sweep what crashed writers left; once in a process."""
        if self._prepared and self._root.is_dir():
            return
        folder = self._root / _UNFINISHED
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        oldest = time.time() - _ABANDONED_AFTER
        for leftover in folder.iterdir():
            with suppress(FileNotFoundError):
                if leftover.stat().st_mtime < oldest:
                    leftover.unlink()
        self._prepared = True


def _write_file(file: str, data: bytes, *, flush: bool) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if flush:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    """Flush a folder's entries, without which a renamed file may lose its name in a power cut."""
    if os.name == "nt":  # Windows cannot open folders, and flushes names itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
