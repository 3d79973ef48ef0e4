"""Attachments: always files to save, never pages of ours."""

from urllib.parse import quote

from fastapi import APIRouter, Response

from vexmail.domain.ids import AttachmentId
from vexmail.web.auth import CurrentUser
from vexmail.web.ids import number
from vexmail.web.problem import answers
from vexmail.web.services import Services

router = APIRouter(tags=["attachments"])


@router.get(
    "/api/attachment/{attachment_id}/download",
    responses={200: {"content": {"application/octet-stream": {}}}, **answers(404, 503)},
    response_class=Response,
)
async def download(attachment_id: str, user: CurrentUser, services: Services) -> Response:
    """Return an attachment's bytes as a file to save."""
    key = AttachmentId(number(attachment_id, "attachment"))
    found = await services.attachments(user.id, key)
    headers = {
        "Content-Disposition": disposition(found.filename),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    # The sender's word for the type is not repeated: a browser that saves needs none, and one
    # that shows would act on it.
    return Response(found.data, media_type="application/octet-stream", headers=headers)


def disposition(filename: str) -> str:
    """Return the header that names a file to save (RFC 6266 §4.3), whatever the name holds.

    The plain form keeps what every client reads; the extended form (RFC 8187) has it all.
    """
    name = filename.replace("/", "_").replace("\\", "_").strip(". ") or "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"%;' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
