"""The mailbox tree, its changes, and emails added to a mailbox."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from vexmail.domain.flags import ANSWERED, DRAFT, FLAGGED, IMPORTANT, SEEN, Flags
from vexmail.domain.ids import AccountId, MailboxId
from vexmail.store.queries import mailboxes as views
from vexmail.usecases.answer_once import Answer, Promise
from vexmail.usecases.change_mailboxes import MailboxChange
from vexmail.web.answer import json_answer, listing
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import number, own_account
from vexmail.web.once import IdempotencyKey, answered_once
from vexmail.web.problem import ApiError, answers
from vexmail.web.schemas.actions import Label
from vexmail.web.schemas.mail import MailboxList
from vexmail.web.schemas.mailboxes import ImportedEmail, MailboxEdit, MailboxOutcome, NewMailbox
from vexmail.web.services import Services

router = APIRouter(tags=["mailboxes"])

FlagName = Literal["read", "starred", "flagged", "answered", "draft"]
_FLAGS = {
    "read": SEEN,
    "starred": FLAGGED,
    "flagged": IMPORTANT,
    "answered": ANSWERED,
    "draft": DRAFT,
}
_MESSAGE = "message/rfc822"
_MESSAGE_BODY = {
    "requestBody": {
        "required": True,
        "description": "The whole email (RFC 5322), up to 50 MiB.",
        "content": {
            _MESSAGE: {
                "schema": {"type": "string", "format": "binary"},
                "example": "From: ann@example.com\r\nSubject: Kept\r\n\r\nFor later.\r\n",
            }
        },
    }
}


@router.get("/api/mailboxes", response_model=MailboxList, responses=answers(404))
async def list_mailboxes(
    user: CurrentUser, services: Services, account: str | None = None
) -> Response:
    """List mailboxes: per account the inbox, then roles, then names."""
    account_id = await own_account(services.reader, user.id, account)
    async with services.reader() as driver:
        items = await views.tree(driver, user.id, account_id)
    return json_answer(listing(items, total=len(items)))


@router.post(
    "/api/mailboxes",
    status_code=201,
    response_model=MailboxOutcome,
    responses=answers(403, 404, 409, 422),
)
async def create_mailbox(
    request: Request,
    body: NewMailbox,
    user: CurrentUser,
    services: Services,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create a mailbox: shown at once, made on the mail server as soon as it can be reached."""
    account_id = AccountId(number(body.account_id, "account"))
    parent_id = None if body.parent_id is None else _mailbox(body.parent_id)

    async def work(promise: Promise) -> Answer:
        outcome = await services.mailboxes.create(
            user.id, account_id, body.name, parent_id, promise
        )
        return Answer(201, outcome.answer())

    return await answered_once(services, request, user.id, idempotency_key, work)


@router.patch(
    "/api/mailboxes/{mailbox_id}",
    response_model=MailboxOutcome,
    responses=answers(403, 404, 409, 422),
)
async def change_mailbox(
    mailbox_id: str, body: MailboxEdit, user: CurrentUser, services: Services
) -> Response:
    """Rename a mailbox, move it below another one, subscribe to it, follow it live, or end these.

    All mailboxes below it go along. The inbox and mailboxes with a role keep their names.
    """
    change = MailboxChange(body.name, subscribed=body.subscribed)
    if "parent_id" in body.model_fields_set:
        parent_id = None if body.parent_id is None else _mailbox(body.parent_id)
        change = replace(change, parent_id=parent_id)
    key = _mailbox(mailbox_id)
    if body.watched is not None:
        await services.watch_mailbox(user.id, key, watched=body.watched)
    outcome = await services.mailboxes.change(user.id, key, change)
    return json_answer(outcome.answer())


@router.delete(
    "/api/mailboxes/{mailbox_id}",
    response_model=MailboxOutcome,
    responses=answers(403, 404, 409, 422),
)
async def delete_mailbox(
    mailbox_id: str,
    user: CurrentUser,
    services: Services,
    *,
    permanent: Annotated[bool, Query(description="Its emails for good, not to Trash.")] = False,
) -> Response:
    """Delete a mailbox and all below it; the emails in them go to Trash first.

    A mailbox that turns out to hold emails which nobody has seen is kept, and comes back.
    """
    outcome = await services.mailboxes.delete(user.id, _mailbox(mailbox_id), permanent=permanent)
    return json_answer(outcome.answer())


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an added email is marked as, and when it arrived."""

    flag: Annotated[list[FlagName] | None, Query(description="What it is marked as.")] = None
    label: Annotated[list[Label] | None, Query(description="Keywords that it gets.")] = None
    received_at: Annotated[
        datetime | None,
        Query(description="When it arrived; now when absent.", examples=["2026-11-22T08:00:00Z"]),
    ] = None

    @property
    def flags(self) -> Flags:
        """Return flags and keywords as the server keeps them."""
        return frozenset(_FLAGS[name] for name in self.flag or ()) | frozenset(self.label or ())

    @property
    def moment(self) -> datetime | None:
        """Return the arrival in UTC, which a time without a zone is taken for."""
        if self.received_at is None or self.received_at.tzinfo:
            return self.received_at and self.received_at.astimezone(UTC)
        return self.received_at.replace(tzinfo=UTC)


@router.post(
    "/api/mailboxes/{mailbox_id}/emails",
    status_code=201,
    response_model=ImportedEmail,
    responses=answers(403, 404, 409, 413, 415, 422),
    openapi_extra=_MESSAGE_BODY,
)
async def import_email(
    request: Request,
    mailbox_id: str,
    user: CurrentUser,
    services: Services,
    arrival: Annotated[Arrival, Depends()],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Add an email to a mailbox: shown at once, and sent to the mail server byte for byte.

    Lines are made to end in CRLF, and an email without a Message-ID gets one; nothing else
    is changed.
    """
    key = _mailbox(mailbox_id)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _MESSAGE:
        raise ApiError(415, "unsupported_media_type", f"Send the email as {_MESSAGE}.")

    async def work(promise: Promise) -> Answer:
        raw = await request.body()
        done = await services.imports(user.id, key, raw, (arrival.flags, arrival.moment), promise)
        return Answer(201, done.answer())

    return await answered_once(services, request, user.id, idempotency_key, work)


def _mailbox(text: str) -> MailboxId:
    return MailboxId(number(text, "mailbox"))
