"""FETCH answers for scripts, and reading them through a session."""

from collections.abc import Sequence

from tests.support.scripted_imap import Script, after_login
from vexmail.domain.ids import Uid
from vexmail.domain.message import RemoteMessage
from vexmail.ports.mail_server import MailSession

NOBODY = "NIL NIL NIL NIL NIL NIL NIL"


def row(uid: int, subject: str = '"hello"', *, flags: str = "") -> str:
    """Return one envelope-pass answer."""
    return (
        f'* {uid} FETCH (UID {uid} FLAGS ({flags}) INTERNALDATE "01-Feb-2026 10:00:00 +0000" '
        f'RFC822.SIZE 100 ENVELOPE ("Sun, 1 Feb 2026 10:00:00 +0000" {subject} {NOBODY} '
        f'"<{uid}@x>") BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 10 1 NIL NIL NIL))'
    )


def fetching(lines: Sequence[str], exists: int = 3, capabilities: str = "IDLE") -> Script:
    """Return a script: login, SELECT, then one UID FETCH answered with ``lines``."""
    steps = ["C: UID FETCH *", *(f"S: {line}" for line in lines), "S: {tag} OK done"]
    return after_login("\n".join(steps), exists=exists, capabilities=capabilities)


async def fetch(session: MailSession, uids: Sequence[int]) -> list[RemoteMessage]:
    """Return all rows of one envelope pass."""
    wanted = [Uid(uid) for uid in uids]
    return [row async for batch in session.fetch_messages(wanted) for row in batch]
