"""What every real mail server of the tests needs: a folder, an owner of its mail, an end."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

_START = 60.0  # seconds until it must greet, on a machine that is busy, too


def is_root() -> bool:
    """Tell whether servers must be given to another user before they touch mail."""
    return os.getuid() == 0


def mail_owner() -> pwd.struct_passwd:
    """Return the ordinary user who owns mail where we are root, else us."""
    if not is_root():
        return pwd.getpwuid(os.getuid())
    try:
        return pwd.getpwnam("vmail")
    except KeyError:
        return pwd.getpwnam("mail")


def group_of(user: pwd.struct_passwd) -> str:
    """Return the name of a user's own group."""
    return grp.getgrgid(user.pw_gid).gr_name


def own_folder(kind: str) -> Path:
    """Make a folder into which the owner of mail can pass; nobody else's pytest closes it again."""
    folder = Path(tempfile.mkdtemp(prefix=f"vexmail-{kind}-"))
    folder.chmod(0o711)
    return folder


def hand_over(root: Path) -> None:
    """As root, give files to the owner of mail: servers refuse mail of uid 0."""
    if not is_root():
        return
    owner = mail_owner()
    os.chown(root, owner.pw_uid, owner.pw_gid)
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            os.chown(os.path.join(folder, name), owner.pw_uid, owner.pw_gid)


def free_port() -> int:
    """Return a loopback port on which nothing listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def greets(process: subprocess.Popen[bytes], host: str, port: int) -> bool:
    """Wait until a server greets as IMAP servers do; False where it ended or took too long."""
    end = time.monotonic() + _START
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), closing(socket.create_connection((host, port), 2)) as client:
            client.settimeout(5)
            if client.recv(100).startswith(b"* OK"):
                return True
        time.sleep(0.02)
    return False


def end(process: subprocess.Popen[bytes], folder: Path | None) -> None:
    """End a server with every process it started, and remove ``folder``."""
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
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _descendants(pid: int) -> Iterator[int]:
    children = ""
    with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    for child in children.split():
        yield int(child)
        yield from _descendants(int(child))
