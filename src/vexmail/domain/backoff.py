"""When to try again: a decision, not an action."""

from dataclasses import dataclass

from vexmail.domain.errors import HostNotFound, PermanentError, TransientError

FIRST_DELAY = 1.0  # seconds; a restarted server is usually back within a few
LONGEST_DELAY = 60.0  # seconds; the fault matrix promises a reconnect within a minute
PERSON_DELAY = 3600.0  # seconds; providers lock accounts that keep sending a wrong password
STABLE_AFTER = 60.0  # seconds; a session that ended sooner counts as one more failure


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Wait ``delay`` seconds, or until somebody asks for a try now."""

    delay: float
    needs_person: bool


def decide(error: Exception, attempt: int, jitter: float) -> RetryAt:
    """Choose the wait after the ``attempt``-th failure in a row (1 = the first).

    Args:
        error: what ended the session; a permanent one needs a person, so it is tried only
            once an hour on its own.
        attempt: failures in a row; successful connects that ended early count as failures,
            or a server that accepts and drops would be asked without end.
        jitter: 0..1, so that a thousand accounts do not come back in one moment.
    """
    if isinstance(error, PermanentError) and not isinstance(error, HostNotFound):
        return RetryAt(PERSON_DELAY * (0.9 + 0.2 * jitter), needs_person=True)
    delay = growing(FIRST_DELAY, attempt - 1)
    delay *= 0.5 + 0.5 * jitter
    if isinstance(error, TransientError) and error.retry_after is not None:
        delay = max(delay, error.retry_after)
    # A name that does not resolve may be a typing error or a machine without a network.
    return RetryAt(delay, needs_person=isinstance(error, HostNotFound))


def growing(first: float, times: int) -> float:
    """Return ``first`` doubled so many times, ``LONGEST_DELAY`` at most; negative counts as 0."""
    return min(LONGEST_DELAY, first * 2.0 ** min(max(times, 0), 10))
