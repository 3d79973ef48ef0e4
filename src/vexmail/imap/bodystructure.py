"""BODYSTRUCTURE (RFC 9051 §7.5.2): does the message carry something a person would call a file?"""

from itertools import takewhile
from typing import Final

from vexmail.imap.tokens import Token

# Machinery of signing and encryption, not something to save.
_MACHINERY: Final = frozenset(
    {"pgp-signature", "pkcs7-signature", "x-pkcs7-signature", "pgp-encrypted"}
)
_TYPE, _SUBTYPE, _PARAMETERS, _CONTENT_ID = 0, 1, 2, 3
_BASIC_FIELDS: Final = 7  # type subtype parameters id description encoding size


def has_attachments(structure: Token) -> bool:
    """Tell whether a leaf part is an attachment.

    That is one with disposition ``attachment`` (RFC 2183 §2.2), an attached message, a part with
    a file name that is not an embedded picture, or an application part other than the machinery
    of signatures. Walks with its own stack: nesting is the sender's choice.
    """
    waiting: list[tuple[list[Token], bool]] = []
    if isinstance(structure, list):
        waiting.append((structure, False))
    while waiting:
        part, related = waiting.pop()
        if part and isinstance(part[0], list):
            bodies = list(takewhile(lambda item: isinstance(item, list), part))
            fields = part[len(bodies) :]  # subtype parameters disposition language location
            if len(fields) > 2 and _words(fields[2])[0] == "attachment":
                return True
            inside = bool(fields) and _lower(fields[0]) == "related"
            waiting.extend((body, inside) for body in bodies if isinstance(body, list))
        elif _is_attachment(part, related=related):
            return True
    return False


def _is_attachment(part: list[Token], *, related: bool) -> bool:
    if len(part) < _BASIC_FIELDS:
        return False
    kind, subtype = _lower(part[_TYPE]), _lower(part[_SUBTYPE])
    if subtype in _MACHINERY:
        return False
    disposition, disposition_parameters = _disposition(part, kind, subtype)
    if disposition == "attachment" or (kind == "message" and subtype in {"rfc822", "global"}):
        return True
    embedded = part[_CONTENT_ID] is not None and (related or disposition == "inline")
    if embedded and kind == "image":
        return False
    named = _has_name(part[_PARAMETERS]) or _has_name(disposition_parameters)
    return named or (kind == "application" and disposition != "inline" and not related)


def _disposition(part: list[Token], kind: str, subtype: str) -> tuple[str, Token]:
    # The disposition follows MD5, and fields before it differ by type: text has a line count,
    # message/rfc822 an envelope, a structure and a line count.
    index = _BASIC_FIELDS + 1
    if kind == "text":
        index += 1
    elif kind == "message" and subtype in {"rfc822", "global"}:
        index += 3
    return _words(part[index] if len(part) > index else None)


def _words(disposition: Token) -> tuple[str, Token]:
    """Return a disposition's kind, lower case, and its parameters."""
    if isinstance(disposition, list) and disposition:
        return _lower(disposition[0]), disposition[1] if len(disposition) > 1 else None
    return "", None


def _has_name(parameters: Token) -> bool:
    if not isinstance(parameters, list):
        return False
    # RFC 2231 adds "*" and numbers to a parameter's name.
    return any(_lower(key).partition("*")[0] in {"name", "filename"} for key in parameters[::2])


def _lower(token: Token) -> str:
    if isinstance(token, bytes):
        return token.decode("ascii", "replace").lower()
    return token.lower() if isinstance(token, str) else ""
