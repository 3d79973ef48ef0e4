"""A real Dovecot in a folder of its own, on free loopback ports, for tests and benches.

Works as root and as a normal user; needs the packages dovecot-core and dovecot-imapd (2.3) only.
Mail lives in Maildirs that may be filled before or while the server runs.
"""

import datetime as dt
import ipaddress
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support import mailgen

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
        for name in ("run", "state", "mail", "home", "users"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        _write_certificate(self.folder)
        self.port, self.tls_port = self.port or _free_port(), self.tls_port or _free_port()
        config = self.folder / "dovecot.conf"
        config.write_text(self._configuration())
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
        """End the server and every process it started."""
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
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue

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
            path = self.folder
            while path != path.parent:  # pytest makes its temporary folders private
                if not path.stat().st_mode & 0o011 and path.stat().st_uid == 0:
                    path.chmod(path.stat().st_mode | 0o011)
                path = path.parent

    def _hand_over_path(self, root: Path) -> None:
        if os.getuid() != 0:
            return
        entry = pwd.getpwnam(self._owner())
        os.chown(root, entry.pw_uid, entry.pw_gid)
        for folder, names, files in os.walk(root):
            for name in (*names, *files):
                os.chown(os.path.join(folder, name), entry.pw_uid, entry.pw_gid)

    def _configuration(self) -> str:
        root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid()).pw_name
        owner = pwd.getpwnam(self._owner() if root else me)
        inside = "nobody" if root else me
        return f"""
protocols = imap
listen = {self.host}
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/dovecot.log
default_internal_user = {inside}
default_internal_group = {_group_name(pwd.getpwnam(inside).pw_gid)}
default_login_user = {inside}
default_vsz_limit = 1024M
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{self.folder}/mail/%u
mail_fsync = never
mail_max_userip_connections = 200
mailbox_list_index = yes
disable_plaintext_auth = no
auth_mechanisms = plain login
ssl = yes
ssl_cert = <{self.folder}/cert.pem
ssl_key = <{self.folder}/key.pem
imap_idle_notify_interval = 30 s
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {self.folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={self.folder}/home/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = .
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap {{
  process_limit = 400
  process_min_avail = 1
}}
service stats {{
  chroot =
}}
{self.extra}
"""

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


def _group_name(gid: int) -> str:
    import grp  # noqa: PLC0415 - absent on Windows, where this module is imported, too

    return grp.getgrgid(gid).gr_name


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_certificate(folder: Path) -> None:
    """Write a certificate of our own for localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    path = folder / "key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
