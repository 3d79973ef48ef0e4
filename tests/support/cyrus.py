"""A real Cyrus IMAP server in a folder of its own, on free loopback ports.

Works as root and as a normal user. All mailboxes of a user lie below ``INBOX.``; it offers
QRESYNC, OBJECTID, MOVE, LIST-STATUS and much that Dovecot does not, and is strict about syntax.
Its files come from ``unpacked_servers``.
"""

import socket
import struct
import subprocess
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import server_folder
from tests.support.certificates import write_certificate
from tests.support.unpacked_servers import environment, unpacked

SPECIAL = {"Archive": "archive", "Drafts": "drafts", "Junk": "junk", "Sent": "sent"} | {
    "Trash": "trash"
}


@dataclass
class Cyrus:
    """Start on entering, end with all processes on leaving.

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
    _passwords: socket.socket | None = None

    @property
    def ca_file(self) -> Path:
        """The certificate to trust."""
        return self.folder / "cert.pem"

    @property
    def log(self) -> str:
        """What its processes wrote so far; most of what Cyrus says goes to syslog instead."""
        path = self.folder / "master.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> Self:
        """Start and wait until it greets."""
        root = unpacked("cyrus")
        programs = next(
            folder
            for folder in (root / "usr/lib/cyrus/bin", root / "usr/libexec/cyrus-imapd")
            if folder.is_dir()
        )
        if server_folder.is_root():
            self._own_folder = self.folder = server_folder.own_folder("cyrus")
        self.folder = Path(self.folder).resolve()
        for name in ("db", "log", "msg", "proc", "quota", "socket", "user"):
            (self.folder / "conf" / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "spool").mkdir(exist_ok=True)
        write_certificate(self.folder)
        self.port = self.port or server_folder.free_port()
        self.tls_port = self.tls_port or server_folder.free_port()
        (self.folder / "imapd.conf").write_text(self._imapd_conf())
        (self.folder / "cyrus.conf").write_text(self._cyrus_conf(programs))
        server_folder.hand_over(self.folder)
        self._answer_for_passwords()
        files = ("imapd.conf", "cyrus.conf", "master.pid", "master.log")
        settings, services, pid, log = (str(self.folder / name) for name in files)
        self._process = subprocess.Popen(
            [programs / "master", "-D", "-C", settings, "-M", services, "-p", pid, "-L", log],
            env=environment(root),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if not server_folder.greets(self._process, self.host, self.port):
            text = self.log[-3000:]
            self.stop()
            raise RuntimeError(f"Cyrus did not start:\n{text}")
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
        if self._passwords is not None:
            self._passwords.close()

    def add_user(self, name: str, password: str) -> None:
        """Let ``name`` log in from now on; INBOX and the usual mailboxes are made at login."""
        self.users[name] = password

    # ---- inside ----

    def _answer_for_passwords(self) -> None:
        """Be the saslauthd that Cyrus asks: four counted strings in, OK or NO out."""
        self._passwords = socket.socket(socket.AF_UNIX)
        path = self.folder / "mux"
        self._passwords.bind(str(path))
        path.chmod(0o777)
        self._passwords.listen(100)
        threading.Thread(target=self._passwords_forever, daemon=True).start()

    def _passwords_forever(self) -> None:
        listening = self._passwords
        with suppress(OSError):  # closed: the server ends
            while listening is not None:
                asking, _ = listening.accept()
                with suppress(OSError, struct.error), closing(asking):
                    self._decide(asking)

    def _decide(self, asking: socket.socket) -> None:
        with asking.makefile("rb") as stream:
            words = [stream.read(*struct.unpack(">H", stream.read(2))) for _ in range(4)]
        name, password = (word.decode("utf-8", "replace") for word in words[:2])
        verdict = b"OK" if self.users.get(name) == password else b"NO"
        asking.sendall(struct.pack(">H", len(verdict)) + verdict)

    def _imapd_conf(self) -> str:
        owner = server_folder.mail_owner()
        roles = "\n".join(f"xlist-{role}: {name}" for name, role in SPECIAL.items())
        return f"""\
configdirectory: {self.folder}/conf
partition-default: {self.folder}/spool
defaultpartition: default
cyrus_user: {owner.pw_name}
cyrus_group: {server_folder.group_of(owner)}
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {self.folder}/mux
tls_server_cert: {self.folder}/cert.pem
tls_server_key: {self.folder}/key.pem
autocreate_quota: 0
autocreate_inbox_folders: {"|".join(SPECIAL)}
autocreate_subscribe_folders: {"|".join(SPECIAL)}
{roles}
specialusealways: yes
altnamespace: no
unixhierarchysep: no
maxlogins_per_user: 0
idlesocket: {self.folder}/conf/socket/idle
duplicatesuppression: no
failedloginpause: 0
"""

    def _cyrus_conf(self, programs: Path) -> str:
        settings = f"-C {self.folder}/imapd.conf"
        return f"""\
START {{
  recover cmd="{programs}/ctl_cyrusdb {settings} -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd {settings}" listen="{self.host}:{self.port}" prefork=1
  imaps cmd="{programs}/imapd {settings} -s" listen="{self.host}:{self.tls_port}" prefork=1
}}
DAEMON {{
  idled cmd="{programs}/idled {settings}"
}}
EVENTS {{
}}
"""
