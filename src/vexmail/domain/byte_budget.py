"""What an account may still download today, where its provider counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Pause:
    """Why the backfill of bodies rests, and until when."""

    until: datetime
    reason: str
    """A sentence for a person."""


def day_of(now: datetime) -> date:
    """Return the day that a moment is counted for: days begin and end in UTC."""
    return now.astimezone(UTC).date()


def next_day(now: datetime) -> datetime:
    """Return the moment at which counting begins anew."""
    return datetime.combine(day_of(now) + timedelta(days=1), time(), UTC)


def pause_for(limit: int | None, spent: int, now: datetime) -> Pause | None:
    """Decide whether the backfill of bodies must rest.

    Args:
        limit: bytes a day; None where nobody counts.
        spent: bytes downloaded today, whatever for.
        now: the moment.
    """
    if limit is None or spent < limit:
        return None
    return Pause(
        next_day(now),
        f"{_megabytes(spent)} of the {_megabytes(limit)} that this account downloads by itself in "
        "a day are used up. Emails that you open are still fetched; the rest follows tomorrow.",
    )


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.0f} MB"
