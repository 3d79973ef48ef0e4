"""Names and paths of mailboxes: what a person may type, and how renames change paths."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from vexmail.domain.errors import PermanentError

LONGEST = 200  # characters of one level; most servers keep a level as one file name of 255 bytes
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators


class MailboxNameInvalid(PermanentError):
    """No mailbox can have this name."""

    code = "mailbox_name_invalid"


@dataclass(frozen=True, slots=True)
class Renaming:
    """A pending rename: ``old`` and all below it go to ``new``. Both are whole paths."""

    order: int
    """Key of the wish; wishes are carried out in this order."""
    old: str
    new: str


def checked_name(name: str, delimiter: str) -> str:
    """Return one level's name as it is to be stored: composed (RFC 9051 §5.1), no blanks around.

    Raises:
        MailboxNameInvalid: it is empty, too long, or holds what no name may hold.
    """
    found = unicodedata.normalize("NFC", name).strip()
    if not found:
        raise MailboxNameInvalid("Give the mailbox a name.")
    if len(found) > LONGEST:
        raise MailboxNameInvalid(f"The name of a mailbox may have {LONGEST} characters at most.")
    if any(unicodedata.category(char) in _UNFIT for char in found):
        raise MailboxNameInvalid(
            "The name of a mailbox may hold no line breaks or other control characters."
        )
    if delimiter and delimiter in found:
        raise MailboxNameInvalid(
            f"This mail server divides levels by {delimiter!r}, so no name may hold it. Use"
            " parent_id to put one mailbox below another."
        )
    return found


def is_inbox(path: str) -> bool:
    """Tell whether a path names the inbox, in whatever case (RFC 9051 §5.1)."""
    return path.upper() == "INBOX"


def is_below(path: str, parent: str, delimiter: str) -> bool:
    """Tell whether a path lies below another, at any depth."""
    return bool(delimiter) and path.startswith(parent + delimiter)


def moved(path: str, old: str, new: str, delimiter: str) -> str:
    """Return where a path lies after ``old`` was renamed to ``new``."""
    if path == old or is_below(path, old, delimiter):
        return new + path.removeprefix(old)
    return path


def shown_path(
    server_name: str, delimiter: str, renamings: Iterable[Renaming], *, since: int = 0
) -> str:
    """Lay pending renames, oldest first, over the path that the server has.

    ``since`` is the wish that makes the mailbox, if it is pending, too: renames wished for
    before it concern another one.
    """
    path = server_name
    for one in renamings:
        if one.order > since:
            path = moved(path, one.old, one.new, delimiter)
    return path
