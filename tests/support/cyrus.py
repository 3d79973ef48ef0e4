"""A real Cyrus IMAP server in a folder of its own, on free loopback ports.

Works as root and as a normal user. All mailboxes of a user lie below ``INBOX.``; it offers
QRESYNC, OBJECTID, MOVE, LIST-STATUS and much that Dovecot does not, and is strict about syntax.
Its files come from ``unpacked_servers``.
"""

import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from tests.support import server_folder
from tests.support.server_process import ServerProcess
from tests.support.unpacked_servers import environment, unpacked

SPECIAL = {"Archive": "archive", "Drafts": "drafts", "Junk": "junk", "Sent": "sent"} | {
    "Trash": "trash"
}


@dataclass
class Cyrus(ServerProcess):
    """Start on entering, end with all processes on leaving; see ``ServerProcess``.

    Most of what Cyrus says goes to syslog, not to ``log``.
    """

    _passwords: socket.socket | None = None

    @override
    def stop(self) -> None:
        """End the server, and what answers it for passwords."""
        super().stop()
        if self._passwords is not None:
            self._passwords.close()

    @override
    def _prepare(self) -> tuple[Sequence[str | Path], Mapping[str, str]]:
        root = unpacked("cyrus")
        programs = next(
            folder
            for folder in (root / "usr/lib/cyrus/bin", root / "usr/libexec/cyrus-imapd")
            if folder.is_dir()
        )
        for name in ("db", "log", "msg", "proc", "quota", "socket", "user"):
            (self.folder / "conf" / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "spool").mkdir(exist_ok=True)
        (self.folder / "imapd.conf").write_text(self._imapd_conf())
        (self.folder / "cyrus.conf").write_text(self._cyrus_conf(programs))
        server_folder.hand_over(self.folder)
        self._answer_for_passwords()
        files = ("imapd.conf", "cyrus.conf", "master.pid", "master.log")
        settings, services, pid, log = (str(self.folder / name) for name in files)
        command = [
            str(programs / "master"),
            "-D",
            "-C",
            settings,
            "-M",
            services,
            "-p",
            pid,
            "-L",
            log,
        ]
        return command, environment(root)

    @override
    def _log_file(self) -> Path:
        return self.folder / "master.log"

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
