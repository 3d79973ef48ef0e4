"""``Idempotency-Key`` at the border: which requests are the same, and their one answer."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Request, Response

from vexmail.domain.ids import UserId
from vexmail.usecases.answer_once import Answer, Promise
from vexmail.web.answer import json_answer
from vexmail.web.problem import ApiError
from vexmail.web.services import WebServices

LONGEST_KEY = 255

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of one's own; the same request with the same key is carried out once"
        " and answered alike for a day.",
    ),
]


async def answered_once(
    services: WebServices,
    request: Request,
    user_id: UserId,
    key: str | None,
    work: Callable[[Promise], Awaitable[Answer]],
) -> Response:
    """Carry work out for the first request with the key, and repeat its answer.

    Raises:
        ApiError: the key is no text that we keep.
    """
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise ApiError(
            422, "invalid_request", f"Idempotency-Key: 1 to {LONGEST_KEY} printable characters."
        )
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(await request.body())
    answer = await services.once(user_id, key, digest.digest(), work)
    return json_answer(answer.body, answer.status)
