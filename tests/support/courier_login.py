"""What stands in for Courier's login program: greeting, CAPABILITY, LOGIN and AUTHENTICATE PLAIN.

It reads byte by byte: whatever a client sends after its login belongs to Courier.
"""

import base64
import re
import socket
from collections.abc import Mapping

_LITERAL = re.compile(r"\{(\d+)\}\Z")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def log_in(
    client: socket.socket, users: Mapping[str, str], capabilities: str
) -> tuple[str, str] | None:
    """Talk until somebody has logged in; return who and with which tag, or None."""
    offered = f"{capabilities} AUTH=PLAIN ACL ACL2=UNION"
    _say(client, f"* OK [CAPABILITY {offered}] Courier-IMAP ready.")
    while line := _command(client):
        tag, verb, words = line[0], line[1].upper() if len(line) > 1 else "", line[2:]
        if verb == "AUTHENTICATE":
            _say(client, "+ ")
            message = base64.b64decode(_line(client)).decode("utf-8", "replace")
            verb, words = "LOGIN", message.split("\0")[1:]
        if verb == "LOGIN" and len(words) == 2 and users.get(words[0]) == words[1]:
            return words[0], tag
        if verb == "LOGIN":
            _say(client, f"{tag} NO Login failed.")
        elif verb == "CAPABILITY":
            _say(client, f"* CAPABILITY {offered}")
            _say(client, f"{tag} OK CAPABILITY completed")
        elif verb == "LOGOUT":
            _say(client, "* BYE Courier-IMAP server shutting down")
            _say(client, f"{tag} OK LOGOUT completed")
            return None
        else:
            _say(client, f"{tag} {'OK NOOP completed' if verb == 'NOOP' else 'NO Error in IMAP'}")
    return None


def _say(client: socket.socket, line: str) -> None:
    client.sendall(line.encode() + b"\r\n")


def _line(client: socket.socket) -> str:
    """Return the next line without its end; nothing where the client has left."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = client.recv(1)
        if not byte:
            return ""
        line += byte
    return line.decode("utf-8", "replace").rstrip("\r\n")


def _command(client: socket.socket) -> list[str]:
    """Return the next command's words, literals put in."""
    text, literals = _line(client), []
    while announced := _LITERAL.search(text):
        _say(client, "+ go on")
        literals.append(
            b"".join(client.recv(1) for _ in range(int(announced[1]))).decode("utf-8", "replace")
        )
        text = f"{text[: announced.start()]}{{}}{_line(client)}"
    waiting = iter(literals)
    return [
        next(waiting) if atom == "{}" else atom or re.sub(r"\\(.)", r"\1", quoted)
        for quoted, atom in _WORD.findall(text)
    ]
