"""Which user the embedded servers run as, and what that user can reach."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from vexmail.app.startup_problem import EmbeddedUnavailable

_UNPRIVILEGED = ("vexmail", "nobody")  # in this order, when root starts us


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine; ``is_other`` means a user that is not the one we run as."""

    uid: int
    gid: int
    is_other: bool

    def owns(self, path: Path) -> None:
        """Give a file or folder of ours to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Tell whether this user may pass through every folder down to ``path``.

        Judged by owner, group and mode; access lists are not read.
        """
        if not self.is_other:
            return True
        return all(self._passes(folder) for folder in (path, *path.parents))

    def _passes(self, path: Path) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def serving_account(data_dir: Path, cluster: Path) -> Account:
    """Choose who runs the servers.

    Args:
        data_dir: an existing data folder.
        cluster: the PostgreSQL cluster, which may not exist yet.

    Returns:
        Ourselves; or, for root, the owner of the cluster, else of the data folder, else an
        unprivileged account.

    Raises:
        EmbeddedUnavailable: no such account exists.
    """
    if os.geteuid() != 0:
        _demand_name(os.geteuid())
        return Account(os.geteuid(), os.getegid(), is_other=False)
    for folder in (cluster, data_dir):
        if folder.exists() and (uid := folder.stat().st_uid) != 0:
            entry = _demand_name(uid)
            return Account(entry.pw_uid, entry.pw_gid, is_other=True)
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, is_other=True)
    message = (
        "PostgreSQL refuses to run as root, and there is no user 'vexmail' or 'nobody'. "
        "Create one (useradd --system vexmail), start VexMail as a normal user, or set "
        "DATABASE_URL and REDIS_URL."
    )
    raise EmbeddedUnavailable(message)


def _demand_name(uid: int) -> pwd.struct_passwd:
    """Return the account of a uid; ``initdb`` refuses to run as a user without a name."""
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        message = (
            f"User id {uid} has no entry in /etc/passwd, which PostgreSQL needs. Add one, run "
            "VexMail as another user, or set DATABASE_URL and REDIS_URL."
        )
        raise EmbeddedUnavailable(message) from None
