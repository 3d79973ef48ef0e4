"""The doorbell: tells readers of the change log that there is something new.

The log in the database is the truth; a lost ring costs delay, never data.
"""

from typing import Protocol

from vexmail.domain.ids import UserId


class ChangeFeed(Protocol):
    """Rings and waits, across processes where the implementation can."""

    async def ring(self, user_id: UserId) -> None:
        """Wake everybody who waits for this user's changes. Never raises for an outage."""
        ...

    async def wait(self, user_id: UserId, seen: int, timeout: float) -> int:
        """Return when rung since ``seen``, or after ``timeout`` seconds.

        Args:
            seen: what the last call returned; 0 at first.

        Returns:
            The number to pass as ``seen`` next time.
        """
        ...
