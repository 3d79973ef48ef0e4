"""Where mail servers lie that Debian does not let one install beside Dovecot.

``scripts/install-test-servers`` unpacks their packages, libraries included, into a folder each.
Nothing is installed, configured or started by that.
"""

import os
from pathlib import Path

_PLACES = (
    Path("/var/lib/vexmail-test-servers"),
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vexmail-test-servers",
)


def unpacked(server: str) -> Path:
    """Return the folder that is the server's root of the file system."""
    for place in _PLACES:
        if (place / server / "usr").is_dir():
            return place / server
    raise RuntimeError(f"{server} is not here: run scripts/install-test-servers")


def environment(root: Path) -> dict[str, str]:
    """Return what its programs need to find their libraries."""
    folders = {str(path.parent) for path in root.rglob("lib*.so*")}
    return {
        "PATH": f"{root}/usr/bin:/usr/bin:/bin",
        "LD_LIBRARY_PATH": ":".join(sorted(folders)),
        "LANG": "C.UTF-8",
    }
