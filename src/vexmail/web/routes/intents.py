"""Wishes that are not done: on their way, given up, refused; try again or let go."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AccountId, IntentId, UserId
from vexmail.store.queries import intents
from vexmail.usecases.reconsider_wishes import Reconsidered, Selection
from vexmail.web.answer import json_answer, listing
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import number, numbers, own_account, position
from vexmail.web.problem import answers
from vexmail.web.schemas.actions import (
    Dropped,
    IntentKind,
    IntentList,
    IntentSelection,
    IntentState,
    Retried,
)
from vexmail.web.services import Services, WebServices

router = APIRouter(tags=["intents"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which wishes a list shows."""

    states: list[IntentState] | None
    kind: IntentKind | None
    account: str | None


async def wanted_intents(
    state: Annotated[
        list[IntentState] | None, Query(description="May be repeated; all three when absent.")
    ] = None,
    kind: IntentKind | None = None,
    account: Annotated[str | None, Query(max_length=100)] = None,
) -> Wanted:
    """Read the filter from the query string."""
    return Wanted(state, kind, account)


@router.get("/api/intents", response_model=IntentList, responses=answers(404, 422))
async def list_intents(
    user: CurrentUser,
    services: Services,
    wanted: Annotated[Wanted, Depends(wanted_intents)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """List wishes that are not done, newest first: what, with which email, and why not."""
    before = None if cursor is None else IntentId(position(cursor))
    account_id = await own_account(services.reader, user.id, wanted.account)
    chosen = intents.IntentFilter(wanted.states or intents.OPEN, wanted.kind, account_id)
    async with services.reader() as driver:
        items, after = await intents.page(driver, user.id, chosen, limit=limit, before=before)
        total = await intents.count(driver, user.id, chosen)
    return json_answer(listing(items, None if after is None else str(after), total))


@router.post("/api/intents/retry", response_model=Retried, responses=answers(403, 404, 409, 422))
async def retry_many(user: CurrentUser, services: Services, body: IntentSelection) -> Response:
    """Try wishes again; without ``ids`` all that were given up, of one kind or account."""
    meant = await _selection(services, user.id, body)
    return json_answer(_view(await services.wishes.retry(user.id, meant)))


@router.post("/api/intents/drop", response_model=Dropped, responses=answers(403, 404, 422))
async def drop_many(user: CurrentUser, services: Services, body: IntentSelection) -> Response:
    """Let wishes go; without ``ids`` all that were given up, of one kind or account."""
    meant = await _selection(services, user.id, body)
    return json_answer({"dropped": await services.wishes.drop(user.id, meant)})


@router.post(
    "/api/intents/{intent_id}/retry",
    response_model=Retried,
    responses=answers(403, 404, 409, 422),
)
async def retry(intent_id: str, user: CurrentUser, services: Services) -> Response:
    """Try a wish again that was given up, or hurry one that waits for its next try."""
    done = await services.wishes.retry(user.id, _only(intent_id))
    if not done.matched:
        raise NotFound("There is no such open wish.")
    return json_answer(_view(done))


@router.delete("/api/intents/{intent_id}", status_code=204, responses=answers(403, 404))
async def drop(intent_id: str, user: CurrentUser, services: Services) -> Response:
    """Let a wish go; what is still shown for it is taken back."""
    if not await services.wishes.drop(user.id, _only(intent_id)):
        raise NotFound("There is no such open wish.")
    return Response(status_code=204)


def _only(intent_id: str) -> Selection:
    return Selection([IntentId(number(intent_id, "open wish"))])


async def _selection(services: WebServices, user_id: UserId, body: IntentSelection) -> Selection:
    account_id: AccountId | None = await own_account(services.reader, user_id, body.account_id)
    ids = None if body.ids is None else [IntentId(i) for i in numbers(body.ids)]
    return Selection(ids, body.kind, account_id)


def _view(done: Reconsidered) -> dict[str, object]:
    return {
        "operation_id": None if done.operation_id is None else str(done.operation_id),
        "matched": done.matched,
        "changed": done.changed,
    }
