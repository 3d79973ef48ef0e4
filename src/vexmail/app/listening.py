"""The socket that VexMail serves on."""

import errno
import socket

from vexmail.app.startup_problem import BadSettings, PortTaken

_NEIGHBOURS = 20  # ports to try after the usual one, before the system chooses
_BACKLOG = 2048  # connections that wait to be accepted; the kernel may allow fewer


def open_listener(host: str, port: int, *, exactly: bool) -> socket.socket:
    """Take a port; whoever connects before the web server is up is answered when it is.

    The socket listens at once, because one that is only bound reserves nothing: another process
    may bind the same port, and the later of the two fails when it begins to listen.

    Args:
        host: a host name or address of this machine.
        port: the port to prefer.
        exactly: no other port will do, because somebody asked for this one.

    Raises:
        PortTaken: it is in use and ``exactly`` is set.
        BadSettings: the host is not one of this machine's, or the port is not allowed.
    """
    family, address = _resolve(host, port)
    last = min(port + _NEIGHBOURS, 65535)
    candidates = [port] if exactly else [*range(port, last + 1), 0]
    for candidate in candidates:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, candidate))
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                continue
            where = f"{host}:{candidate}"
            message = f"VexMail cannot listen on {where}: {error.strerror}. {_hint(error)}"
            raise BadSettings(message) from error
        return listener
    message = f"Port {port} of {host} is taken. Set VEXMAIL_PORT to another one, or free it."
    raise PortTaken(message)


def address_of(listener: socket.socket, host: str) -> str:
    """Return the URL under which a browser on this machine reaches the socket."""
    port = listener.getsockname()[1]
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if listener.family == socket.AF_INET else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        message = f"VEXMAIL_HOST: '{host}' is not a host of this machine. Use 127.0.0.1."
        raise BadSettings(message) from error
    family, _, _, _, address = found[0]
    return family, str(address[0])


def _hint(error: OSError) -> str:
    if error.errno == errno.EACCES:
        return "Ports below 1024 need extra rights: set VEXMAIL_PORT to a higher one."
    return "Set VEXMAIL_HOST to an address of this machine."
