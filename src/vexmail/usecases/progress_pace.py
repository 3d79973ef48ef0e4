"""How often progress is told: often enough for a bar that moves, not for every batch."""

import asyncio

from vexmail.domain.ids import MailboxId

TOLD_EVERY = 0.5  # seconds per mailbox


class ProgressPace:
    """Remembers when each mailbox whose pass is running was told of last."""

    def __init__(self) -> None:
        self._told: dict[MailboxId, float] = {}

    def is_due(self, mailbox_id: MailboxId, *, is_last: bool) -> bool:
        """Tell whether it is time; the last of a pass is always told, and ends the counting."""
        now = asyncio.get_running_loop().time()
        if is_last:
            self._told.pop(mailbox_id, None)
            return True
        if now - self._told.get(mailbox_id, -TOLD_EVERY) < TOLD_EVERY:
            return False
        self._told[mailbox_id] = now
        return True
