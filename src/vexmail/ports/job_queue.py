"""Work for the worker process.

The database knows what is left to do; the queue only carries ids and may be lost.
"""

from collections.abc import Sequence
from typing import Protocol

from vexmail.domain.ids import MessageId


class JobQueue(Protocol):
    """Hands work to the worker. Never raises for an outage: a sweep finds what was not carried."""

    async def parse_messages(self, message_ids: Sequence[MessageId]) -> None:
        """Ask for these stored messages to be read into records."""
        ...
