"""A real Dovecot in a folder of its own, on free loopback ports, for tests and benches.

Works as root and as a normal user; needs the packages dovecot-core and dovecot-imapd (2.3) only.
Mail lives in Maildirs that may be filled before or while the server runs.
"""

import os
import pwd
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from typing_extensions import override

from tests.support import mailgen, server_folder
from tests.support.dovecot_configuration import Facts, configuration
from tests.support.server_process import ServerProcess

# mailgen is a script without annotations; these are the two functions used here.
_generate: Callable[..., Iterator[mailgen.Message]] = mailgen.generate
_write_maildir: Callable[..., tuple[int, int]] = mailgen.write_maildir
_EPOCH = 1_700_000_000  # INTERNALDATE of a message without a date of its own


def available() -> bool:
    """Tell whether this machine has a Dovecot."""
    return _binary() is not None


def _binary() -> str | None:
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


@dataclass
class Dovecot(ServerProcess):
    """Start on entering, end with all processes on leaving; see ``ServerProcess``."""

    extra: str = ""
    """More lines of configuration."""

    @override
    def _prepare(self) -> tuple[Sequence[str | Path], None]:
        binary = _binary()
        if binary is None:
            raise RuntimeError("Dovecot is not installed: apt-get install dovecot-imapd")
        for name in ("run", "state", "mail", "home", "users"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        config = self.folder / "dovecot.conf"
        config.write_text(configuration(self._facts()))
        server_folder.hand_over(self.folder / "mail")
        server_folder.hand_over(self.folder / "home")
        return [binary, "-F", "-c", config], None

    @override
    def _log_file(self) -> Path:
        return self.folder / "dovecot.log"

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
        server_folder.hand_over(root)
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
        server_folder.hand_over(current.parent)
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
        server_folder.hand_over(path)
        return written

    # ---- inside ----

    def _facts(self) -> Facts:
        owner = server_folder.mail_owner()
        inside = pwd.getpwnam("nobody") if server_folder.is_root() else owner
        return Facts(
            folder=self.folder,
            host=self.host,
            port=self.port,
            tls_port=self.tls_port,
            inside=inside.pw_name,
            inside_group=server_folder.group_of(inside),
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            extra=self.extra,
        )


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
