"""Every refused login says what to do next, and never the password."""

import ssl

import pytest

from tests.protocol.connecting import LOGIN, failure, scripted_failure
from tests.support.dovecot import Dovecot
from tests.support.imap_session import at
from vexmail.domain.errors import (
    AuthenticationFailed,
    ConnectionLost,
    LoginUnavailable,
    PermanentError,
    ServerSaidBye,
    TlsFailed,
    TooManyConnections,
    VexMailError,
)
from vexmail.ports.mail_server import Credentials, Security


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", AuthenticationFailed),
        ("NO [AUTHORIZATIONFAILED] no access", AuthenticationFailed),
        ("NO [EXPIRED] password too old", AuthenticationFailed),
        ("NO Login failed: wrong password", AuthenticationFailed),
        ("NO [ALERT] Application-specific password required", AuthenticationFailed),
        ("NO [UNAVAILABLE] database down", LoginUnavailable),
        ("NO [LIMIT] too many logins", TooManyConnections),
        ("NO [INUSE] locked", LoginUnavailable),
        ("NO Temporary authentication failure", LoginUnavailable),
        ("NO Maximum number of connections from user+IP exceeded", TooManyConnections),
        ("NO [PRIVACYREQUIRED] use TLS", TlsFailed),
        ("BAD unknown command", AuthenticationFailed),
    ],
)
async def test_a_refused_login_is_sorted_by_what_to_do_next(
    answer: str, kind: type[VexMailError]
) -> None:
    error = await scripted_failure(LOGIN + f"S: {{tag}} {answer}\n! silence")

    assert type(error) is kind


async def test_a_server_that_repeats_the_password_does_not_get_it_into_our_error() -> None:
    error = await scripted_failure(
        LOGIN + 'S: {tag} BAD cannot parse LOGIN "ann" "s3cret pass"\n! silence'
    )

    assert "s3cret" not in str(error)


async def test_a_wrong_password_on_dovecot_is_refused(dovecot: Dovecot) -> None:
    dovecot.add_user("wrongpw", "right")
    context = ssl.create_default_context(cafile=str(dovecot.ca_file))

    error = await failure(
        at(dovecot.tls_port, Security.TLS), Credentials("wrongpw", "wrong"), context
    )

    assert isinstance(error, AuthenticationFailed)
    assert isinstance(error, PermanentError)


async def test_logindisabled_without_another_way_asks_for_encryption() -> None:
    error = await scripted_failure(
        "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS] hello\n! silence"
    )

    assert isinstance(error, TlsFailed)
    assert "not sent" in str(error)


async def test_a_line_break_in_the_password_never_reaches_the_wire() -> None:
    error = await scripted_failure(
        "S: * OK [CAPABILITY IMAP4rev1] hello\n! silence",
        credentials=Credentials("ann", "x\r\na2 DELETE INBOX"),
    )

    assert isinstance(error, AuthenticationFailed)


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_an_end_during_login_is_told_at_once(ending: str) -> None:
    error = await scripted_failure(LOGIN + f"! {ending}")

    assert isinstance(error, ConnectionLost)


async def test_a_bye_during_login_is_passed_on_in_the_servers_words() -> None:
    error = await scripted_failure(LOGIN + "S: * BYE going down\n! close")

    assert isinstance(error, ServerSaidBye)
    assert "going down" in str(error)
