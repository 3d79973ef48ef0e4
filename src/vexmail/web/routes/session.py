"""Signing in and out."""

from fastapi import APIRouter, Depends, Request, Response

from vexmail.store.queries.access import UserRow
from vexmail.usecases.sign_in import SESSION_LIFE
from vexmail.web.answer import json_answer
from vexmail.web.auth import (
    CurrentUser,
    cookie_name,
    current_user,
    refuse_cross_site,
    session_secret,
)
from vexmail.web.problem import answers
from vexmail.web.schemas.accounts import NewSession, Session
from vexmail.web.services import Services, WebServices

router = APIRouter(tags=["session"])


def session_view(user: UserRow, services: WebServices) -> dict[str, object]:
    """Return the running session in the shape of the API."""
    return {
        "user": {"id": str(user.id), "name": user.name, "role": user.role},
        "version": services.version,
        "demo_available": services.start_demo is not None,
    }


@router.get("/api/session", response_model=Session, responses=answers())
async def read_session(user: CurrentUser, services: Services) -> Response:
    """Tell who is signed in."""
    return json_answer(session_view(user, services))


@router.post("/api/session", response_model=Session, responses=answers(403, 422))
async def sign_in(body: NewSession, request: Request, services: Services) -> Response:
    """Sign in with a one-time link; sets the session cookie."""
    refuse_cross_site(request)
    agent = request.headers.get("user-agent", "")
    user, secret = await services.sign_in.use_link(body.link_token, agent)
    answer = json_answer(session_view(user, services))
    answer.set_cookie(
        cookie_name(secure=services.secure_cookies),
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services.secure_cookies,
    )
    return answer


@router.delete(
    "/api/session",
    status_code=204,
    responses=answers(403),
    dependencies=[Depends(current_user)],
)
async def sign_out(request: Request, services: Services) -> Response:
    """End this session."""
    secret = session_secret(request, services)
    if secret:
        await services.sign_in.sign_out(secret)
    answer = Response(status_code=204)
    answer.delete_cookie(
        cookie_name(secure=services.secure_cookies), secure=services.secure_cookies
    )
    return answer
