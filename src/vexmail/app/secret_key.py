"""The key from which everything sealed is derived: judged when given, made when not."""

import os
import secrets
from pathlib import Path

from vexmail.app.startup_problem import BadDataFolder

_SHORTEST = 32
_LEAST_VARIETY = 10  # different characters; a random key of 32 has some 25
_PLACEHOLDERS = ("changeme", "change-me", "change_me", "your-secret", "your_secret", "placeholder")
HOW_TO_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'


def refuse_weak_key(key: str) -> None:
    """Accept a key that somebody took from a random source.

    Raises:
        ValueError: it is short, monotonous or a well-known placeholder.
    """
    if len(key) < _SHORTEST:
        reason = f"it has {len(key)} characters, and {_SHORTEST} are the least"
    elif any(placeholder in key.lower() for placeholder in _PLACEHOLDERS):
        reason = "it is a placeholder from an example"
    elif len(set(key)) < _LEAST_VARIETY:
        reason = "it repeats few characters, so it can be guessed"
    else:
        return
    message = f"{reason}. Make a good one with: {HOW_TO_MAKE_ONE}"
    raise ValueError(message)


def kept_key(data_dir: Path) -> str:
    """Return the key kept in the data folder; make one at the first start.

    Raises:
        BadDataFolder: the file is there but holds no usable key.
    """
    file = data_dir / "secret.key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = file.read_text(encoding="utf-8").strip()
        try:
            refuse_weak_key(key)
        except ValueError as error:
            message = (
                f"{file} holds no usable key. Restore it from a backup: without it the stored "
                "mail passwords cannot be read."
            )
            raise BadDataFolder(message) from error
        return key
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(key + "\n")
        output.flush()
        os.fsync(output.fileno())
    return key
