"""Timestamps as the API writes them."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """Return UTC ISO 8601 to the second, with ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_or_none(moment: datetime | None) -> str | None:
    """Return ``iso`` of a moment that may be absent."""
    return None if moment is None else iso(moment)
