"""From a host name to an open connection: lookup, TCP, TLS, each with a deadline and an error."""

import asyncio
import socket
import ssl
from typing import Final

from vexmail.imap import wording
from vexmail.imap.connection import ImapConnection
from vexmail.imap.framer import Limits
from vexmail.ports.mail_server import Security, ServerAddress

LOOKUP: Final = 15.0  # seconds; a resolver tries each of its servers for 5
CONNECT: Final = 15.0  # seconds per address
HANDSHAKE: Final = 20.0  # seconds
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 4))  # seconds

_Target = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


async def dial(
    address: ServerAddress, context: ssl.SSLContext, limits: Limits | None = None
) -> ImapConnection:
    """Open a connection; with TLS at once where the address says so.

    Raises:
        HostNotFound, HostLookupFailed, ConnectionRefused, ConnectionTimedOut, ConnectionLost,
        CertificateRejected, TlsFailed.
    """
    loop = asyncio.get_running_loop()
    sock = await _connect(address, loop)
    tls = address.security is Security.TLS
    try:
        async with asyncio.timeout(HANDSHAKE):
            _, connection = await loop.create_connection(
                lambda: ImapConnection(loop, limits),
                sock=sock,
                ssl=context if tls else None,
                server_hostname=_tls_name(address) if tls else None,
            )
    except OSError as error:
        sock.close()
        raise wording.tls_failed(address, error) from error
    except BaseException:
        sock.close()
        raise
    return connection


async def upgrade(
    connection: ImapConnection, address: ServerAddress, context: ssl.SSLContext
) -> None:
    """Put TLS on a connection whose server just agreed to STARTTLS (RFC 9051 §6.2.1).

    Raises:
        TlsFailed: bytes came in clear text after the agreement: somebody may have put them there
            to be taken for the server's.
    """
    if not connection.is_quiet:
        connection.abort()
        raise wording.refused_tls(address, "sent more in clear text after STARTTLS.")
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(HANDSHAKE):
            transport = await loop.start_tls(
                connection.transport, connection, context, server_hostname=_tls_name(address)
            )
    except OSError as error:
        connection.abort()
        raise wording.tls_failed(address, error) from error
    if transport is None:
        raise wording.tls_failed(address, ConnectionResetError())
    connection.transport = transport
    if not connection.is_quiet:
        connection.abort()
        raise wording.refused_tls(address, "sent more in clear text after STARTTLS.")


def _tls_name(address: ServerAddress) -> str:
    return address.host.strip().rstrip(".")


async def _connect(address: ServerAddress, loop: asyncio.AbstractEventLoop) -> socket.socket:
    """Return a connected socket: every address of the name in the resolver's order."""
    first: Exception | None = None
    for family, target in await _resolve(address, loop):
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # no file handle is left, or the machine lacks this family
            first = first or wording.connect_failed(address, error)
            continue
        try:
            sock.settimeout(0)
            _tune(sock)
            async with asyncio.timeout(CONNECT):
                await loop.sock_connect(sock, target)
        except OSError as error:
            sock.close()
            failure = wording.connect_failed(address, error)
            # "Refused" says more than "unreachable", which an unused IPv6 address often gives.
            if first is None or isinstance(error, ConnectionRefusedError):
                first = failure
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise first or wording.timed_out(address)


async def _resolve(
    address: ServerAddress, loop: asyncio.AbstractEventLoop
) -> list[tuple[socket.AddressFamily, _Target]]:
    if not address.host.strip():
        raise wording.lookup_failed(address, OSError())  # "" would mean this machine
    try:
        async with asyncio.timeout(LOOKUP):
            found = await loop.getaddrinfo(
                address.host.strip(), address.port, type=socket.SOCK_STREAM
            )
    except TimeoutError as error:
        again = OSError(socket.EAI_AGAIN, "timed out")
        raise wording.lookup_failed(address, again) from error
    except ValueError as error:  # holds NUL, or IDNA cannot encode it: no name
        raise wording.lookup_failed(address, OSError()) from error
    except OSError as error:
        raise wording.lookup_failed(address, error) from error
    unique = dict.fromkeys((family, target) for family, _, _, _, target in found)
    return list(unique)


def _tune(sock: socket.socket) -> None:
    """Notice a dead network under an idle connection; send small commands at once."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in _KEEPALIVE:
        option = getattr(socket, name, None)  # not every platform has them
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, seconds)
