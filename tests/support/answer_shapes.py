"""Holds what the API really answers to the models that document it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic_core import from_json

from vexmail.web.application import ROUTERS
from vexmail.web.schemas.changes import Change
from vexmail.web.schemas.problems import Problem

CHANGE: TypeAdapter[Any] = TypeAdapter(Change)
_PROBLEM: TypeAdapter[Any] = TypeAdapter(Problem)


class WrongShape(AssertionError):
    """An answer is not what the OpenAPI document says."""


def api_routes() -> Iterator[APIRoute]:
    """Yield every documented route."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                yield route


_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    route.unique_id: TypeAdapter(route.response_model)
    for route in api_routes()
    if route.response_model
}


def assert_exactly(adapter: TypeAdapter[Any], answered: object, where: str) -> None:
    """Assert that ``answered`` has each field of the model in its type, and no other, at any depth.

    Raises:
        WrongShape, ValidationError: it has not.
    """
    model = adapter.validate_python(answered, strict=True)
    again = adapter.dump_python(model, mode="json", by_alias=True, exclude_unset=True)
    if again != answered:
        raise WrongShape(f"{where}: {_difference(again, answered)}")


async def check_shape(answer: httpx.Response) -> None:
    """Check one answer of the API; an event hook for httpx."""
    kind = answer.headers.get("content-type", "")
    path = answer.request.url.path
    where = f"{answer.request.method} {path} {answer.status_code}"
    if kind == "application/problem+json":
        await answer.aread()
        assert_exactly(_PROBLEM, from_json(answer.content), where)
        _check_documented(answer, where)
    elif kind == "application/json" and path != "/api/openapi.json":
        await answer.aread()
        route = _route(answer.request)
        if route is None or route.unique_id not in _ADAPTERS:
            raise WrongShape(f"{where}: JSON from a route without a model")
        if answer.status_code != (route.status_code or 200):
            raise WrongShape(f"{where}: another status than documented")
        assert_exactly(_ADAPTERS[route.unique_id], from_json(answer.content), where)


def _route(request: httpx.Request) -> APIRoute | None:
    for route in api_routes():
        if request.method in (route.methods or ()) and re.match(route.path_regex, request.url.path):
            return route
    return None


def _check_documented(answer: httpx.Response, where: str) -> None:
    """Refusals that any request may meet stand in no route: too large, wrong method, a defect."""
    route = _route(answer.request)
    if route is not None and answer.status_code not in {*route.responses, 405, 413, 500}:
        raise WrongShape(f"{where}: an error that the route does not document")


def _difference(documented: object, answered: object, path: str = "") -> str:
    if isinstance(documented, dict) and isinstance(answered, dict):
        for key in documented.keys() | answered.keys():
            if documented.get(key) != answered.get(key):
                return _difference(documented.get(key), answered.get(key), f"{path}.{key}")
    if isinstance(documented, list) and isinstance(answered, list):
        for number, (one, other) in enumerate(zip(documented, answered, strict=True)):
            if one != other:
                return _difference(one, other, f"{path}[{number}]")
    return f"at {path or '.'} documented {documented!r}, answered {answered!r}"
