"""Where the messages for the tests of ``vexmail.mime`` lie."""

from pathlib import Path

MIME_DATA = Path(__file__).parents[1] / "data" / "mime"


def sample(name: str) -> bytes:
    """Return the bytes of one message, for example ``own/newsletter``."""
    return (MIME_DATA / f"{name}.eml").read_bytes()


def samples() -> list[Path]:
    """Return all messages, in a stable order."""
    return sorted(MIME_DATA.rglob("*.eml"))
