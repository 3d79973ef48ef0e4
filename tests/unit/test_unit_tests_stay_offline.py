"""The guard around unit tests works."""

import asyncio
import socket

import pytest


def test_connecting_fails_the_test() -> None:
    with socket.socket() as sock, pytest.raises(AssertionError):
        sock.connect(("127.0.0.1", 9))


def test_offering_a_port_fails_the_test() -> None:
    with socket.socket() as sock, pytest.raises(AssertionError):
        sock.bind(("127.0.0.1", 0))


async def test_asyncio_is_guarded_too() -> None:
    with pytest.raises(AssertionError):
        await asyncio.open_connection("localhost", 9)


def test_processes_of_this_machine_may_still_talk() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"ping")
        assert there.recv(4) == b"ping"
