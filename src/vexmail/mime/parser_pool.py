"""Parser children: started when needed, watched while they work, replaced when they overrun.

``ProcessPoolExecutor`` cannot end one hung task, and pickles; hence these few lines. A child is
a fresh interpreter with two pipes: nothing of ours (sockets, secrets, event loop) is in it.
"""

import asyncio
import os
import sys
from pathlib import Path
from types import TracebackType

import structlog

import vexmail
from vexmail.domain.errors import Defect
from vexmail.domain.message import ParsedMessage
from vexmail.mime.child import FRAME, PART_ID
from vexmail.mime.codec import BadAnswer, checked_text, record_from_json
from vexmail.mime.raw_text import TOO_EXPENSIVE, read_as_raw_text
from vexmail.mime.sanitise import as_text_only

log = structlog.get_logger()

_START_SECONDS = 30.0  # a busy machine may take long to start an interpreter
_LARGEST_ANSWER = 256 * 1024 * 1024  # bytes
_QUESTIONS_PER_CHILD = 5_000  # then a fresh one, against memory that fragments
_PIPE_BUFFER = 1024 * 1024
_TRIES = 2  # a child may have died of its own; the second time the message is to blame
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")
_FAILURES = (TimeoutError, OSError, asyncio.IncompleteReadError, BadAnswer)


class _Child:
    """One running parser process; answers one question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise Defect("A parser process was started without pipes.")
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self.answered = 0

    @classmethod
    async def start(cls, seconds: float, mebibytes: int) -> "_Child":
        """Start a process and wait until it says that it is ready.

        Raises:
            Defect: it cannot be started; its own words are on standard error.
        """
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment["PYTHONPATH"] = str(Path(vexmail.__file__).parents[1])
        environment["PYTHONUTF8"] = "1"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-s", "-m", "vexmail.mime.child",
            str(max(1, round(seconds))), str(mebibytes),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env=environment, limit=_PIPE_BUFFER,
        )  # fmt: skip
        child = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                kind, _ = await child._receive()
            if kind != b"!":
                raise BadAnswer("not ready")  # noqa: TRY301 - same end as a dead child
        except _FAILURES as error:
            await child.stop()
            raise Defect("The process that reads messages does not start.") from error
        except BaseException:
            child.kill()
            raise
        return child

    async def ask(self, kind: bytes, *payload: bytes) -> tuple[bytes, bytes]:
        """Send a question and return kind and payload of the answer."""
        self._stdin.write(FRAME.pack(kind, sum(map(len, payload))))
        for piece in payload:
            self._stdin.write(piece)
        await self._stdin.drain()
        answer = await self._receive()
        self.answered += 1
        return answer

    async def _receive(self) -> tuple[bytes, bytes]:
        kind, length = FRAME.unpack(await self._stdout.readexactly(FRAME.size))
        if length > _LARGEST_ANSWER:
            raise BadAnswer("answer too long")
        return kind, await self._stdout.readexactly(length)

    def kill(self) -> None:
        """End the process now; it holds nothing worth a farewell."""
        if self._process.returncode is None:
            self._process.kill()
        self._stdin.close()

    async def stop(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        await self._process.wait()


class ProcessMessageParser:
    """``MessageParser`` in limited child processes.

    A question that overruns its limits costs its child, not the caller: the answer is then
    plain text with the defect named. Use as ``async with``, or call ``aclose``.
    """

    def __init__(self, *, children: int = 1, seconds: float = 10.0, mebibytes: int = 512) -> None:
        """Prepare a pool; the first question starts the first child.

        Args:
            children: most processes at once; each reads one message at a time.
            seconds: wall time for one message before its child is killed.
            mebibytes: private memory of a child; a message of 50 MB needs some 200.
        """
        self._seconds = seconds
        self._mebibytes = mebibytes
        self._places = asyncio.Semaphore(children)
        self._idle: list[_Child] = []
        self._closed = False

    async def parse(self, raw: bytes) -> ParsedMessage:
        """Read one RFC 5322 message."""
        answer = await self._ask(b"P", raw)
        if answer is not None and answer[0] == b"J":
            try:
                return record_from_json(answer[1])
            except BadAnswer as error:
                log.warning("mime.answer.refused", reason=str(error))
        return read_as_raw_text(raw, TOO_EXPENSIVE)

    async def sanitise(self, html: str) -> str:
        """Return harmless HTML; its text alone if sanitising overran the limits."""
        answer = await self._ask(b"S", html.encode("utf-8", "replace"))
        if answer is not None and answer[0] == b"T":
            try:
                return checked_text(answer[1])
            except BadAnswer as error:
                log.warning("mime.answer.refused", reason=str(error))
        return as_text_only(html)

    async def part(self, raw: bytes, part_id: str) -> bytes | None:
        """Return the decoded bytes of one part, or None if there is none."""
        name = part_id.encode("ascii", "replace")[:1000]
        answer = await self._ask(b"R", PART_ID.pack(len(name)), name, raw)
        return answer[1] if answer is not None and answer[0] == b"B" else None

    async def aclose(self) -> None:
        """End all children; questions under way end with their callers."""
        self._closed = True
        while self._idle:
            await self._idle.pop().stop()

    async def __aenter__(self) -> "ProcessMessageParser":
        """Return itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        await self.aclose()

    async def _start(self) -> _Child:
        return await _Child.start(self._seconds, self._mebibytes)

    async def _ask(self, kind: bytes, *payload: bytes) -> tuple[bytes, bytes] | None:
        """Have a child answer; None when the question overran its limits."""
        if self._closed:
            raise Defect("The message parser is closed.")
        async with self._places:
            for attempt in range(1, _TRIES + 1):
                child = self._idle.pop() if self._idle else await self._start()
                reusable = False
                try:
                    async with asyncio.timeout(self._seconds):
                        answer = await child.ask(kind, *payload)
                    reusable = answer[0] != b"X" and child.answered < _QUESTIONS_PER_CHILD
                except _FAILURES as error:
                    log.warning(
                        "mime.child.replaced", reason=type(error).__name__, attempt=attempt,
                        question=kind.decode(), size=sum(map(len, payload)),
                    )  # fmt: skip
                    if isinstance(error, TimeoutError):
                        return None
                else:
                    return answer
                finally:
                    if reusable and not self._closed:
                        self._idle.append(child)
                    else:
                        await child.stop()
        return None
