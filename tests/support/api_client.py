"""Our HTTP interface as a program uses it: bearer token, pages, server-sent events.

Every answer and every change is held to the model that documents it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.answer_shapes import CHANGE, assert_exactly, check_shape
from tests.support.product import TOKEN

Item = dict[str, Any]
_PATIENCE = httpx.Timeout(60.0)


class UnexpectedAnswer(AssertionError):
    """The status was not the expected one; the message holds the answer."""


class ApiClient:
    """Calls with a token; every answer's status is checked."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **params: str | int) -> Any:  # noqa: ANN401 - whatever JSON came
        """GET, expecting 200."""
        return _checked(await self.http.get(path, params=params), 200)

    async def post(self, path: str, body: object = None, *, status: int = 200) -> Any:  # noqa: ANN401 - whatever JSON came
        """POST JSON (nothing if None), expecting ``status``."""
        content = b"" if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        answer = await self.http.post(path, content=content, headers=headers)
        return _checked(answer, status)

    async def all_items(self, path: str, **params: str | int) -> list[Item]:
        """Follow the cursors of a list to its end."""
        items: list[Item] = []
        cursor: str | None = None
        while True:
            extra = {} if cursor is None else {"cursor": cursor}
            page = await self.get(path, **{"limit": 200, **params, **extra})
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    @asynccontextmanager
    async def events(self, last_event_id: int | None = None) -> AsyncIterator[AsyncIterator[Item]]:
        """Open the stream of changes; the iterator yields each change's JSON."""
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        async with self.http.stream("GET", "/api/events", headers=headers) as answer:
            if answer.status_code != 200:
                raise UnexpectedAnswer(f"{answer.status_code}: {await answer.aread()!r}")
            yield _changes(answer)


@asynccontextmanager
async def api_client(
    url: str, token: str = TOKEN, *, checked: bool = True
) -> AsyncIterator[ApiClient]:
    """Open a client for the product at ``url``.

    With ``checked`` off nothing is held to the models: for measuring.
    """
    headers = {"Authorization": f"Bearer {token}"}
    hooks = {"response": [check_shape]} if checked else {}
    async with httpx.AsyncClient(
        base_url=url,
        headers=headers,
        timeout=_PATIENCE,
        trust_env=False,
        event_hooks=hooks,
        verify=False,
    ) as http:
        yield ApiClient(http)


async def _changes(answer: httpx.Response) -> AsyncIterator[Item]:
    """Read the event stream: comments are skipped, a blank line ends an event."""
    data: list[str] = []
    async for line in answer.aiter_lines():
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            change = json.loads("\n".join(data))
            assert_exactly(CHANGE, change, "event")
            yield change
            data.clear()


def _checked(answer: httpx.Response, status: int) -> Any:  # noqa: ANN401 - whatever JSON came
    if answer.status_code != status:
        raise UnexpectedAnswer(f"{answer.request.url}: {answer.status_code} {answer.text[:500]}")
    return answer.json() if answer.content else None
