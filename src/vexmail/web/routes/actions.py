"""Actions on many emails, their progress, and their undo."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from vexmail.domain.errors import NotFound
from vexmail.domain.ids import MailboxId, MessageId, OperationId
from vexmail.store.queries import operations
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.outcome import Outcome
from vexmail.web.answer import json_answer, listing
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import number, numbers, position
from vexmail.web.problem import ApiError, answers
from vexmail.web.schemas.actions import ActionOutcome, Batch, Operation, OperationList
from vexmail.web.services import Services

router = APIRouter(tags=["actions"])


@router.post(
    "/api/emails/batch", response_model=ActionOutcome, responses=answers(403, 404, 413, 422)
)
async def act(body: Batch, user: CurrentUser, services: Services) -> Response:
    """Do one thing with many emails: shown at once, carried out on the server, undone by id."""
    if body.action in ("label", "unlabel") and body.label is None:
        raise ApiError(422, "invalid_request", "label: say which label.")
    if body.action in ("move", "copy") and body.mailbox is None:
        raise ApiError(422, "invalid_request", "mailbox: say where the emails shall go.")
    ids = [MessageId(i) for i in numbers(body.ids)]
    request = Request(
        Action(body.action),
        mailbox_id=None if body.mailbox is None else _mailbox(body.mailbox),
        source_id=None if body.source is None else _mailbox(body.source),
        label=body.label or "",
        permanent=body.permanent,
    )
    return json_answer(_view(await services.actions(user.id, ids, request)))


@router.delete(
    "/api/emails/{email_id}", response_model=ActionOutcome, responses=answers(403, 404, 422)
)
async def delete_email(
    email_id: str,
    user: CurrentUser,
    services: Services,
    *,
    permanent: Annotated[bool, Query(description="For good, not to Trash.")] = False,
) -> Response:
    """Move an email to Trash; one that lies there already is deleted for good."""
    key = MessageId(number(email_id, "email"))
    request = Request(Action.DELETE, permanent=permanent)
    outcome = await services.actions(user.id, [key], request)
    if not outcome.matched:
        raise ApiError(404, "not_found", "There is no such email.")
    if outcome.failures:
        failure = outcome.failures[0]
        raise ApiError(422, failure.code, failure.detail)
    return json_answer(_view(outcome))


@router.get("/api/operations", response_model=OperationList, responses=answers(422))
async def list_operations(
    user: CurrentUser,
    services: Services,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """List what was done with emails, newest first, and how far the mail servers have followed."""
    before = None if cursor is None else OperationId(position(cursor))
    async with services.reader() as driver:
        items, after = await operations.page(driver, user.id, limit=limit, before=before)
    return json_answer(listing(items, None if after is None else str(after)))


@router.get("/api/operations/{operation_id}", response_model=Operation, responses=answers(404))
async def read_operation(operation_id: str, user: CurrentUser, services: Services) -> Response:
    """Tell how far an action has come on the mail server."""
    async with services.reader() as driver:
        found = await operations.one(driver, user.id, _operation(operation_id))
    if found is None:
        raise NotFound("There is no such operation.")
    return json_answer(found)


@router.post(
    "/api/operations/{operation_id}/undo",
    response_model=ActionOutcome,
    responses=answers(403, 404, 409),
)
async def undo(operation_id: str, user: CurrentUser, services: Services) -> Response:
    """Take an action back: cancel what is pending, reverse what is done."""
    return json_answer(_view(await services.undo(user.id, _operation(operation_id))))


def _view(outcome: Outcome) -> dict[str, object]:
    return {
        "operation_id": str(outcome.operation_id),
        "matched": outcome.matched,
        "changed": outcome.changed,
        "failures": [
            {
                "email_id": None if f.message_id is None else str(f.message_id),
                "mailbox_id": None if f.mailbox_id is None else str(f.mailbox_id),
                "code": f.code,
                "detail": f.detail,
            }
            for f in outcome.failures
        ],
    }


def _mailbox(text: str) -> MailboxId:
    return MailboxId(number(text, "mailbox"))


def _operation(text: str) -> OperationId:
    return OperationId(number(text, "operation"))
