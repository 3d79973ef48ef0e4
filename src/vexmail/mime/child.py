"""The process that reads strangers' bytes: ``python -m vexmail.mime.child SECONDS MEBIBYTES``.

Frames on both pipes: one byte of kind, four bytes of length (big endian), the payload.
Questions: ``P`` raw message, ``S`` HTML, ``R`` length-prefixed part number and raw message.
Answers: ``!`` ready (once), ``J`` record as JSON, ``T`` text, ``B`` bytes, ``N`` no such part,
``X`` out of memory (the process ends after it).

The process limits itself before the first question and dies with its owner.
"""

import os
import signal
import struct
import sys
from contextlib import suppress
from typing import BinaryIO

from vexmail.mime.codec import record_to_json
from vexmail.mime.message import parse_message, part_bytes
from vexmail.mime.sanitise import sanitise

FRAME = struct.Struct(">cI")
PART_ID = struct.Struct(">H")
_MEBIBYTE = 1024 * 1024
_GRACE = 2  # seconds; the owner's own time limit strikes first
_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Answer questions until the pipe closes."""
    seconds, mebibytes = int(sys.argv[1]), int(sys.argv[2])
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not break the frames
    _limit_resources(mebibytes * _MEBIBYTE)
    _die_with_owner()
    _send(answers, b"!", b"")
    while (question := _receive(questions)) is not None:
        _alarm(seconds + _GRACE)
        try:
            kind, payload = _answer(*question)
        except MemoryError:
            _send(answers, b"X", b"")
            return
        del question
        _send(answers, kind, payload)
        _alarm(0)


def _answer(kind: bytes, payload: bytes) -> tuple[bytes, bytes]:
    if kind == b"P":
        return b"J", record_to_json(parse_message(payload))
    if kind == b"S":
        return b"T", sanitise(payload.decode("utf-8", "replace")).encode("utf-8")
    if kind == b"R":
        (length,) = PART_ID.unpack_from(payload)
        end = PART_ID.size + length
        part_id = payload[PART_ID.size : end].decode("ascii", "replace")
        data = part_bytes(payload[end:], part_id)
        return (b"N", b"") if data is None else (b"B", data)
    raise SystemExit(f"unknown question {kind!r}")


def _receive(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    head = stream.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    kind, length = FRAME.unpack(head)
    payload = stream.read(length)
    return (kind, payload) if len(payload) == length else None


def _send(stream: BinaryIO, kind: bytes, payload: bytes) -> None:
    stream.write(FRAME.pack(kind, len(payload)))
    stream.write(payload)
    stream.flush()


def _alarm(seconds: int) -> None:
    """Have the system end this process after ``seconds``, wherever it then is; 0 cancels."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _limit_resources(memory: int) -> None:
    """Cap private memory (twice that of addresses), open files and file size; not on Windows."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    mapped = data = 0
    with suppress(OSError):  # only Linux has /proc; elsewhere the limits count from zero
        with open("/proc/self/statm", encoding="ascii") as statm:
            pages = [int(field) for field in statm.read().split()]
        mapped, data = (pages[index] * resource.getpagesize() for index in (0, 5))
    wanted = [(resource.RLIMIT_AS, mapped + 2 * memory), (resource.RLIMIT_DATA, data + memory)]
    wanted += [(resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 32), (resource.RLIMIT_CORE, 0)]
    for limit, value in wanted:
        with suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS; the time limit still holds
            resource.setrlimit(limit, (value, value))


def _die_with_owner() -> None:
    """Ask Linux to kill this process when its owner dies; elsewhere the closed pipe ends it."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - only here

    owner = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != owner:
        raise SystemExit


if __name__ == "__main__":
    with suppress(BrokenPipeError, KeyboardInterrupt):
        main()
