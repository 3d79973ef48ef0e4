"""The built client: read once, served compressed, hashed files for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from fastapi import Response
from pydantic_core import to_json

FOR_EVER = "public, max-age=31536000, immutable"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
_BOOT = '<script type="application/json" id="boot">'
_MISSING = """<!doctype html><html lang="en"><head><title>VexMail</title></head><body>
<p>The web client is not built. Run <code>make run</code>, which builds it, or
<code>npm ci &amp;&amp; npm run build</code> in the folder frontend.</p></body></html>"""


@dataclass(frozen=True, slots=True)
class _File:
    media_type: str
    hashed: bool
    variants: Mapping[str, bytes]


class StaticFiles:
    """Files of one folder; nothing outside of it can be named."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, _File] = {}
        self._page = _MISSING
        if not (folder / "index.html").is_file():
            return
        self._page = (folder / "index.html").read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if path.is_file() and not hidden and path.suffix not in {".br", ".gz"}:
                self._files[name] = _read(path, name)
        self._files.pop("index.html", None)

    def answer(self, name: str, headers: Mapping[str, str]) -> Response | None:
        """Return the file of that name in the best encoding the client takes, or None."""
        file = self._files.get(name)
        if file is None:
            return None
        accepted = _accepted(headers.get("accept-encoding", ""))
        encoding = next((e for e in _ENCODINGS if e in file.variants and e in accepted), "")
        answer = {
            "Cache-Control": FOR_EVER if file.hashed else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if encoding:
            answer["Content-Encoding"] = encoding
        return Response(file.variants[encoding], media_type=file.media_type, headers=answer)

    def index(self, boot: Mapping[str, object]) -> str:
        """Return the client's page with the facts of its first paint as a JSON data block.

        ``<`` is written as an escape, so no text of a message can end the block early.
        """
        data = to_json(boot).decode().replace("<", "\\u003c")
        block = f"{_BOOT}{data}</script>"
        start = self._page.find(_BOOT)
        if start >= 0:
            end = self._page.index("</script>", start) + len("</script>")
            return self._page[:start] + block + self._page[end:]
        return self._page.replace("</head>", block + "</head>", 1)


def _accepted(header: str) -> set[str]:
    """Return the encodings that an Accept-Encoding names and does not weigh with 0 (RFC 9110)."""
    offers = (offer.partition(";") for offer in header.lower().split(","))
    return {
        name.strip()
        for name, _, weight in offers
        if weight.replace(" ", "").rstrip("0.") not in {"q=", "q"}
    }


def _read(path: Path, name: str) -> _File:
    variants = {"": path.read_bytes()}
    for encoding, suffix in _ENCODINGS.items():
        packed = path.with_name(path.name + suffix)
        if packed.is_file():
            variants[encoding] = packed.read_bytes()
    media_type = guess_type(name)[0] or "application/octet-stream"
    return _File(media_type, name.startswith("assets/"), variants)
