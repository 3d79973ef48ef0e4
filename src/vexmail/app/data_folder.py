"""The data folder: where it is, and whether this VexMail may use it."""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from vexmail.app.embedded.binaries import POSTGRES_MAJOR
from vexmail.app.embedded.places import servers_home
from vexmail.app.startup_problem import BadDataFolder

LAYOUT = 1  # raise it when a newer VexMail arranges the folder in a way this one cannot read
_LAYOUT_FILE = "vexmail.json"
_NOT_CONTENT = {"lost+found"}  # in every freshly mounted volume


def default_data_dir() -> Path:
    """Return ``data`` in the source checkout we run from, else the user's own data folder."""
    checkout = source_checkout()
    if checkout is not None:
        return checkout / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "VexMail"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "vexmail"


def source_checkout() -> Path | None:
    """Return the checkout that this code runs from, or None when it is installed."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").exists() and (root / "alembic").is_dir() else None


def prepare_data_folder(folder: Path) -> None:
    """Make the folder if need be, and check that this VexMail can work with it.

    Raises:
        BadDataFolder: it is not a folder, not writable, holds other things, or was made by
            another version.
    """
    try:
        # Root's database runs as another user, who must be able to pass through.
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (FileExistsError, NotADirectoryError) as error:
        message = f"{error.filename} is not a folder. Set VEXMAIL_DATA_DIR to a folder."
        raise BadDataFolder(message) from error
    except OSError as error:
        message = (
            f"The data folder {folder} cannot be written ({error.strerror}). Set "
            "VEXMAIL_DATA_DIR to another folder, or give it to the user who starts VexMail."
        )
        raise BadDataFolder(message) from error
    _check_layout(folder)
    _check_cluster(servers_home(folder))


def _check_layout(folder: Path) -> None:
    file = folder / _LAYOUT_FILE
    if not file.exists():
        _claim(folder, file)
        return
    try:
        layout = int(json.loads(file.read_text(encoding="utf-8"))["layout"])
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file} cannot be read. Restore it from a backup, or choose another data folder."
        raise BadDataFolder(message) from error
    if layout > LAYOUT:
        message = (
            f"The data folder {folder} was made by a newer VexMail (layout {layout}; this one "
            f"knows up to {LAYOUT}). Install the newer VexMail, or set VEXMAIL_DATA_DIR to "
            "another folder."
        )
        raise BadDataFolder(message)


def _claim(folder: Path, file: Path) -> None:
    """Mark an empty folder as ours."""
    strangers = [
        path.name
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".") and path.name not in _NOT_CONTENT
    ]
    if strangers:
        message = (
            f"{folder} is not a VexMail data folder: it holds {strangers[0]}. Set "
            "VEXMAIL_DATA_DIR to an empty or a new folder."
        )
        raise BadDataFolder(message)
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps({"layout": LAYOUT}) + "\n", encoding="utf-8")
    unfinished.replace(file)


def _check_cluster(home: Path) -> None:
    majors = {
        int(match[1])
        for path in home.glob("pgdata*")
        if (match := re.fullmatch(r"pgdata(\d+)", path.name))
    }
    version_file = home / f"pgdata{POSTGRES_MAJOR}" / "PG_VERSION"
    if POSTGRES_MAJOR in majors:
        if not version_file.exists():
            message = (
                f"{version_file.parent} is not a whole database. Restore it from a backup, or "
                "move it away to start with an empty one."
            )
            raise BadDataFolder(message)
        found = version_file.read_text(encoding="utf-8").strip()
    elif majors:
        found = str(max(majors))
    else:
        return
    if found != str(POSTGRES_MAJOR):
        message = (
            f"The database in {home} was made by PostgreSQL {found}, and this VexMail brings "
            f"PostgreSQL {POSTGRES_MAJOR}. Start it with the VexMail that made it, or set "
            "VEXMAIL_DATA_DIR to a new folder and let VexMail fetch the mail again."
        )
        raise BadDataFolder(message)
