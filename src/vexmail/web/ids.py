"""Ids in paths and queries: opaque text outside, numbers inside."""

from vexmail.domain.errors import NotFound

_DIGITS = 18  # fits PostgreSQL's bigint


def number(text: str, what: str) -> int:
    """Return the number behind an id.

    Raises:
        NotFound: no id of ours looks like this, so there is no such object.
    """
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return int(text)
    raise NotFound(f"There is no such {what}.")
