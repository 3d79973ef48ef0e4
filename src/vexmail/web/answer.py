"""Answers from plain dicts, serialised once."""

from typing import Any

from fastapi import Response
from pydantic_core import to_json


def json_answer(body: Any, status: int = 200) -> Response:
    """Return ``body`` as JSON that no cache keeps."""
    return Response(
        to_json(body),
        status,
        headers={"Cache-Control": "no-store"},
        media_type="application/json",
    )


def listing(items: list[Any], next_cursor: str | None = None, total: int | None = None) -> Any:
    """Return the shape that every list has."""
    return {"items": items, "next_cursor": next_cursor, "total": total}
