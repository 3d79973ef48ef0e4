"""Every way a connection can fail gives its own error, at once, with a sentence that helps."""

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.protocol.connecting import LOGIN, failure, scripted_failure
from tests.support.certificates import server_context, write_certificate
from tests.support.dovecot import Dovecot
from tests.support.imap_session import at, session_with
from tests.support.scripted_imap import Peer, ScriptedImap, after_login, transcript
from vexmail.domain.errors import (
    CertificateRejected,
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    HostLookupFailed,
    HostNotFound,
    ProtocolViolation,
    ServerSaidBye,
    Throttled,
    TlsFailed,
    TooManyConnections,
    TransientError,
)
from vexmail.imap import dial, exchange, login
from vexmail.ports.mail_server import Security, ServerAddress


async def test_an_unknown_host_is_said_to_be_unknown() -> None:
    error = await failure(ServerAddress("no-such-host.invalid", 993, Security.TLS))

    assert error.code == "host_not_found"
    assert "no-such-host.invalid" in str(error)
    assert isinstance(error, HostNotFound | HostLookupFailed)


async def test_a_name_that_is_no_name_is_not_found() -> None:
    error = await failure(ServerAddress("a" * 70 + ".example", 993, Security.TLS))

    assert isinstance(error, HostNotFound | HostLookupFailed)


@pytest.mark.parametrize("host", ["", "  ", "a\0b", "a..b"])
async def test_an_impossible_name_is_not_looked_up_as_this_machine(host: str) -> None:
    error = await failure(ServerAddress(host, 993, Security.TLS))

    assert isinstance(error, HostNotFound)


async def test_a_name_service_that_is_down_is_tried_again() -> None:
    def down(*_: object, **__: object) -> None:
        raise OSError(socket.EAI_AGAIN, "Temporary failure in name resolution")

    with patch("socket.getaddrinfo", down):
        error = await failure(ServerAddress("mail.example", 993, Security.TLS))

    assert isinstance(error, TransientError)
    assert error.code == "host_not_found"


async def test_a_closed_port_refuses(closed_port: int) -> None:
    error = await failure(at(closed_port))

    assert isinstance(error, ConnectionRefused)
    assert str(closed_port) in str(error)


async def test_a_host_with_two_addresses_that_both_refuse_refuses(closed_port: int) -> None:
    error = await failure(at(closed_port, host="localhost"))

    assert isinstance(error, ConnectionRefused)


async def test_a_certificate_nobody_vouches_for_is_rejected(dovecot: Dovecot) -> None:
    for port, security in ((dovecot.tls_port, Security.TLS), (dovecot.port, Security.STARTTLS)):
        error = await failure(at(port, security))

        assert isinstance(error, CertificateRejected)
        assert "self-signed" in str(error)


async def test_a_certificate_for_another_host_is_rejected(tmp_path: Path) -> None:
    write_certificate(tmp_path, "mail.example")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))

    async with ScriptedImap(transcript("! silence"), context=server_context(tmp_path)) as server:
        error = await failure(at(server.port, Security.TLS, host="localhost"), context=trusting)

    assert isinstance(error, CertificateRejected)
    assert "localhost" in str(error)


async def test_tls_to_a_port_that_speaks_clear_text_names_the_setting(dovecot: Dovecot) -> None:
    error = await failure(at(dovecot.port, Security.TLS))

    assert isinstance(error, TlsFailed)
    assert "STARTTLS" in str(error)


async def test_clear_text_to_a_tls_port_ends_in_time(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "GREETING", 0.3)

    error = await failure(at(dovecot.tls_port, Security.NONE))

    assert isinstance(error, ConnectionTimedOut)
    assert "choose TLS" in str(error)


async def test_a_server_without_starttls_never_sees_the_password() -> None:
    error = await scripted_failure(
        """
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello
        ! silence
        """,
        Security.STARTTLS,
    )

    assert isinstance(error, TlsFailed)


async def test_a_refused_starttls_never_falls_back_to_clear_text() -> None:
    error = await scripted_failure(
        """
        S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello
        C: STARTTLS
        S: {tag} NO not today
        ! silence
        """,
        Security.STARTTLS,
    )

    assert isinstance(error, TlsFailed)


@pytest.mark.parametrize(
    "injected", [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", b"* CAPAB", b"a1 OK done\r\n"]
)
async def test_bytes_injected_after_starttls_end_the_connection(injected: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.send("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello")
        await peer.command("STARTTLS")
        await peer.send(peer.tag.encode() + b" OK begin\r\n" + injected)
        await peer.silence()

    error = await scripted_failure(script, Security.STARTTLS)

    assert isinstance(error, TlsFailed)
    assert "clear text" in str(error)


async def test_preauth_is_refused_where_starttls_is_demanded() -> None:
    error = await scripted_failure(
        """
        S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome back
        ! silence
        """,
        Security.STARTTLS,
    )

    assert isinstance(error, TlsFailed)


async def test_a_greeting_of_bye_is_passed_on_in_the_servers_words() -> None:
    error = await scripted_failure("S: * BYE [UNAVAILABLE] Going down for a while\n! close")

    assert isinstance(error, ServerSaidBye)
    assert "Going down for a while" in str(error)


async def test_a_greeting_of_bye_for_too_many_connections_is_known_as_that() -> None:
    error = await scripted_failure("S: * BYE [UNAVAILABLE] Too many connections from you\n! close")

    assert isinstance(error, TooManyConnections)
    assert "Too many connections from you" in str(error)


@pytest.mark.parametrize("status", ["NO", "BAD"])
async def test_a_server_that_names_a_time_to_wait_is_understood(status: str) -> None:
    error = await scripted_failure(
        "S: * OK [CAPABILITY IMAP4rev1] hello\nC: LOGIN *\n"
        f"S: {{tag}} {status} Request is throttled. Suggested Backoff Time: 2500 milliseconds\n"
        "! silence"
    )

    assert isinstance(error, Throttled)
    assert error.retry_after == 2.5


@pytest.mark.parametrize(
    "greeting", ["S: 220 mail.example ESMTP", "S: +OK POP3 ready", "S: * 1 EXISTS", "S: a1 OK hi"]
)
async def test_another_protocol_is_not_taken_for_imap(greeting: str) -> None:
    error = await scripted_failure(greeting + "\n! silence")

    assert isinstance(error, ProtocolViolation)
    assert "not an IMAP server" in str(error)


async def test_no_greeting_ends_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "GREETING", 0.2)

    error = await scripted_failure("! silence")

    assert isinstance(error, ConnectionTimedOut)


async def test_a_tls_handshake_that_never_answers_ends_after_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dial, "HANDSHAKE", 0.2)

    error = await scripted_failure("! silence", Security.TLS)

    assert isinstance(error, ConnectionTimedOut)


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_a_connection_cut_before_the_greeting_is_lost(ending: str) -> None:
    error = await scripted_failure(f"! {ending}")

    assert isinstance(error, ConnectionLost)


async def test_silence_inside_an_answer_ends_after_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "SILENCE", 0.2)
    script = after_login(
        """
        C: NOOP
        S| * OK half a li
        ! silence
        """
    )

    async with session_with(script) as session:
        with pytest.raises(ConnectionTimedOut):
            await session.noop()
        with pytest.raises(ConnectionTimedOut):  # and the session is over
            await session.noop()


async def test_a_cancelled_command_ends_its_connection() -> None:
    async with session_with(after_login("C: NOOP\n! silence")) as session:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                await session.noop()

        with pytest.raises(ConnectionLost):
            await session.noop()


async def test_nothing_of_a_session_reaches_the_log_of_the_library(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with session_with(after_login("C: NOOP\nS: {tag} OK done")) as session:
            await session.noop()

    assert "s3cret" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("aioimaplib")]


async def test_no_task_is_left_after_failures() -> None:
    before = asyncio.all_tasks()

    for ending in ("close", "reset"):
        await scripted_failure(LOGIN + f"! {ending}")

    left = asyncio.all_tasks() - before
    assert not {task for task in left if not task.done() and "_serve" not in repr(task)}
