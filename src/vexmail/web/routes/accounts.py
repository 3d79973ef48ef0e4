"""Accounts: add, change, remove, sync now, demo."""

from collections.abc import Awaitable
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from vexmail.domain.errors import (
    Conflict,
    DatabaseUnavailable,
    NotFound,
    PermanentError,
    TransientError,
)
from vexmail.domain.ids import AccountId
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.store.queries import accounts as views
from vexmail.usecases.answer_once import Answer, Promise
from vexmail.usecases.manage_accounts import AccountDetails
from vexmail.web.answer import json_answer, listing
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import number
from vexmail.web.once import IdempotencyKey, answered_once
from vexmail.web.problem import ApiError, answers
from vexmail.web.schemas.accounts import (
    Account,
    AccountChange,
    AccountList,
    ImapLogin,
    NewAccount,
    SyncRequest,
    SyncStarted,
)
from vexmail.web.services import Services

router = APIRouter(tags=["accounts"])

T = TypeVar("T")


@router.get("/api/accounts", response_model=AccountList, responses=answers())
async def list_accounts(user: CurrentUser, services: Services) -> Response:
    """List the user's accounts, oldest first."""
    async with services.reader() as driver:
        items = await views.of_user(driver, user.id)
    return json_answer(listing(items, total=len(items)))


@router.post(
    "/api/accounts", status_code=201, response_model=Account, responses=answers(403, 409, 422)
)
async def add_account(
    request: Request,
    body: NewAccount,
    user: CurrentUser,
    services: Services,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Try to log in, then add the account; ``code`` names the step that failed."""
    imap, credentials = _login(body.imap)
    details = AccountDetails(body.email, body.name, imap, credentials)

    async def work(promise: Promise) -> Answer:
        return Answer(201, await _tried(services.accounts.add(user.id, details, promise)))

    return await answered_once(services, request, user.id, idempotency_key, work)


@router.patch(
    "/api/accounts/{account_id}", response_model=Account, responses=answers(403, 404, 422)
)
async def change_account(
    account_id: str, body: AccountChange, user: CurrentUser, services: Services
) -> Response:
    """Rename an account, or try another login and keep it when it works."""
    key = AccountId(number(account_id, "account"))
    login = None if body.imap is None else _login(body.imap)
    change = services.accounts.change(user.id, key, name=body.name, login=login)
    return json_answer(await _tried(change))


@router.delete("/api/accounts/{account_id}", status_code=204, responses=answers(403, 404))
async def remove_account(account_id: str, user: CurrentUser, services: Services) -> Response:
    """Forget an account and all that is held of it here; its mail stays on the server."""
    await services.accounts.remove(user.id, AccountId(number(account_id, "account")))
    return Response(status_code=204)


@router.post("/api/demo", status_code=201, response_model=Account, responses=answers(403, 404, 409))
async def start_demo(user: CurrentUser, services: Services) -> Response:
    """Start a mail server with made-up mail on this machine and add its account."""
    if services.start_demo is None:
        raise NotFound("The demo is not available on this server.")
    return json_answer(await services.start_demo(user.id), 201)


@router.post(
    "/api/sync", status_code=202, response_model=SyncStarted, responses=answers(403, 404, 422)
)
async def sync_now(
    user: CurrentUser, services: Services, body: SyncRequest | None = None
) -> Response:
    """Look at all mailboxes now, of one account or of all."""
    async with services.reader() as driver:
        ids = [a["id"] for a in await views.of_user(driver, user.id)]
    if body is not None and body.account_id is not None:
        if body.account_id not in ids:
            raise NotFound("There is no such account.")
        ids = [body.account_id]
    for account_id in ids:
        services.sync.sync_now(AccountId(int(account_id)))
    return json_answer({"accounts": ids}, 202)


def _login(imap: ImapLogin) -> tuple[ServerAddress, Credentials]:
    address = ServerAddress(imap.host, imap.port, Security(imap.security))
    return address, Credentials(imap.username, imap.password.get_secret_value())


async def _tried(attempt: Awaitable[T]) -> T:
    """Turn a failed connection test into 422: the person who asked must change something."""
    try:
        return await attempt
    except (Conflict, NotFound, DatabaseUnavailable):
        raise
    except (TransientError, PermanentError) as error:
        raise ApiError(422, error.code, str(error)) from error
