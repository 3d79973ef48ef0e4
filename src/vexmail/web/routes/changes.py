"""The stream of changes, and the same rows by polling."""

from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from vexmail.domain.ids import UserId
from vexmail.store.queries import changes
from vexmail.store.queries.moments import iso
from vexmail.web.answer import json_answer
from vexmail.web.auth import CurrentUser
from vexmail.web.change_stream import Told, told
from vexmail.web.problem import answers
from vexmail.web.schemas.changes import Change, ChangeList
from vexmail.web.services import Services, WebServices

log = structlog.get_logger()
router = APIRouter(tags=["changes"])

HEARTBEAT = 15  # seconds between comments that keep proxies from closing an idle stream
LONGEST = 600.0  # seconds; then the client reconnects, so that no stream outlives its session long
SEND_TIMEOUT = 30.0  # seconds a client may leave its stream unread before it is dropped
RECONNECT_MS = 1000


class ChangeStream(EventSourceResponse):
    """A stream that ends when its client does not read it."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            # The server closes the connection of an answer that is not complete.
            log.info("web.stream_dropped", unread_s=SEND_TIMEOUT)


@router.get("/api/changes", response_model=ChangeList, responses=answers(422))
async def list_changes(
    user: CurrentUser,
    services: Services,
    since: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Response:
    """List changes after a position, oldest first: the rows that the stream carries."""
    ends = await services.tails.ends(user.id)
    if _unknown(since, ends):
        return json_answer({"items": [], "next_since": ends.last, "reset": True})
    async with services.reader() as driver:
        items = await changes.after(driver, user.id, since, limit)
    last = items[-1]["seq"] if items else since
    return json_answer({"items": items, "next_since": last, "reset": False})


@router.get(
    "/api/events",
    response_class=EventSourceResponse,
    responses={
        200: {
            "model": Change,
            "description": "Server-sent events without a name; `data` is one change as JSON.",
            "content": {"text/event-stream": {}},
        },
        **answers(),
    },
)
async def events(
    user: CurrentUser,
    services: Services,
    last_event_id: Annotated[str | None, Header()] = None,
    resume_from: Annotated[str | None, Query(alias="last_event_id")] = None,
) -> ChangeStream:
    """Follow changes live; ``Last-Event-ID`` resumes after that change."""
    asked = last_event_id or resume_from
    ends = await services.tails.ends(user.id)
    is_position = asked and asked.isascii() and asked.isdigit() and len(asked) < 19
    after = int(asked) if asked and is_position else None
    lost = bool(asked) and (after is None or _unknown(after, ends))
    start = ends.last if after is None or lost else after
    return ChangeStream(
        _stream(services, user.id, start, _reset(services, ends.last) if lost else None),
        ping=HEARTBEAT,
        send_timeout=SEND_TIMEOUT,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(
    services: WebServices, user_id: UserId, after: int, first: Told | None
) -> AsyncIterator[ServerSentEvent]:
    ends_at = services.clock.monotonic() + LONGEST
    # An event without data sets the reconnect delay and the position, and fires nothing.
    yield ServerSentEvent(comment="connected", retry=RECONNECT_MS, id=str(after))
    if first is not None:
        yield ServerSentEvent(first.text, id=str(first.seq))
    async for change in services.tails.follow(user_id, after):
        if change is not None:
            yield ServerSentEvent(change.text, id=str(change.seq))
        if services.clock.monotonic() > ends_at:
            return


def _unknown(since: int, ends: changes.LogEnds) -> bool:
    """Tell whether a position is one that this log never gave or has forgotten."""
    return since > ends.last or (since + 1 < ends.first)


def _reset(services: WebServices, last: int) -> Told:
    return told(
        {
            "type": "reset",
            "seq": last,
            "time": iso(services.clock.now()),
            "account_id": None,
            "reason": "position_unknown",
            "mailbox_id": None,
        }
    )
