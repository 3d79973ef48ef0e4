"""Answers from plain dicts, serialised once."""

from collections.abc import Mapping, Sequence

from fastapi import Response
from pydantic_core import to_json


def json_answer(body: Mapping[str, object], status: int = 200) -> Response:
    """Return ``body`` as JSON that no cache keeps."""
    return Response(
        to_json(body),
        status,
        headers={"Cache-Control": "no-store"},
        media_type="application/json",
    )


def listing(
    items: Sequence[object], next_cursor: str | None = None, total: int | None = None
) -> dict[str, object]:
    """Return the shape that every list has."""
    return {"items": items, "next_cursor": next_cursor, "total": total}
