"""What short commands work with: the servers, a container, and nothing that serves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from vexmail.app.console import complain
from vexmail.app.container import Container, container
from vexmail.app.event_loop import new_event_loop
from vexmail.app.log_setup import set_up_logs
from vexmail.app.running_servers import servers_for_command
from vexmail.app.settings import load_settings
from vexmail.domain.errors import VexMailError


@asynccontextmanager
async def short_run() -> AsyncIterator[Container]:
    """Give a command the container, joined to a VexMail that runs or on its own."""
    settings = load_settings()
    set_up_logs(settings.vexmail_log_format, "warning", process="command")
    async with (
        servers_for_command(settings, complain) as settled,
        container(settled, parser_children=1) as built,
    ):
        yield built


def run_command(body: Callable[[Container], Awaitable[int]]) -> int:
    """Run a command's body; answer its exit code. What we know went wrong is one line."""

    async def whole() -> int:
        async with short_run() as built:
            try:
                return await body(built)
            except VexMailError as error:
                complain(str(error))
                return 1

    with asyncio.Runner(loop_factory=new_event_loop()) as runner:
        return runner.run(whole())
