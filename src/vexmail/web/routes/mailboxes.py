"""The mailbox tree."""

from fastapi import APIRouter, Response

from vexmail.store.queries import mailboxes as views
from vexmail.web.answer import json_answer, listing
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import own_account
from vexmail.web.problem import answers
from vexmail.web.schemas.mail import MailboxList
from vexmail.web.services import Services

router = APIRouter(tags=["mailboxes"])


@router.get("/api/mailboxes", response_model=MailboxList, responses=answers(404))
async def list_mailboxes(
    user: CurrentUser, services: Services, account: str | None = None
) -> Response:
    """List mailboxes: per account the inbox, then roles, then names."""
    account_id = await own_account(services.reader, user.id, account)
    async with services.reader() as driver:
        items = await views.tree(driver, user.id, account_id)
    return json_answer(listing(items, total=len(items)))
