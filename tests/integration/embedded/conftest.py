"""A data folder that every user of the machine may pass through, as ordinary checkouts are."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder with a short path, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="vexmail-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
