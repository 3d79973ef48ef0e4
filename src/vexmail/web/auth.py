"""Who is asking: a session cookie or a bearer token."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vexmail.store.queries.access import UserRow, authenticate
from vexmail.web.problem import ApiError
from vexmail.web.services import Services

# For the OpenAPI document only: a session cookie lets in as well.
_Documented = Annotated[
    HTTPAuthorizationCredentials | None,
    Security(HTTPBearer(scheme_name="token", auto_error=False)),
]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(*, secure: bool) -> str:
    """Return the session cookie's name; ``__Host-`` binds it to this host (RFC 6265bis §4.1.3)."""
    return "__Host-vexmail_session" if secure else "vexmail_session"


def session_secret(request: Request, services: Services) -> str | None:
    """Return the session cookie's value, if there is one."""
    return request.cookies.get(cookie_name(secure=services.secure_cookies))


def refuse_cross_site(request: Request) -> None:
    """Refuse a write that another web site may have sent with our cookie.

    Browsers name the page that sends a write in ``Sec-Fetch-Site`` or ``Origin``; both are
    out of reach for scripts (Fetch standard, forbidden request-headers).
    """
    site = request.headers.get("sec-fetch-site")
    if site in {"same-origin", "none"}:
        return
    origin = request.headers.get("origin")
    if site is None and origin and urlsplit(origin).netloc == request.headers.get("host"):
        return
    raise ApiError(403, "cross_site", "This request did not come from VexMail's own pages.")


def bearer_token(request: Request) -> str | None:
    """Return the token of an ``Authorization: Bearer`` header (RFC 6750 §2.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def known_user(request: Request, services: Services) -> UserRow | None:
    """Return who is asking, or None."""
    bearer = bearer_token(request)
    session = None if bearer else session_secret(request, services)
    if bearer is None and session is None:
        return None
    async with services.reader() as driver:
        user = await authenticate(driver, session=session, bearer=bearer)
    if user is not None and session is not None and request.method not in _SAFE:
        refuse_cross_site(request)
    return user


async def current_user(request: Request, services: Services, _: _Documented) -> UserRow:
    """Return who is asking.

    Raises:
        ApiError: 401 when nobody we know.
    """
    user = await known_user(request, services)
    if user is None:
        raise ApiError(
            401,
            "unauthenticated",
            "Sign in first, or send an API token as `Authorization: Bearer TOKEN`.",
        )
    return user


CurrentUser = Annotated[UserRow, Depends(current_user)]
