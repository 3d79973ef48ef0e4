"""Long steps with progress, and stamps that say what need not be done again.

Standard library only, and a syntax that old Pythons read, as for everything here.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any, NoReturn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_BIN = os.path.join(VENV, "bin")
SPEAK_EVERY_S = 10


def run(
    what: str, command: list[str], env: dict[str, str] | None = None, *, may_fail: bool = False
) -> bool:
    """Run a long step: say what it is and how long it takes; on failure show what it said."""
    say(what + " ...")
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env
        )
        while child.returncode is None:
            try:
                child.wait(SPEAK_EVERY_S)
            except subprocess.TimeoutExpired:
                say(f"  still at it ({time.monotonic() - began:.0f} s)")
        if child.returncode:
            output.seek(0)
            say(output.read().decode(errors="replace").strip())
            failure = f"{what} failed ({os.path.basename(command[0])}, exit {child.returncode})."
            if not may_fail:
                give_up(failure)
            say(failure)
            return False
    say(f"  done in {time.monotonic() - began:.0f} s")
    return True


def digest_of(paths: list[str]) -> str:
    """Return a fingerprint of the names and contents of files."""
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(f"{path}\0".encode())
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def read_stamp(path: str) -> dict[str, Any]:
    """Return what an earlier run noted, or nothing."""
    try:
        with open(path, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def write_stamp(path: str, content: dict[str, Any]) -> None:
    """Note what has been done."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def give_up(message: str) -> NoReturn:
    """End with a message for a person."""
    print(message, file=sys.stderr, flush=True)
    sys.exit(1)
