"""How large a request may be: our bodies are a few lines of JSON."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vexmail.web.problem import problem

MOST = 1 << 20  # octets
_DETAIL = f"A request may have {MOST >> 20} MiB at most."


class BodyLimit:
    """Refuses bodies above ``MOST`` before they are held in memory.

    A length that is announced is refused at once; without one the octets are counted.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as long as it stays within the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced[:20]) > MOST:
            await problem(413, "too_large", _DETAIL)(scope, receive, send)
            return
        taken = 0

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST:
                # The one kind of error that FastAPI lets through while it reads a body.
                raise HTTPException(413, _DETAIL)
            return message

        await self._app(scope, count, send)
