"""The address VexMail serves on, and the link a person on this machine gets."""

import socket

import pytest

from vexmail.app.listening import address_of, open_listener
from vexmail.app.startup_problem import BadSettings, PortTaken


@pytest.mark.parametrize(
    ("host", "complaint"),
    [
        ("192.0.2.1", "VexMail cannot listen on 192.0.2.1:"),  # RFC 5737: nobody's address
        ("no such host", "VEXMAIL_HOST: 'no such host' is not a host of this machine"),
    ],
)
def test_a_host_that_is_not_of_this_machine_is_refused(host: str, complaint: str):
    with pytest.raises(BadSettings) as caught:
        open_listener(host, 0, exactly=True)

    assert str(caught.value).startswith(complaint)


def test_the_next_free_port_is_taken_unless_one_was_asked_for():
    with open_listener("127.0.0.1", 0, exactly=True) as first:
        port = first.getsockname()[1]
        with open_listener("127.0.0.1", port, exactly=False) as second:
            assert second.getsockname()[1] > port
        with pytest.raises(PortTaken, match=f"Port {port} of 127.0.0.1 is taken"):
            open_listener("127.0.0.1", port, exactly=True)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        ("localhost", "http://localhost:"),
    ],
)
def test_the_link_works_in_a_browser_on_this_machine(host: str, shown: str):
    with open_listener(host, 0, exactly=True) as listener:
        assert address_of(listener, host) == f"{shown}{listener.getsockname()[1]}"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_ipv6_address_stands_in_brackets():
    try:
        listener = open_listener("::1", 0, exactly=True)
    except BadSettings:
        pytest.skip("this machine has no IPv6 loopback")
    with listener:
        assert address_of(listener, "::1") == f"http://[::1]:{listener.getsockname()[1]}"
