"""A real Courier IMAP server on a free loopback port, in clear text.

Works as root and as a normal user. It knows UIDPLUS, but neither CONDSTORE nor MOVE nor ESEARCH
nor the newer response codes; SELECT does not tell UIDNEXT; all lies below ``INBOX.``. Courier's
own login program asks a daemon of the whole machine for passwords, so a small one of ours stands
in its place; from the answer to LOGIN on the client talks to Courier. Its files come from
``unpacked_servers``.
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from tests.support import server_folder
from tests.support.courier_login import log_in
from tests.support.unpacked_servers import environment, unpacked

CAPABILITIES = (  # as Debian configures it
    "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"
)
_NOTHING: Mapping[str, str] = MappingProxyType({})
_PATIENCE = 60.0  # seconds for a login


@dataclass
class Courier:
    """Start on entering, end with all processes on leaving."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 0
    users: dict[str, str] = field(default_factory=dict)
    _root: Path = Path()
    _own_folder: Path | None = None
    _listening: socket.socket | None = None
    _serving: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _roll: threading.Lock = field(default_factory=threading.Lock)
    _watching: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start."""
        self._root = unpacked("courier")
        if server_folder.is_root():
            self._own_folder = self.folder = server_folder.own_folder("courier")
        # Courier's IDLE and locks ask the file alteration monitor; this one is ours alone.
        self._watching = self._start("usr/libexec/gam_server", "--notimeout", self._name)
        self._listening = socket.create_server((self.host, self.port), backlog=100)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; as root, its folder goes, too."""
        if self._listening is not None:
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept()
            self._listening.close()
        for process in (*self._serving, self._watching):
            if process is not None:
                process.kill()
                process.wait(10)
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    def add_user(self, name: str, password: str) -> None:
        """Let ``name`` log in from now on, to an empty INBOX."""
        for part in ("cur", "new", "tmp"):
            (self.folder / name / "Maildir" / part).mkdir(parents=True, exist_ok=True)
        server_folder.hand_over(self.folder / name)
        self.users[name] = password

    # ---- inside ----

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):  # closed: the server ends
            while True:
                client, _ = listening.accept()
                threading.Thread(target=self._greet, args=(client,), daemon=True).start()

    def _greet(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(_PATIENCE)
            entered = log_in(client, self.users, CAPABILITIES)
            if entered is not None:
                client.settimeout(None)
                client.setblocking(True)  # noqa: FBT003 - the standard library's way
                self._serve(client, *entered)

    def _serve(self, client: socket.socket, user: str, tag: str) -> None:
        home = self.folder / user
        settings = _settings(home, user, tag) | {"GAM_CLIENT_ID": self._name}
        with self._roll:  # several log in at once, each in a thread of its own
            self._serving = [process for process in self._serving if process.poll() is None]
            self._serving.append(
                self._start(
                    "usr/bin/imapd", "Maildir", client=client.fileno(), cwd=home, more=settings
                )
            )

    def _start(
        self,
        *command: str,
        client: int = subprocess.DEVNULL,
        cwd: Path | None = None,
        more: Mapping[str, str] = _NOTHING,
    ) -> subprocess.Popen[bytes]:
        """Start a program of Courier's, with ``client`` as its input and output."""
        owner = server_folder.mail_owner()
        as_root = server_folder.is_root()
        return subprocess.Popen(
            [str(self._root / command[0]), *command[1:]],
            stdin=client,
            stdout=client,
            stderr=subprocess.DEVNULL,
            cwd=cwd,
            env=environment(self._root) | dict(more),
            user=owner.pw_uid if as_root else None,
            group=owner.pw_gid if as_root else None,
            extra_groups=[] if as_root else None,
        )

    @property
    def _name(self) -> str:
        """What tells this server's monitor from others of the machine."""
        return f"vexmail-{os.getpid()}-{id(self)}"


def _settings(home: Path, user: str, tag: str) -> dict[str, str]:
    """Return what Courier's start script and login program hand on in the environment."""
    return {
        "AUTHADDR": user,
        "AUTHENTICATED": user,
        "HOME": str(home),
        "IMAPLOGINTAG": tag,
        "IMAP_ACL": "1",
        "IMAP_CAPABILITY": CAPABILITIES,
        "IMAP_EMPTYTRASH": "",
        "IMAP_ENHANCEDIDLE": "1",
        "IMAP_KEYWORDS": "1",
        "IMAP_TRASHFOLDERNAME": "Trash",
        "IMAP_USELOCKS": "1",
        "MAILDIR": "Maildir",
        "OPTIONS": "",
        "PROTOCOL": "IMAP",
        "SENDMAIL": "/bin/false",
        "TCPREMOTEIP": "127.0.0.1",
        "TCPREMOTEPORT": "1",
    }
