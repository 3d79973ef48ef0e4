"""The baseline for everything about IMAP: a bare socket that reads and parses nothing.

What this client needs is what the server and the loopback need; nobody can be faster.
"""

import re
import socket
import time
from collections.abc import Sequence
from contextlib import closing
from types import TracebackType
from typing import Self

_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n\Z")
_PATIENCE = 120.0  # seconds


class RawImap:
    """One logged-in connection in clear text."""

    def __init__(self, host: str, port: int, username: str, password: str) -> None:
        self._socket = socket.create_connection((host, port), _PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb", buffering=1 << 18)
        self._number = 0
        self._file.readline()
        self.command(f'LOGIN "{username}" "{password}"')

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        with closing(self._socket):
            self._file.close()

    def send(self, command: str) -> bytes:
        """Send a command without waiting; return its tag."""
        self._number += 1
        tag = f"r{self._number}".encode()
        self._socket.sendall(tag + b" " + command.encode() + b"\r\n")
        return tag

    def read_until(self, tag: bytes) -> list[bytes]:
        """Return the untagged lines up to the tagged answer, literals skipped.

        Raises:
            ConnectionError: the answer is not OK, or the connection ended.
        """
        lines: list[bytes] = []
        while True:
            line = self.line()
            if line.startswith(tag + b" "):
                if not line.startswith(tag + b" OK"):
                    raise ConnectionError(line.decode(errors="replace"))
                return lines
            lines.append(line)

    def line(self) -> bytes:
        """Return the next line; what a literal holds is read and dropped."""
        line = self._file.readline()
        if not line:
            raise ConnectionError("the server closed the connection")
        while literal := _LITERAL.search(line):
            self._file.read(int(literal[1]))
            line = self._file.readline()
        return line

    def command(self, command: str) -> list[bytes]:
        """Send a command and wait for its answer."""
        return self.read_until(self.send(command))

    def uids(self, mailbox: str = "INBOX") -> list[int]:
        """Select a mailbox and return its UIDs, newest first."""
        self.command(f"SELECT {mailbox}")
        answer = self.command("UID SEARCH ALL")
        found = next(line for line in answer if line.startswith(b"* SEARCH"))
        return sorted((int(uid) for uid in found.split()[2:]), reverse=True)

    def fetch_all(self, uids: Sequence[int], items: str, *, batch: int, depth: int) -> float:
        """FETCH everything with ``depth`` commands in flight; return the seconds it took."""
        waiting: list[bytes] = []
        begun = time.monotonic()
        for start in range(0, len(uids), batch):
            chunk = uids[start : start + batch]
            waiting.append(self.send(f"UID FETCH {','.join(map(str, chunk))} ({items})"))
            if len(waiting) >= depth:
                self.read_until(waiting.pop(0))
        for tag in waiting:
            self.read_until(tag)
        return time.monotonic() - begun

    def append(self, message: bytes, mailbox: str = "INBOX") -> None:
        """Deliver a message as another client does."""
        self._number += 1
        tag = f"r{self._number}".encode()
        self._socket.sendall(tag + f" APPEND {mailbox} {{{len(message)}}}\r\n".encode())
        while not self.line().startswith(b"+"):
            pass
        self._socket.sendall(message + b"\r\n")
        self.read_until(tag)
