"""Where the embedded servers keep their files and their sockets."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vexmail.app.embedded.account import Account
from vexmail.app.embedded.binaries import POSTGRES_MAJOR
from vexmail.app.startup_problem import BadDataFolder, EmbeddedUnavailable

_POINTER = "servers.path"  # names the folder of the servers when it is not the data folder
_ELSEWHERE = Path("/var/lib/vexmail")
_SOCKET_PREFIX = "vexmail-"
_SOCKET_RECORD = "sockets.path"
# sockaddr_un.sun_path less the final NUL: 108 bytes on Linux, 104 on macOS.
_LONGEST_SOCKET = (108 if sys.platform == "linux" else 104) - 1


@dataclass(frozen=True, slots=True)
class Places:
    """Who runs the servers, where their files are, and where they listen."""

    account: Account
    home: Path
    sockets: Path


def servers_home(data_dir: Path) -> Path:
    """Return the folder that holds the servers' files: the data folder, or where it points to.

    Raises:
        BadDataFolder: it points to a folder that is gone.
    """
    pointer = data_dir / _POINTER
    if not pointer.exists():
        return data_dir
    home = Path(pointer.read_text(encoding="utf-8").strip())
    if not home.is_dir():
        message = (
            f"The database of {data_dir} is kept in {home}, and that folder is gone. Bring it "
            f"back, or remove {pointer} to start with an empty database."
        )
        raise BadDataFolder(message)
    return home


def settle_home(data_dir: Path, account: Account, progress: Callable[[str], None]) -> Path:
    """Return a home that ``account`` can reach, choosing one elsewhere if it must.

    A data folder below a closed folder such as ``/root`` cannot be entered by the unprivileged
    user, and opening other people's folders is not our business.
    """
    home = servers_home(data_dir)
    if account.reaches(home):
        return home
    if home != data_dir or cluster_of(home).exists():
        message = (
            f"The unprivileged user (id {account.uid}) that runs the database cannot enter "
            f"{home}. Allow it (chmod o+x on that folder and those above it)."
        )
        raise BadDataFolder(message)
    try:
        _ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(prefix="data-", dir=_ELSEWHERE))
    except OSError as error:
        message = (
            f"The unprivileged user that runs the database cannot enter {data_dir}, and "
            f"{_ELSEWHERE} cannot be used instead ({error.strerror}). Set VEXMAIL_DATA_DIR to a "
            "folder that everybody may enter."
        )
        raise EmbeddedUnavailable(message) from error
    home.chmod(0o711)
    (data_dir / _POINTER).write_text(f"{home}\n", encoding="utf-8")
    progress(f"{data_dir} is closed to the database's user; the database is kept in {home}")
    return home


def cluster_of(home: Path) -> Path:
    """Return the PostgreSQL cluster of a home; its name carries the major version."""
    return home / f"pgdata{POSTGRES_MAJOR}"


def make_socket_folder(home: Path, account: Account) -> Path:
    """Make a fresh private folder with a short path, and remove the one of a killed run."""
    remove_socket_folder(home)
    folder = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir=_short_folder(account)))
    account.owns(folder)
    (home / _SOCKET_RECORD).write_text(f"{folder}\n", encoding="utf-8")
    return folder


def remove_socket_folder(home: Path) -> None:
    """Remove the socket folder of the last run, if it is there and is ours."""
    record = home / _SOCKET_RECORD
    if not record.exists():
        return
    folder = Path(record.read_text(encoding="utf-8").strip())
    if folder.name.startswith(_SOCKET_PREFIX) and folder.exists():
        status = folder.lstat()
        # 0700 and not a link: nobody else can have put anything below it.
        if stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == stat.S_IRWXU:
            shutil.rmtree(folder)
    record.unlink()


def _short_folder(account: Account) -> str | None:
    """Return where to put the socket folder; None is the system's own choice."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    # A left-over variable of another user's session names a folder that is not ours.
    if runtime and not account.is_other and _is_ours(Path(runtime)) and _fits(runtime):
        return runtime
    temporary = tempfile.gettempdir()
    if _fits(temporary) and account.reaches(Path(temporary)):
        return temporary
    return "/tmp"  # noqa: S108 - mkdtemp makes the private folder inside


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK)


def _fits(parent: str) -> bool:
    longest = f"{parent}/{_SOCKET_PREFIX}12345678/.s.PGSQL.5432.lock"
    return len(os.fsencode(longest)) <= _LONGEST_SOCKET
