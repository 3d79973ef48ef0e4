"""uvicorn, started on our socket and stopped by us."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

# uvicorn waits without end for a client that does not read its stream.
_GRACEFUL_S = 5


class WebServer(uvicorn.Server):
    """One uvicorn that leaves signals to its owner and says when it listens.

    Args:
        app: the application.
        on_ready: called once with the application, when its lifespan has started and the
            socket listens.
    """

    def __init__(self, app: FastAPI, *, on_ready: Callable[[FastAPI], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACEFUL_S,
            )
        )
        self._app = app
        self._on_ready = on_ready

    async def run_on(self, listener: socket.socket) -> bool:
        """Serve until ``should_exit`` is set.

        Returns:
            False when the application refused to start.
        """
        try:
            await self.serve(sockets=[listener])
        except SystemExit:  # uvicorn's way to say that the lifespan failed
            listener.close()
        if self.force_exit:  # uvicorn leaves the lifespan open then
            async with asyncio.timeout(_GRACEFUL_S):
                await self.lifespan.shutdown()
        return self.started

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready(self._app)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams = getattr(self._app.state, "end_streams", None)
        if end_streams is not None:  # else uvicorn would wait for them as long as it may
            await end_streams()
        await super().shutdown(sockets)

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
