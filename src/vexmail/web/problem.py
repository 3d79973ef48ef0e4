"""Errors on the wire: ``application/problem+json`` with a stable code (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from vexmail.domain.errors import (
    Conflict,
    NotFound,
    PermanentError,
    TransientError,
    VexMailError,
)
from vexmail.usecases.sign_in import LinkInvalid
from vexmail.web.headers import EVERYWHERE
from vexmail.web.schemas.problems import Problem

log = structlog.get_logger()

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_NO_ENDPOINT = "There is no such endpoint. /docs lists those there are."


class ApiError(Exception):
    """A refusal decided by a route."""

    def __init__(
        self, status: int, code: str, detail: str, *, retry_after: float | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    retry_after: float | None = None,
) -> Response:
    """Return an error answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors is not None:
        body["errors"] = errors
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, round(retry_after)))
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"  # RFC 9110 §11.6.1
    return Response(to_json(body), status, headers=headers, media_type="application/problem+json")


def of_error(error: VexMailError) -> Response:
    """Return the answer for one of our errors: what the caller should do decides the status."""
    match error:
        case NotFound():
            return problem(404, error.code, str(error))
        case Conflict():
            return problem(409, error.code, str(error))
        case LinkInvalid():
            return problem(401, error.code, str(error))
        case TransientError():
            return problem(503, error.code, str(error), retry_after=error.retry_after or 5)
        case PermanentError():
            return problem(422, error.code, str(error))
        case _:
            log.error("web.defect", code=error.code, reason=str(error))
            return problem(500, error.code, "Something went wrong inside VexMail. See its log.")


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Turn every error of the application, which has these ``routes``, into a problem."""

    @app.exception_handler(ApiError)
    async def refused(_: Request, error: ApiError) -> Response:
        return problem(error.status, error.code, error.detail, retry_after=error.retry_after)

    @app.exception_handler(VexMailError)
    async def known(_: Request, error: VexMailError) -> Response:
        return of_error(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        found = [
            {
                "field": ".".join(str(p) for p in e["loc"][1:]) or str(e["loc"][0]),
                "message": e["msg"],
            }
            for e in error.errors()
        ]
        said = "; ".join(f"{f['field']}: {f['message']}" for f in found)
        return problem(422, "invalid_request", f"The request is not valid. {said}", errors=found)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return _wrong_method(request, routes)
        if error.status_code == HTTPStatus.BAD_REQUEST:  # the framework's word for such a body
            return problem(422, "invalid_request", "The body of the request is not valid JSON.")
        code = _CODES.get(error.status_code, "refused")
        return problem(error.status_code, code, str(error.detail))

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        log.error("web.defect", path=request.url.path, exc_info=error)
        answer = problem(500, "defect", "Something went wrong inside VexMail. See its log.")
        answer.headers.update(EVERYWHERE)  # this one is made outside of all middleware
        return answer


def _wrong_method(request: Request, routes: Sequence[BaseRoute]) -> Response:
    """Tell which methods a path takes (RFC 9110 §15.5.6), or that there is no such path."""
    path = request.url.path
    taken: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.path_regex.match(path):
            is_catch_all = "{path:path}" in route.path
            taken |= set() if is_catch_all and path.startswith("/api/") else route.methods or set()
    if not taken:
        return problem(404, "not_found", _NO_ENDPOINT)
    allowed = ", ".join(sorted(taken))
    answer = problem(405, "method_not_allowed", f"{path} takes {allowed} only.")
    answer.headers["Allow"] = allowed
    return answer


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of error answers for a route.

    Always among them: 401, and 503 for a database that is away.
    """
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase}
        for status in sorted({401, 503, *statuses})
    }
