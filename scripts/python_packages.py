"""VexMail and the Python packages it needs, in ``.venv``: with uv where there, else with pip."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from typing import Any

from scripts.long_steps import VENV, VENV_BIN, digest_of, give_up, read_stamp, run, write_stamp

OLDEST, NEWEST = (3, 11), (3, 14)  # "requires-python" of pyproject.toml
STAMP = os.path.join(VENV, ".vexmail-stamp")


def this_python_will_do() -> bool:
    """Tell whether the interpreter that runs this can run VexMail."""
    return OLDEST <= sys.version_info[:2] <= NEWEST


def prepare_packages(uv: str | None, *, development: bool) -> None:
    """Install VexMail and what it needs into ``.venv``."""
    wanted = digest_of(["pyproject.toml", "uv.lock"])
    has = read_stamp(STAMP)
    development = development or bool(has.get("dev"))
    # "python" is a link that dangles once that Python is uninstalled.
    works = all(os.path.exists(os.path.join(VENV_BIN, name)) for name in ("python", "vexmail"))
    if works and has.get("packages") == wanted and bool(has.get("dev")) == development:
        return
    if uv is None or not install_with_uv(uv, development=development):
        install_with_pip(development=development, anew=uv is not None or not works)
    write_stamp(STAMP, {"packages": wanted, "dev": development})


def install_with_uv(uv: str, *, development: bool) -> bool:
    """Install exactly what the lock file names; return False where pip may still succeed."""
    command = [uv, "sync", "--frozen", "--inexact", "--compile-bytecode"]
    if not development:
        command.append("--no-dev")
    if this_python_will_do():
        command += ["--python", sys.executable]
    return run("Installing Python packages with uv", command, may_fail=this_python_will_do())


def install_with_pip(*, development: bool, anew: bool) -> None:
    """Install the versions of the lock file with pip, making the environment if need be."""
    if anew:
        if importlib.util.find_spec("ensurepip") is None:
            give_up(
                "Python cannot make virtual environments here: the module ensurepip is missing.\n"
                f"On Debian and Ubuntu: apt install python3.{sys.version_info[1]}-venv   "
                "(or install uv)"
            )
        run("Making .venv", [sys.executable, "-m", "venv", "--clear", VENV])
    import tomllib  # noqa: PLC0415 - only here is the version of Python known to have it

    with open("pyproject.toml", "rb") as project, open("uv.lock", "rb") as lock:
        groups = tomllib.load(project)["dependency-groups"]
        locked = tomllib.load(lock)["package"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("\n".join(pins(locked)))
        constraints.flush()
        extra = groups["dev"] if development else []
        pip("Installing Python packages", "-c", constraints.name, "-e", ".", *extra)


def pins(locked: list[dict[str, Any]]) -> list[str]:
    """Return ``name==version`` for each package that the lock file has in one version."""
    names = [package["name"] for package in locked]
    return [
        f"{package['name']}=={package['version']}"
        for package in locked
        if names.count(package["name"]) == 1 and "registry" in package.get("source", {})
    ]


def pip(what: str, *arguments: str) -> None:
    """Install into ``.venv``."""
    python = os.path.join(VENV_BIN, "python")
    run(what, [python, "-m", "pip", "install", "--disable-pip-version-check", *arguments])
