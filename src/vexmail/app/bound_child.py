"""Become another program that ends when its parent ends.

Run as a script, by path, with ``python -I -S``: standard library only, nothing of VexMail.
It does between fork and exec what would be unsafe to do there in a process with threads:
give up root, and on Linux ask the kernel for a signal when the parent thread dies.

Usage: ``bound_child.py PARENT_PID SIGNAL UID:GID COMMAND [ARGUMENT...]``, where ``UID:GID``
is ``-`` to stay the same user.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(arguments: list[str]) -> None:
    """Drop privileges, bind to the parent, and become the command."""
    parent, signal_number, account, *command = arguments
    if account != "-":
        uid, gid = (int(part) for part in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of user, because that clears the setting (prctl(2)).
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal_number))
        if os.getppid() != int(parent):  # it died before we asked
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - becoming the program is the point


if __name__ == "__main__":
    main(sys.argv[1:])
