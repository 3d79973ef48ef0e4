"""From an open connection to a logged-in one: greeting, STARTTLS, capabilities, login, ENABLE."""

import asyncio
import ssl
from typing import Final

from vexmail.domain.errors import (
    AuthenticationFailed,
    ConnectionTimedOut,
    ProtocolViolation,
)
from vexmail.imap import wording
from vexmail.imap.connection import ImapConnection
from vexmail.imap.dial import upgrade
from vexmail.imap.encode import Astring, refuses, sasl_plain
from vexmail.imap.exchange import Answer, Exchange
from vexmail.imap.introduction import LONGEST_INTRODUCTION, introduce
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Condition
from vexmail.ports.mail_server import Credentials, Security, ServerAddress

GREETING: Final = 30.0  # seconds; servers look up our address before they greet
STEP: Final = 30.0  # seconds per command before login
AUTHENTICATION: Final = 60.0  # seconds; servers slow down guessers


async def log_in(
    connection: ImapConnection,
    address: ServerAddress,
    credentials: Credentials,
    context: ssl.SSLContext,
) -> Exchange:
    """Return the dialogue, logged in, with the capabilities that hold then, and introduced."""
    exchange = Exchange(connection, credentials)
    authenticated = await _greeting(exchange, address)
    if address.security is Security.STARTTLS:
        await _start_tls(exchange, address, context)
    if not authenticated:
        await _capabilities(exchange)
        exchange.capabilities_told = False
        await _authenticate(exchange, credentials)
        connection.logged_in()
    # "CAPABILITY in the tagged OK is optional" (RFC 9051 §6.2.2): ask where it was not given.
    await _capabilities(exchange)
    await introduce(exchange)
    return exchange


async def _greeting(exchange: Exchange, address: ServerAddress) -> bool:
    """Read the greeting; tell whether the server takes us as logged in already (PREAUTH)."""
    with exchange.guard():
        greeting = await _first_response(exchange, address)
        exchange.introduction = greeting.text[:LONGEST_INTRODUCTION]
        exchange.note(greeting)
        authenticated = greeting.status == "PREAUTH"
        if greeting.status not in {"OK", "PREAUTH"}:
            raise wording.not_imap(address)
        if authenticated and address.security is Security.STARTTLS:
            # STARTTLS is legal before login only; an attacker could say PREAUTH to prevent it.
            raise wording.refused_tls(address, "skips the step in which encryption is set up.")
        exchange.connection.greeted(authenticated=authenticated)
    return authenticated


async def _first_response(exchange: Exchange, address: ServerAddress) -> Condition:
    try:
        async with asyncio.timeout(GREETING):  # however steadily its bytes drip
            greeting = parse_response(await exchange.next_unit(GREETING))
    except (ConnectionTimedOut, TimeoutError) as error:
        raise wording.no_greeting(address) from error
    except ProtocolViolation as error:
        raise wording.not_imap(address) from error
    if not isinstance(greeting, Condition) or greeting.tag:
        raise wording.not_imap(address)
    return greeting


async def _start_tls(exchange: Exchange, address: ServerAddress, context: ssl.SSLContext) -> None:
    await _capabilities(exchange)
    if "STARTTLS" not in exchange.capabilities:
        exchange.connection.abort()
        raise wording.refused_tls(address, "does not offer STARTTLS.")
    answer = await exchange.run("STARTTLS", total=STEP)
    if answer.tagged.status != "OK":
        exchange.connection.abort()
        raise wording.refused_tls(address, "would not begin encryption.")
    await upgrade(exchange.connection, address, context)
    # Everything learned in clear text is void (RFC 9051 §6.2.1).
    exchange.capabilities = frozenset()
    exchange.capabilities_told = False


async def _capabilities(exchange: Exchange) -> None:
    if exchange.capabilities_told:
        return
    answer = await exchange.run("CAPABILITY", total=STEP)
    if answer.tagged.status != "OK" or not exchange.capabilities_told:
        exchange.connection.abort()
        raise ProtocolViolation("The mail server does not say what it can do.")


async def _authenticate(exchange: Exchange, credentials: Credentials) -> None:
    if refuses(credentials.username) or refuses(credentials.password):
        raise AuthenticationFailed(
            "The user name or password holds a line break or NUL. Type them again."
        )
    offered = exchange.capabilities
    if "AUTH=PLAIN" in offered:
        answer = await _plain(exchange, credentials)
        if answer.tagged.status != "BAD" or "LOGINDISABLED" in offered:
            _check(answer, credentials)
            return
    elif "LOGINDISABLED" in offered:
        raise wording.login_forbidden()
    _check(await _login(exchange, credentials), credentials)


async def _plain(exchange: Exchange, credentials: Credentials) -> Answer:
    message = sasl_plain(credentials)
    if "SASL-IR" in exchange.capabilities:  # RFC 4959
        return await exchange.run("AUTHENTICATE", "PLAIN", message, total=AUTHENTICATION)
    return await exchange.run(
        "AUTHENTICATE", "PLAIN", later=(message.encode("ascii") + b"\r\n",), total=AUTHENTICATION
    )


async def _login(exchange: Exchange, credentials: Credentials) -> Answer:
    return await exchange.run(
        "LOGIN",
        Astring(credentials.username),
        Astring(credentials.password),
        total=AUTHENTICATION,
    )


def _check(answer: Answer, credentials: Credentials) -> None:
    if answer.tagged.status != "OK":
        raise wording.login_refused(answer.tagged, credentials)
