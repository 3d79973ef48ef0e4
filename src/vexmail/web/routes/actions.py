"""Actions on many emails, their undo, and wishes that a server refused."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from vexmail.domain.ids import IntentId, MailboxId, MessageId, OperationId
from vexmail.store.queries.moments import iso, iso_or_none
from vexmail.store.queries.rejected_intents import rejected
from vexmail.usecases.act_on_emails import Action, Outcome, Request
from vexmail.web.answer import json_answer, listing
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import number, numbers
from vexmail.web.problem import ApiError, answers
from vexmail.web.schemas.actions import ActionOutcome, Batch, Operation, RejectedIntentList
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


@router.get("/api/operations/{operation_id}", response_model=Operation, responses=answers(404))
async def read_operation(operation_id: str, user: CurrentUser, services: Services) -> Response:
    """Tell how far an action has come on the mail server."""
    row = await services.actions.look(user.id, _operation(operation_id))
    return json_answer(
        {
            "id": str(row.id),
            "action": row.action,
            "matched": row.matched,
            "changed": row.changed,
            "pending": row.pending,
            "rejected": row.rejected,
            "created_at": iso(row.created_at),
            "undone_at": iso_or_none(row.undone_at),
        }
    )


@router.post(
    "/api/operations/{operation_id}/undo",
    response_model=ActionOutcome,
    responses=answers(403, 404, 409),
)
async def undo(operation_id: str, user: CurrentUser, services: Services) -> Response:
    """Take an action back: cancel what is pending, reverse what is done."""
    return json_answer(_view(await services.actions.undo(user.id, _operation(operation_id))))


@router.get("/api/intents/rejected", response_model=RejectedIntentList, responses=answers())
async def list_rejected(user: CurrentUser, services: Services) -> Response:
    """List wishes that a mail server refused, newest first, with the reason."""
    async with services.reader() as driver:
        items = await rejected(driver, user.id)
    return json_answer(listing(items, total=len(items)))


@router.post(
    "/api/intents/{intent_id}/retry", response_model=ActionOutcome, responses=answers(403, 404)
)
async def retry(intent_id: str, user: CurrentUser, services: Services) -> Response:
    """Try a refused wish again."""
    key = IntentId(number(intent_id, "wish"))
    return json_answer(_view(await services.actions.retry(user.id, key)))


@router.delete("/api/intents/{intent_id}", status_code=204, responses=answers(403, 404))
async def drop(intent_id: str, user: CurrentUser, services: Services) -> Response:
    """Forget a refused wish."""
    await services.actions.drop(user.id, IntentId(number(intent_id, "wish")))
    return Response(status_code=204)


def _view(outcome: Outcome) -> dict[str, object]:
    return {
        "operation_id": str(outcome.operation_id),
        "matched": outcome.matched,
        "changed": outcome.changed,
        "failures": [
            {"email_id": str(f.message_id), "code": f.code, "detail": f.detail}
            for f in outcome.failures
        ],
    }


def _mailbox(text: str) -> MailboxId:
    return MailboxId(number(text, "mailbox"))


def _operation(text: str) -> OperationId:
    return OperationId(number(text, "operation"))
