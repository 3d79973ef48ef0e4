"""Emails: list, open, mark."""

from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Response

from vexmail.domain.errors import NotFound
from vexmail.domain.flags import FLAGGED, IMPORTANT, SEEN, FlagEdit
from vexmail.domain.ids import MessageId
from vexmail.store.queries import emails, mailboxes
from vexmail.store.queries.access import UserRow
from vexmail.web.answer import json_answer, listing
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import number, own_account
from vexmail.web.problem import ApiError, answers
from vexmail.web.schemas.mail import (
    AttachmentList,
    Email,
    EmailList,
    EmailSummary,
    Role,
    Toggle,
)
from vexmail.web.services import Services, WebServices

router = APIRouter(tags=["emails"])


@dataclass(frozen=True, slots=True)
class PagePart:
    """Which part of a list is wanted."""

    limit: int = 50
    cursor: str | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which emails a list shows."""

    mailbox: str | None = None
    account: str | None = None
    unread: bool | None = None
    starred: bool | None = None
    flagged: bool | None = None
    has_attachment: bool | None = None


async def page_part(
    *,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    offset: Annotated[int | None, Query(ge=0, le=100_000_000)] = None,
) -> PagePart:
    """Read the part from the query string."""
    return PagePart(limit, cursor, offset)


async def wanted_emails(
    *,
    mailbox: Annotated[str | None, Query(max_length=100, description="Id or role.")] = None,
    account: Annotated[str | None, Query(max_length=100)] = None,
    unread: bool | None = None,
    starred: bool | None = None,
    flagged: bool | None = None,
    has_attachment: bool | None = None,
) -> Wanted:
    """Read the filter from the query string."""
    return Wanted(mailbox, account, unread, starred, flagged, has_attachment)


@router.get("/api/emails", response_model=EmailList, responses=answers(404, 422))
async def list_emails(
    user: CurrentUser,
    services: Services,
    wanted: Annotated[Wanted, Depends(wanted_emails)],
    part: Annotated[PagePart, Depends(page_part)],
) -> Response:
    """List emails, newest first; without ``mailbox`` those of all inboxes."""
    return json_answer(await email_list(services, user, wanted, part))


async def email_list(
    services: WebServices, user: UserRow, wanted: Wanted, part: PagePart
) -> dict[str, object]:
    """Return one page of the list, for the route and for the client's first paint."""
    if part.cursor is not None and part.offset is not None:
        raise ApiError(422, "invalid_request", "Send either cursor or offset, not both.")
    chosen = emails.EmailFilter(
        wanted.unread, wanted.starred, wanted.flagged, wanted.has_attachment
    )
    is_role = wanted.mailbox is None or wanted.mailbox in get_args(Role)
    if not is_role:
        number(wanted.mailbox or "", "mailbox")
    account = await own_account(services.reader, user.id, wanted.account)
    async with services.reader() as driver:
        boxes = await mailboxes.choose(driver, user.id, wanted.mailbox, account)
        if not boxes and not is_role:
            raise NotFound("There is no such mailbox.")
        try:
            items, next_cursor = await emails.page(
                driver,
                boxes,
                chosen,
                limit=part.limit,
                cursor=part.cursor,
                offset=part.offset or 0,
            )
        except emails.BadCursor as error:
            detail = "The cursor is not one of ours. Start again without it."
            raise ApiError(422, "invalid_cursor", detail) from error
        total = await emails.count(driver, boxes, chosen)
    return listing(items, next_cursor, total)


@router.get("/api/email/{email_id}", response_model=Email, responses=answers(404, 503))
async def read_email(email_id: str, user: CurrentUser, services: Services) -> Response:
    """Return one whole email, fetched from the server first if it is not here yet."""
    return json_answer(await services.messages(user.id, _key(email_id)))


@router.get(
    "/api/email/{email_id}/raw",
    responses={200: {"content": {"text/plain": {}}}, **answers(404, 503)},
    response_class=Response,
)
async def read_raw(email_id: str, user: CurrentUser, services: Services) -> Response:
    """Return the email's bytes as the server sent them, as plain text."""
    raw = await services.messages.raw(user.id, _key(email_id))
    # Text of no known charset: shown byte by byte, never sniffed, never run.
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(raw, media_type="text/plain; charset=utf-8", headers=headers)


@router.get(
    "/api/email/{email_id}/attachments", response_model=AttachmentList, responses=answers(404, 503)
)
async def list_attachments(email_id: str, user: CurrentUser, services: Services) -> Response:
    """List an email's attachments in the order of its parts."""
    view = await services.messages(user.id, _key(email_id))
    return json_answer(listing(view["attachments"], total=len(view["attachments"])))


@router.post(
    "/api/emails/{email_id}/read", response_model=EmailSummary, responses=answers(403, 404)
)
async def mark_read(email_id: str, user: CurrentUser, services: Services) -> Response:
    """Mark as read."""
    return await _edit(services, user, email_id, FlagEdit(add=frozenset({SEEN})))


@router.post(
    "/api/emails/{email_id}/unread", response_model=EmailSummary, responses=answers(403, 404)
)
async def mark_unread(email_id: str, user: CurrentUser, services: Services) -> Response:
    """Mark as unread."""
    return await _edit(services, user, email_id, FlagEdit(remove=frozenset({SEEN})))


@router.post(
    "/api/emails/{email_id}/star", response_model=EmailSummary, responses=answers(403, 404, 422)
)
async def star(
    email_id: str, user: CurrentUser, services: Services, body: Toggle | None = None
) -> Response:
    """Set or remove the star; an empty body toggles."""
    return await _toggle(services, user, email_id, FLAGGED, "is_starred", body)


@router.post(
    "/api/emails/{email_id}/flag", response_model=EmailSummary, responses=answers(403, 404, 422)
)
async def flag(
    email_id: str, user: CurrentUser, services: Services, body: Toggle | None = None
) -> Response:
    """Set or remove importance; an empty body toggles."""
    return await _toggle(services, user, email_id, IMPORTANT, "is_flagged", body)


async def _toggle(
    services: WebServices,
    user: UserRow,
    email_id: str,
    flag_name: str,
    shown_as: str,
    body: Toggle | None,
) -> Response:
    value = None if body is None else body.value
    if value is None:
        key = _key(email_id)
        async with services.reader() as driver:
            view = (await emails.by_ids(driver, user.id, [key])).get(key)
        if view is None:
            raise NotFound("There is no such email.")
        value = not view[shown_as]
    names = frozenset({flag_name})
    edit = FlagEdit(add=names) if value else FlagEdit(remove=names)
    return await _edit(services, user, email_id, edit)


async def _edit(services: WebServices, user: UserRow, email_id: str, edit: FlagEdit) -> Response:
    return json_answer(await services.intents(user.id, _key(email_id), edit))


def _key(email_id: str) -> MessageId:
    return MessageId(number(email_id, "email"))
