"""What starting and ending a real mail server of the tests is like, whichever it is."""

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import server_folder
from tests.support.certificates import write_certificate


@dataclass
class ServerProcess(ABC):
    """Start on entering, end with all processes on leaving.

    ``folder`` is where it lives; as root it moves to a folder of its own (see ``folder`` then).

    ``port`` serves clear text and STARTTLS, ``tls_port`` TLS; ``ca_file`` is the self-made
    authority, whose certificate names ``localhost`` and ``127.0.0.1``.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 0
    tls_port: int = 0
    users: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _own_folder: Path | None = None

    @property
    def ca_file(self) -> Path:
        """The certificate to trust."""
        return self.folder / "cert.pem"

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        path = self._log_file()
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> Self:
        """Start and wait until it greets."""
        name = type(self).__name__
        if server_folder.is_root():
            # Mail is served by an ordinary user, who cannot pass pytest's private folders.
            self._own_folder = self.folder = server_folder.own_folder(name.lower())
        self.folder = Path(self.folder).resolve()
        write_certificate(self.folder)
        self.port = self.port or server_folder.free_port()
        self.tls_port = self.tls_port or server_folder.free_port()
        command, environment = self._prepare()
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if not server_folder.greets(self._process, self.host, self.port):
            text = self.log[-3000:]
            self.stop()
            raise RuntimeError(f"{name} did not start:\n{text}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.stop()

    def stop(self) -> None:
        """End the server and every process it started; as root, its folder goes, too."""
        process, self._process = self._process, None
        if process is not None:
            server_folder.end(process, self._own_folder)

    @abstractmethod
    def _prepare(self) -> tuple[Sequence[str | Path], Mapping[str, str] | None]:
        """Fill the folder; return the command and its environment, None for ours."""

    @abstractmethod
    def _log_file(self) -> Path:
        """Return where the server writes what it does."""
