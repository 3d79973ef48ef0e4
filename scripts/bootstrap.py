"""Make this checkout ready to run: virtual environment, packages, browser client.

Usage: ``python3 scripts/bootstrap.py [--dev]``; ``--dev`` adds what tests and checks need.

Needs nothing but Python, standard library only; does only what is missing or out of date, so
that it costs a blink when nothing changed. The syntax is old on purpose: a Python that is too
old must get as far as saying so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TextIO

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from scripts.browser_client import prepare_client  # noqa: E402 - found by the line above
from scripts.long_steps import give_up, say  # noqa: E402 - found by the line above
from scripts.python_packages import (  # noqa: E402 - found by the line above
    NEWEST,
    OLDEST,
    prepare_packages,
    this_python_will_do,
)


def main(arguments: list[str]) -> int:
    """Do what is missing; return the exit code."""
    development = "--dev" in arguments
    if sys.platform == "win32":
        give_up("VexMail runs on Linux and macOS; on Windows use WSL or Docker.")
    os.chdir(ROOT)
    uv = shutil.which("uv")
    if uv is None:
        use_suitable_python(arguments)
    with one_at_a_time():
        prepare_packages(uv, development=development)
        prepare_client(uv, development=development)
    return 0


def use_suitable_python(arguments: list[str]) -> None:
    """Go on if this Python will do, else become one that does, else explain."""
    if this_python_will_do():
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        candidate = shutil.which(f"python3.{minor}")
        if candidate and python_version(candidate) == [3, minor]:
            os.execv(candidate, [candidate, os.path.abspath(__file__), *arguments])
    this = ".".join(str(part) for part in sys.version_info[:2])
    give_up(
        f"VexMail needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}, and this is {this}.\n"
        "Install one (Debian, Ubuntu: apt install python3.12-venv; macOS: brew install python),\n"
        "or install uv (https://docs.astral.sh/uv/), which brings its own."
    )


def python_version(python: str) -> list[int] | None:
    """Return [major, minor] of an interpreter, None if it does not run."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        told = subprocess.check_output([python, "-c", code], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None  # a stub of pyenv or Windows, not an interpreter
    major, minor = told.decode().split()
    return [int(major), int(minor)]


def one_at_a_time() -> TextIO:
    """Wait for another bootstrap of this checkout; the lock ends with the returned handle."""
    import fcntl  # noqa: PLC0415 - absent on Windows

    handle = open(os.path.abspath(__file__), encoding="utf-8")  # noqa: SIM115 - see above
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("Another start is preparing this checkout; waiting for it ...")
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
