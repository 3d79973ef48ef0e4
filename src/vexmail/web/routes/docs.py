"""The API's documentation as a page: no script, nothing from anywhere else."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response

router = APIRouter(include_in_schema=False)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_STYLE = """
:root{color-scheme:light dark;font:15px/24px system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:26px;line-height:34px}h2{margin-top:2.5rem;border-bottom:1px solid #8886}
code{font:13px/20px ui-monospace,monospace}dt{margin-top:1rem}
dt b{display:inline-block;min-width:4.5rem;color:#14605a}
@media(prefers-color-scheme:dark){dt b{color:#6cc3b3}}
dd{margin:0 0 0 4.5rem}small{opacity:.8}
"""


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Return all endpoints with what they do, take and answer, from the OpenAPI document."""
    page = _page(request.app.openapi())
    headers = {"Content-Security-Policy": _POLICY}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def _page(document: dict[str, Any]) -> str:
    groups: dict[str, list[str]] = {}
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_endpoint(path, verb, operation))
    body = "".join(
        f"<h2>{escape(tag.capitalize())}</h2><dl>{''.join(items)}</dl>"
        for tag, items in groups.items()
    )
    info = document["info"]
    paragraphs = "".join(f"<p>{escape(p)}</p>" for p in info["description"].split("\n\n"))
    title = f"{escape(info['title'])} API {escape(info['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1>{paragraphs}<p>For programs: "
        f'<a href="/api/openapi.json">/api/openapi.json</a></p>{body}</body></html>'
    )


def _endpoint(path: str, verb: str, operation: dict[str, Any]) -> str:
    parameters = [
        f"<code>{escape(p['name'])}</code>{' (required)' if p.get('required') else ''}"
        for p in operation.get("parameters", ())
    ]
    shapes = [
        _shape(answer.get("content", {})) for answer in operation.get("responses", {}).values()
    ]
    lines = [escape(operation.get("description") or operation.get("summary", ""))]
    if parameters:
        lines.append(f"<small>Takes {', '.join(parameters)}</small>")
    if request := _shape(operation.get("requestBody", {}).get("content", {})):
        lines.append(f"<small>Body <code>{escape(request)}</code></small>")
    answers = ", ".join(
        f"{escape(status)} <code>{escape(shape)}</code>" if shape else escape(status)
        for status, shape in zip(operation.get("responses", {}), shapes, strict=True)
    )
    lines.append(f"<small>Answers {answers}</small>")
    return (
        f"<dt><b>{escape(verb.upper())}</b> <code>{escape(path)}</code></dt>"
        f"<dd>{'<br>'.join(lines)}</dd>"
    )


def _shape(content: dict[str, Any]) -> str:
    """Return the name of the first model in a body, or nothing."""
    for media in content.values():
        reference = str(media.get("schema", {}).get("$ref", ""))
        if reference:
            return reference.rpartition("/")[2]
    return ""
