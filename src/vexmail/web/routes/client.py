"""The client's own pages and files, and the frame that message bodies are shown in."""

from fastapi import APIRouter, HTTPException, Request, Response

from vexmail.domain.errors import NotFound
from vexmail.store.queries import accounts, mailboxes
from vexmail.web.answer import listing
from vexmail.web.auth import known_user
from vexmail.web.headers import APP_POLICY, frame_policy
from vexmail.web.routes.emails import PagePart, Wanted, email_list
from vexmail.web.routes.session import session_view
from vexmail.web.services import Services, WebServices

router = APIRouter(include_in_schema=False)

_FRAME = """<!doctype html>
<html><head><meta charset="utf-8"><title>Message</title><style>
html,body{margin:0;padding:0;height:auto!important}
body{font:15px/24px "Atkinson Hyperlegible Next",system-ui,sans-serif;overflow-wrap:anywhere}
#vx{overflow-x:auto}
img{max-width:100%;height:auto}
blockquote{margin:8px 0;padding-inline-start:12px;border-inline-start:2px solid #8884}
pre{white-space:pre-wrap}
</style></head><body><div id="vx"></div></body></html>"""


@router.head("/mail-frame")
@router.get("/mail-frame")
async def mail_frame(request: Request) -> Response:
    """Return the constant shell that a message body is written into, under its own policy."""
    return Response(
        _FRAME,
        media_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": frame_policy(request.headers.get("host", "")),
            "Cache-Control": "private, max-age=3600",
            "X-DNS-Prefetch-Control": "off",
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


@router.head("/{path:path}")
@router.get("/{path:path}")
async def page(path: str, request: Request, services: Services) -> Response:
    """Return a file of the client, or its page for every path that it routes itself."""
    if path.startswith("api/"):
        raise HTTPException(405)  # if the path takes another method; 404 otherwise
    files = services.static
    found = files.answer(path, request.headers)
    if found is not None:
        return found
    if "." in path.rpartition("/")[2]:
        raise NotFound("There is no such file.")
    html = files.index(await _boot(request, services))
    return Response(
        html,
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": APP_POLICY, "Cache-Control": "no-store"},
    )


async def _boot(request: Request, services: WebServices) -> dict[str, object]:
    """Return what the first paint shows, so that it needs no second request."""
    user = await known_user(request, services)
    if user is None:
        empty = ("session", "accounts", "mailboxes", "emails", "change_seq")
        return dict.fromkeys(empty)
    # The position comes first: what is read after it can only be newer.
    ends = await services.tails.ends(user.id)
    async with services.reader() as driver:
        own = await accounts.of_user(driver, user.id)
        tree = await mailboxes.tree(driver, user.id)
    return {
        "session": session_view(user, services),
        "accounts": listing(own, total=len(own)),
        "mailboxes": listing(tree, total=len(tree)),
        "emails": await email_list(services, user, Wanted(), PagePart(limit=100)),
        "change_seq": ends.last,
    }
