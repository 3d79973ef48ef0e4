"""A real Dovecot in a folder of its own, on free loopback ports, for tests and benches.

Works as root and as a normal user; needs the packages dovecot-core and dovecot-imapd (2.3) only.
Mail lives in Maildirs that may be filled before or while the server runs.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import mailgen
from tests.support.certificates import write_certificate
from tests.support.dovecot_configuration import Facts, configuration

# mailgen is a script without annotations; these are the two functions used here.
_generate: Callable[..., Iterator[mailgen.Message]] = mailgen.generate
_write_maildir: Callable[..., tuple[int, int]] = mailgen.write_maildir
_START = 15.0  # seconds until it must greet
_EPOCH = 1_700_000_000  # INTERNALDATE of a message without a date of its own


def available() -> bool:
    """Tell whether this machine has a Dovecot."""
    return _binary() is not None


def _binary() -> str | None:
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


@dataclass
class Dovecot:
    """Start on entering, end with all processes on leaving.

    ``folder`` is where it lives; as root it moves to a folder of its own (see ``folder`` then).

    ``port`` serves clear text and STARTTLS, ``tls_port`` TLS; ``ca_file`` is the self-made
    authority, whose certificate names ``localhost`` and ``127.0.0.1``.
    """

    folder: Path
    extra: str = ""
    """More lines of configuration."""
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
        """What Dovecot wrote so far."""
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> Self:
        """Start and wait until it greets."""
        binary = _binary()
        if binary is None:
            raise RuntimeError("Dovecot is not installed: apt-get install dovecot-imapd")
        self.folder = Path(self.folder).resolve()
        if os.getuid() == 0:
            # Mail is served by an ordinary user, who cannot pass pytest's private folders; and
            # another pytest on this machine would close them again.
            self._own_folder = self.folder = Path(tempfile.mkdtemp(prefix="vexmail-dovecot-"))
            self.folder.chmod(0o711)
        for name in ("run", "state", "mail", "home", "users"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        write_certificate(self.folder)
        self.port, self.tls_port = self.port or _free_port(), self.tls_port or _free_port()
        config = self.folder / "dovecot.conf"
        config.write_text(configuration(self._facts()))
        self._hand_over()
        self._process = subprocess.Popen(
            [binary, "-F", "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_until_up()
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
        if process is None:
            return
        children = list(_descendants(process.pid))
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        for child in children:  # login processes outlive their master for a while
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    def add_user(self, name: str, password: str) -> None:
        """Let ``name`` log in from now on; a password changed within a second may be missed."""
        self.users[name] = password
        # A file per user: Dovecot looks for changes of one file at most once a second.
        path = self.folder / "users" / name
        replacement = path.with_suffix(".new")
        replacement.write_text(f"{name}:{{PLAIN}}{password}::::::\n")
        replacement.chmod(0o644)
        replacement.replace(path)
        self.maildir(name)

    def maildir(self, user: str, mailbox: str = "INBOX") -> Path:
        """Return a mailbox's Maildir, made if need be; ``mailbox`` as on the wire, dots below."""
        root = self.folder / "mail" / user
        path = root if mailbox == "INBOX" else root / f".{mailbox}"
        for name in ("cur", "new", "tmp"):
            (path / name).mkdir(parents=True, exist_ok=True)
        self._hand_over_path(root)
        return path

    def fill(
        self, user: str, messages: Iterable[bytes], *, mailbox: str = "INBOX", flags: str = ""
    ) -> int:
        """Write messages straight into the Maildir; returns how many.

        INTERNALDATE is the message's Date, or a fixed moment where that is unreadable.
        ``flags`` are Maildir letters (``S`` seen, ``F`` flagged) for all of them.
        """
        current = self.maildir(user, mailbox) / "cur"
        count = -1
        for count, raw in enumerate(messages):
            moment = _date_of(raw)
            path = current / f"{moment}.M{count}P1.fill,S={len(raw)}:2,{flags}"
            path.write_bytes(raw)
            os.utime(path, (moment, moment))
        self._hand_over_path(current.parent)
        return count + 1

    def fill_generated(
        self,
        user: str,
        count: int,
        seed: int = 1,
        *,
        profile: str = "small",
        mailbox: str = "INBOX",
    ) -> int:
        """Fill a mailbox with ``mailgen`` messages, flags and dates included."""
        path = self.maildir(user, mailbox)
        written, _ = _write_maildir(_generate(count, seed=seed, profile=profile), str(path))
        self._hand_over_path(path)
        return written

    # ---- inside ----

    def _owner(self) -> str:
        return "vmail" if os.getuid() == 0 and _exists("vmail") else "mail"

    def _hand_over(self) -> None:
        """As root, mail belongs to an ordinary user: Dovecot refuses mail of uid 0."""
        if os.getuid() == 0:
            self._hand_over_path(self.folder / "mail")
            self._hand_over_path(self.folder / "home")

    def _hand_over_path(self, root: Path) -> None:
        if os.getuid() != 0:
            return
        entry = pwd.getpwnam(self._owner())
        os.chown(root, entry.pw_uid, entry.pw_gid)
        for folder, names, files in os.walk(root):
            for name in (*names, *files):
                os.chown(os.path.join(folder, name), entry.pw_uid, entry.pw_gid)

    def _facts(self) -> Facts:
        root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid()).pw_name
        owner = pwd.getpwnam(self._owner() if root else me)
        inside = "nobody" if root else me
        group = grp.getgrgid(pwd.getpwnam(inside).pw_gid).gr_name
        return Facts(
            folder=self.folder,
            host=self.host,
            port=self.port,
            tls_port=self.tls_port,
            inside=inside,
            inside_group=group,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            extra=self.extra,
        )

    def _wait_until_up(self) -> None:
        end = time.monotonic() + _START
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with closing(socket.create_connection((self.host, self.port), 2)) as client:
                    client.settimeout(5)
                    if client.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                pass
            time.sleep(0.02)
        text = self.log[-3000:]
        self.stop()
        raise RuntimeError(f"Dovecot did not start:\n{text}")


def _date_of(raw: bytes) -> int:
    for line in raw[:20_000].splitlines():
        if line.lower().startswith(b"date:"):
            try:
                return int(parsedate_to_datetime(line[5:].decode("ascii", "replace")).timestamp())
            except (ValueError, TypeError, OverflowError, IndexError):
                break
        if not line:
            break
    return _EPOCH


def _descendants(pid: int) -> Iterator[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return
    for child in children.read_text().split():
        yield int(child)
        yield from _descendants(int(child))


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
