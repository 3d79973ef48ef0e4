"""How much a piece of work asks of the database."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import asyncpg


@dataclass
class StatementCount:
    """Statements that this process gave to asyncpg, transactions' own ones included."""

    statements: int = 0
    rows: int = 0
    """Rows that came back from those that answer lists."""


@contextmanager
def counting_statements() -> Iterator[StatementCount]:
    """Count until the block ends."""
    count = StatementCount()

    def counted(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as it is
            count.statements += 1
            answer = await original(*arguments, **named)
            if isinstance(answer, list):
                count.rows += len(answer)
            return answer

        return run

    with ExitStack() as patches:
        for kind in ("execute", "fetch", "fetchrow", "fetchval"):
            run = counted(getattr(asyncpg.Connection, kind))
            patches.enter_context(patch.object(asyncpg.Connection, kind, run))
        yield count
