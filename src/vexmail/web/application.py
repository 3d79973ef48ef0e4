"""The FastAPI application without its services."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from typing_extensions import override

from vexmail.web import problem
from vexmail.web.body_limit import BodyLimit
from vexmail.web.headers import SecurityHeaders
from vexmail.web.routes import (
    accounts,
    actions,
    attachments,
    changes,
    client,
    docs,
    emails,
    intents,
    mailboxes,
    session,
    system,
)
from vexmail.web.services import WebServices

DESCRIPTION = """Mail over any IMAP account: lists, messages, flags, and a stream of changes.

Send an API token as `Authorization: Bearer TOKEN`; `vexmail token create NAME` makes one.
Errors are `application/problem+json` with a stable `code`.
"""

ROUTERS = tuple(
    module.router
    for module in (
        session,
        accounts,
        mailboxes,
        emails,
        actions,
        intents,
        attachments,
        changes,
        system,
        docs,
        client,
    )
)

Running = Callable[[FastAPI], AbstractAsyncContextManager[WebServices]]


def application(version: str, running: Running) -> FastAPI:
    """Return the application; ``running`` gives it its services while it serves."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(app) as services:
            app.state.services = services
            app.state.end_streams = services.tails.end
            yield

    app = _Documented(
        title="VexMail",
        version=version,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    problem.install(app, [route for router in ROUTERS for route in router.routes])
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    for router in ROUTERS:
        app.include_router(router)
    return app


class _Documented(FastAPI):
    """Describes the errors that are really answered."""

    @override
    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document.

        The framework adds an error of its own shape to every route with a parameter; ours say
        themselves when they answer 422. And it takes every model for ``application/json``.
        """
        if self.openapi_schema is None:
            document = super().openapi()
            for operations in document["paths"].values():
                for operation in operations.values():
                    operation["responses"] = dict(_as_answered(operation["responses"]))
            for name in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(name, None)
            self.openapi_schema = document
        return self.openapi_schema


def _as_answered(responses: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for status, answer in responses.items():
        if "HTTPValidationError" in str(answer):
            continue
        content = answer.get("content", {})
        if len(content) > 1:  # a stream: its model is for what it carries
            (kind,) = content.keys() - {"application/json"}
            yield status, {**answer, "content": {kind: content["application/json"]}}
        elif status >= "400" and "application/json" in content:
            content = {"application/problem+json": content["application/json"]}
            yield status, {**answer, "content": content}
        else:
            yield status, answer
