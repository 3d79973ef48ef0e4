"""Which parts are the text, which the HTML, and which are attachments.

Follows the reading of JMAP (RFC 8621 §4.1.4): the two bodies are lists of parts in order; of
alternatives each body takes its own kind; what neither shows is an attachment.
"""

from dataclasses import dataclass, field

from vexmail.mime.structure import Part

_MEDIA = ("image/", "audio/", "video/")
_TEXTS = {"text/plain", "text/html"}


@dataclass(slots=True)
class BodyChoice:
    """Leaves of a message by use, in the order of the message."""

    text: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    attachments: list[Part] = field(default_factory=list)


def choose_bodies(root: Part) -> BodyChoice:
    """Sort the leaves under ``root``; depth is bounded by ``limits.MAX_DEPTH``."""
    choice = BodyChoice()
    if root.is_multipart:
        _sort(root, choice, in_alternative=False)
    elif _is_body(root, "mixed", 0) and root.content_type in _TEXTS:
        choice.text.append(root)
        choice.html.append(root)
    elif root.content_type.startswith("text/") and root.disposition != "attachment":
        # RFC 2046 §4.1.4: a text kind we do not know is shown as plain text.
        choice.text.append(root)
        if root.content_type != "text/plain":
            choice.attachments.append(root)
    else:
        choice.attachments.append(root)
    return choice


def _sort(multipart: Part, choice: BodyChoice, *, in_alternative: bool) -> None:
    kind = _kind(multipart)
    text_before, html_before = len(choice.text), len(choice.html)
    takers = (True, True)
    for index, part in enumerate(_candidates(multipart, kind)):
        if part.is_multipart:
            _sort(part, choice, in_alternative=in_alternative or kind == "alternative")
        elif not _is_body(part, kind, index):
            choice.attachments.append(part)
        elif kind == "alternative":
            _body_for(part, choice).append(part)
        else:
            if in_alternative and part.content_type in _TEXTS:
                # This branch is one of several: it speaks for its own kind only.
                takers = (part.content_type == "text/plain", part.content_type == "text/html")
            _place(part, choice, takers)
    if kind == "alternative" and not in_alternative:
        # Only one of the two kinds was offered: it stands for both.
        if len(choice.text) == text_before:
            choice.text += choice.html[html_before:]
        elif len(choice.html) == html_before:
            choice.html += choice.text[text_before:]


def _body_for(part: Part, choice: BodyChoice) -> list[Part]:
    if part.content_type == "text/plain":
        return choice.text
    return choice.html if part.content_type == "text/html" else choice.attachments


def _place(part: Part, choice: BodyChoice, takers: tuple[bool, bool]) -> None:
    to_text, to_html = takers
    if to_text:
        choice.text.append(part)
    if to_html:
        choice.html.append(part)
    if part.content_type.startswith(_MEDIA):
        choice.attachments.append(part)  # pictures between texts are listed as well


def _candidates(multipart: Part, kind: str) -> list[Part]:
    """Return the children with the root of a ``related`` first (RFC 2387 §3.2, ``start``)."""
    children = multipart.children
    start = multipart.parameters.get("start", "").strip("<> ")
    if kind == "related" and start and children[0].content_id != start:
        return sorted(children, key=lambda part: part.content_id != start)
    return children


def _kind(part: Part) -> str:
    return part.content_type.partition("/")[2]


def _is_body(part: Part, kind: str, index: int) -> bool:
    if part.disposition == "attachment":
        return False
    media = part.content_type.startswith(_MEDIA)
    if not media and part.content_type not in _TEXTS:
        return False
    return index == 0 or (kind != "related" and (media or not part.filename))
