"""How large a request may be: our bodies are a few lines of JSON, but for whole emails."""

import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vexmail.web.problem import problem

MOST = 1 << 20  # octets
MOST_OF_AN_EMAIL = 50 << 20  # octets; what large providers take, and more than most
_EMAIL = re.compile(r"/api/mailboxes/[^/]+/emails")


class BodyLimit:
    """Refuses bodies above the limit of their path before they are held in memory.

    A length that is announced is refused at once; without one the octets are counted.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as long as it stays within the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_OF_AN_EMAIL if _EMAIL.fullmatch(scope["path"]) else MOST
        detail = f"A request to this address may have {most >> 20} MiB at most."
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced[:20]) > most:
            await problem(413, "too_large", detail)(scope, receive, send)
            return
        taken = 0

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                # The one kind of error that FastAPI lets through while it reads a body.
                raise HTTPException(413, detail)
            return message

        await self._app(scope, count, send)
