"""The FastAPI application without its services."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from vexmail.web import problem
from vexmail.web.headers import SecurityHeaders
from vexmail.web.routes import (
    accounts,
    attachments,
    changes,
    client,
    emails,
    mailboxes,
    session,
    system,
)
from vexmail.web.services import WebServices

DESCRIPTION = """Mail over any IMAP account: lists, messages, flags, and a stream of changes.

Send an API token as `Authorization: Bearer TOKEN`; `vexmail token create NAME` makes one.
Errors are `application/problem+json` with a stable `code`.
"""

Running = Callable[[FastAPI], AbstractAsyncContextManager[WebServices]]


def application(version: str, running: Running) -> FastAPI:
    """Return the application; ``running`` gives it its services while it serves."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.stopping = asyncio.Event()
        async with running(app) as services:
            app.state.services = services
            yield
            app.state.stopping.set()

    app = FastAPI(
        title="VexMail",
        version=version,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url="/docs",
        redoc_url=None,
    )
    problem.install(app)
    app.add_middleware(SecurityHeaders)
    for module in (
        session,
        accounts,
        mailboxes,
        emails,
        attachments,
        changes,
        system,
        client,
    ):
        app.include_router(module.router)
    return app
