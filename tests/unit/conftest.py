"""Unit tests reach no network: an attempt fails the test that made it."""

import socket
from typing import Any, NoReturn

import pytest

_LOCAL_FAMILIES = {getattr(socket, "AF_UNIX", None)}  # what pipes between our own processes use


class NetworkUsedInUnitTest(AssertionError):
    """A unit test tried to reach or to offer something over a network."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse TCP, UDP and name resolution for the length of a test."""
    for name in ("connect", "connect_ex", "bind", "sendto"):
        allowed = getattr(socket.socket, name)

        def guarded(sock: socket.socket, *args: Any, _allowed: Any = allowed) -> Any:  # noqa: ANN401 - passes on whatever the call was given
            if sock.family in _LOCAL_FAMILIES:
                return _allowed(sock, *args)
            raise NetworkUsedInUnitTest(args)

        monkeypatch.setattr(socket.socket, name, guarded)

    def no_names(*args: object, **_: object) -> NoReturn:
        raise NetworkUsedInUnitTest(args)

    monkeypatch.setattr(socket, "getaddrinfo", no_names)
