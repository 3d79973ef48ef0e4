"""The slips of the connection pool: what is open, who has it, who waits."""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from vexmail.domain.errors import TransientError
from vexmail.ports.mail_server import MailSession
from vexmail.sync.lane import Lane


@dataclass(slots=True, eq=False)
class OpenSession:
    """A session, and how to close it."""

    session: MailSession
    stack: AsyncExitStack

    async def close(self) -> None:
        """Log out, or end what is broken."""
        with contextlib.suppress(TransientError):
            await self.stack.aclose()


@dataclass(slots=True, eq=False)
class Loan:
    """A session in the hands of a lane; ``taken`` when it was ended under it."""

    lane: Lane
    open: OpenSession
    on_wanted: Callable[[], None] | None
    taken: bool = False


@dataclass(slots=True, eq=False)
class Waiter:
    """A lane that wants a connection, and what came of it."""

    lane: Lane
    since: float
    look: asyncio.Event = field(default_factory=asyncio.Event)
    asked: Loan | None = None
    granted: bool = False
    given: OpenSession | None = None
