"""What a demo keeps about itself: its account, password, ports and seed.

One JSON file in the state folder, readable by its owner only. The ports are kept so that the
account stored in VexMail's database stays valid after a restart.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from typing_extensions import override

DEMO_EMAIL = "demo@vexmail.example"
_FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How to reach the demo mailbox. ``ports_changed``: a stored account must be updated."""

    email: str
    host: str
    imap_port: int
    smtp_port: int
    username: str
    password: str
    ports_changed: bool = False

    @override
    def __repr__(self) -> str:
        """Leave the password out of logs."""
        return f"DemoAccount({self.email}, imap={self.imap_port}, smtp={self.smtp_port})"


@dataclass(frozen=True, slots=True)
class DemoState:
    """The persisted facts; a port of 0 means "not chosen yet"."""

    password: str
    seed: int
    imap_port: int = 0
    smtp_port: int = 0

    def with_ports(self, imap_port: int, smtp_port: int) -> "DemoState":
        """Return the state with the ports in use."""
        return replace(self, imap_port=imap_port, smtp_port=smtp_port)

    def account(self, *, ports_changed: bool) -> DemoAccount:
        """Return the account this state describes."""
        return DemoAccount(
            email=DEMO_EMAIL,
            host="127.0.0.1",
            imap_port=self.imap_port,
            smtp_port=self.smtp_port,
            username=DEMO_EMAIL,
            password=self.password,
            ports_changed=ports_changed,
        )


def load_state(folder: Path, *, seed: int) -> DemoState:
    """Read the state of ``folder``, or make one with a fresh password.

    Args:
        folder: created (0700) when missing.
        seed: what the content is made from; an existing state keeps its own.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / _FILE
    if path.exists():
        return DemoState(**json.loads(path.read_text("utf-8")))
    state = DemoState(password=secrets.token_urlsafe(18), seed=seed)
    save_state(folder, state)
    return state


def save_state(folder: Path, state: DemoState) -> None:
    """Write the state so that a crash leaves the old or the new file, never half of one."""
    fresh = folder / f"{_FILE}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _FILE)
