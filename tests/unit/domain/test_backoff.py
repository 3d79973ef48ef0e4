"""The wait after a failure, as a table."""

import pytest

from vexmail.domain.backoff import LONGEST_DELAY, PERSON_DELAY, RetryAt, decide, growing
from vexmail.domain.errors import (
    AuthenticationFailed,
    CertificateRejected,
    ConnectionLost,
    Defect,
    HostLookupFailed,
    HostNotFound,
    TransientError,
)

LOST = ConnectionLost("The connection ended.")
NAMED = TransientError("Come back later.", retry_after=90.0)
SOON = TransientError("Come back at once.", retry_after=0.1)
UNKNOWN = HostNotFound("No such host.")


@pytest.mark.parametrize(
    ("error", "attempt", "jitter", "expected"),
    [
        (LOST, 1, 1.0, RetryAt(1.0, needs_person=False)),
        (LOST, 1, 0.0, RetryAt(0.5, needs_person=False)),
        (LOST, 2, 1.0, RetryAt(2.0, needs_person=False)),
        (LOST, 6, 1.0, RetryAt(32.0, needs_person=False)),
        (LOST, 7, 1.0, RetryAt(LONGEST_DELAY, needs_person=False)),
        (LOST, 100_000, 1.0, RetryAt(LONGEST_DELAY, needs_person=False)),
        (LOST, 100_000, 0.0, RetryAt(LONGEST_DELAY / 2, needs_person=False)),
        (NAMED, 1, 1.0, RetryAt(90.0, needs_person=False)),
        (SOON, 3, 1.0, RetryAt(4.0, needs_person=False)),
        (HostLookupFailed("No name service."), 1, 1.0, RetryAt(1.0, needs_person=False)),
        (UNKNOWN, 1, 1.0, RetryAt(1.0, needs_person=True)),
        (UNKNOWN, 9, 1.0, RetryAt(LONGEST_DELAY, needs_person=True)),
        (AuthenticationFailed("Wrong."), 1, 0.5, RetryAt(PERSON_DELAY, needs_person=True)),
        (AuthenticationFailed("Wrong."), 50, 0.5, RetryAt(PERSON_DELAY, needs_person=True)),
        (CertificateRejected("Expired."), 1, 0.0, RetryAt(PERSON_DELAY * 0.9, needs_person=True)),
        (CertificateRejected("Expired."), 1, 1.0, RetryAt(PERSON_DELAY * 1.1, needs_person=True)),
        (Defect("A bug."), 4, 1.0, RetryAt(8.0, needs_person=False)),
    ],
)
def test_the_wait_follows_from_the_error_and_the_failures_in_a_row(
    error: Exception, attempt: int, jitter: float, expected: RetryAt
) -> None:
    decided = decide(error, attempt, jitter)

    assert decided.delay == pytest.approx(expected.delay)
    assert decided.needs_person is expected.needs_person


@pytest.mark.parametrize(
    ("times", "expected"), [(-5, 3.0), (0, 3.0), (1, 6.0), (4, 48.0), (5, LONGEST_DELAY)]
)
def test_a_wish_that_waits_asks_less_and_less(times: int, expected: float) -> None:
    assert growing(3.0, times) == expected
