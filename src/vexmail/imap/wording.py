"""Foreign failures to ``domain.errors``, each with a sentence that says what to do."""

import errno
import socket
import ssl
from typing import Final

from vexmail.domain.errors import (
    AuthenticationFailed,
    CertificateRejected,
    CommandRefused,
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    HostLookupFailed,
    HostNotFound,
    LoginUnavailable,
    MailboxFull,
    MailboxGone,
    MessageTooBig,
    ProtocolViolation,
    ServerSaidBye,
    TlsFailed,
    TooManyConnections,
    TooManyOpenFiles,
    TransientError,
    VexMailError,
)
from vexmail.imap.busy import gentle, is_crowded, wait_asked_for
from vexmail.imap.encode import quoted, sasl_plain
from vexmail.imap.mailbox_names import decode_name
from vexmail.imap.responses import Condition
from vexmail.ports.mail_server import Credentials, Security, ServerAddress

_LONGEST_QUOTE: Final = 300  # characters of a server's text that we repeat

# RFC 5530 §3 codes of what may work later, and one that Yahoo uses.
_LATER: Final = frozenset({"UNAVAILABLE", "LIMIT", "INUSE", "SERVERBUG", "OVERQUOTA", "THROTTLED"})
_FINAL: Final = frozenset(
    {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "CONTACTADMIN", "NONEXISTENT"}
)
# Texts of servers that give no code, or ALERT, for the same.
_LATER_TEXTS: Final = (
    "too many",
    "try again",
    "temporar",
    "rate limit",
    "throttl",
    "not available",
    "unavailable",
    "connection limit",
    "internal error",
    "internal server error",
    "maximum number of connections",
)
_NO_HANDLES: Final = {errno.EMFILE, errno.ENFILE}
# EAI_SYSTEM: the resolver's own files could not be read, as when no file handle is left.
_LOOK_AGAIN: Final = {
    socket.EAI_AGAIN,
    socket.EAI_MEMORY,
    getattr(socket, "EAI_SYSTEM", socket.EAI_AGAIN),
    errno.EAGAIN,
}


def where(address: ServerAddress) -> str:
    """Return host and port as people write them."""
    return f"{address.host}:{address.port}"


def lookup_failed(address: ServerAddress, error: OSError) -> VexMailError:
    """Translate what ``getaddrinfo`` raised."""
    if error.errno in _LOOK_AGAIN:
        return HostLookupFailed(
            f"The server name {address.host} could not be looked up just now. Check the spelling "
            "and this machine's network; it will be tried again."
        )
    return HostNotFound(
        f"There is no server called {address.host}. Check the spelling of the IMAP server's name."
    )


def connect_failed(address: ServerAddress, error: OSError) -> VexMailError:
    """Translate what connecting a socket raised."""
    place = where(address)
    if error.errno in _NO_HANDLES:
        return TooManyOpenFiles(
            "VexMail has as many files and connections open as this machine lets it. Raise the"
            " limit (ulimit -n, or LimitNOFILE of the service); it will be tried again."
        )
    if isinstance(error, ConnectionRefusedError):
        return ConnectionRefused(
            f"{place} refused the connection. Check the port (993 for TLS, 143 for STARTTLS) and "
            "whether the server is running."
        )
    if isinstance(error, TimeoutError):
        return timed_out(address)
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return ConnectionLost(f"{place} closed the connection. It will be tried again.")
    return ConnectionTimedOut(
        f"{place} cannot be reached from this machine ({error.strerror or 'network error'}). "
        "Check the network, a firewall or VPN, and the server's name."
    )


def timed_out(address: ServerAddress) -> VexMailError:
    """Return the error for no answer while connecting."""
    return ConnectionTimedOut(
        f"{where(address)} did not answer in time. Check the server's name and port; a firewall "
        "may be in the way."
    )


def no_greeting(address: ServerAddress) -> VexMailError:
    """Return the error for a connection that opens and then says nothing."""
    advice = (
        "Try again later."
        if address.security is Security.TLS
        else "If this port is for TLS (usually 993), choose TLS."
    )
    return ConnectionTimedOut(f"{where(address)} takes the connection but does not greet. {advice}")


def not_imap(address: ServerAddress) -> VexMailError:
    """Return the error for a greeting of something else."""
    return ProtocolViolation(
        f"What answers at {where(address)} is not an IMAP server. Check the server's name and port."
    )


def tls_failed(address: ServerAddress, error: OSError) -> VexMailError:
    """Translate what a TLS handshake raised."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateRejected(
            f"The certificate of {address.host} cannot be trusted ({error.verify_message}). "
            "Check the server's name; if it is right, the server's owner must renew or correct "
            "the certificate."
        )
    if isinstance(error, TimeoutError):
        return timed_out(address)
    other = (
        "try STARTTLS (usually port 143)"
        if address.security is Security.TLS
        else "try TLS (usually port 993)"
    )
    return TlsFailed(
        f"{where(address)} did not set up an encrypted connection. Check port and security "
        f"setting; {other}."
    )


def refused_tls(address: ServerAddress, why: str) -> VexMailError:
    """Return the error for a server that cannot or must not go on without encryption."""
    return TlsFailed(
        f"{where(address)} {why} The password was not sent. Use TLS (usually port 993), or ask "
        "the server's owner."
    )


def login_refused(answer: Condition, credentials: Credentials) -> VexMailError:
    """Translate a NO or BAD to LOGIN or AUTHENTICATE (RFC 5530 §3)."""
    quote = _quote(answer, credentials)
    if answer.code == "PRIVACYREQUIRED":
        return TlsFailed(
            f"The server takes passwords over encrypted connections only{quote}. Choose TLS or "
            "STARTTLS."
        )
    if is_temporary(answer):
        return gentle(
            TooManyConnections if is_crowded(answer) else LoginUnavailable,
            f"The mail server cannot log anybody in just now{quote}. It will be tried again.",
            answer,
        )
    if answer.code == "EXPIRED":
        return AuthenticationFailed(f"The password has expired{quote}. Set a new one there first.")
    return AuthenticationFailed(
        f"The mail server refused the user name or password{quote}. Check both; some providers "
        "want an app password instead of the usual one."
    )


def is_temporary(answer: Condition) -> bool:
    """Tell whether a NO may be a yes later, by its code (RFC 5530 §3) or else by its words."""
    if wait_asked_for(answer) is not None:
        return True
    if answer.status != "NO" or answer.code in _FINAL:
        return False
    text = answer.text.lower()
    return answer.code in _LATER or any(phrase in text for phrase in _LATER_TEXTS)


def login_forbidden() -> VexMailError:
    """Return the error for LOGINDISABLED with no other way in (RFC 9051 §6.2.3)."""
    return TlsFailed(
        "The server does not take passwords over this connection. Choose TLS or STARTTLS; the "
        "password was not sent."
    )


def said_bye(answer: Condition, credentials: Credentials | None = None) -> VexMailError:
    """Return the error for BYE (RFC 9051 §7.1.5)."""
    return gentle(
        TooManyConnections if is_crowded(answer) else ServerSaidBye,
        f"The mail server ended the connection{_quote(answer, credentials)}. "
        "It will be tried again.",
        answer,
    )


def command_refused(what: str, answer: Condition) -> VexMailError:
    """Return the error for a tagged NO or BAD; ``what`` completes "would not ..."."""
    if is_temporary(answer):
        return gentle(
            TransientError,
            f"The mail server would not {what} just now{_quote(answer, None)}. "
            "It will be tried again.",
            answer,
        )
    return CommandRefused(f"The mail server would not {what}{_quote(answer, None)}.", answer.code)


def select_refused(name: str, answer: Condition) -> VexMailError:
    """Return the error for a NO or BAD to SELECT."""
    if is_temporary(answer):
        return gentle(
            TransientError,
            f"The mailbox {name} cannot be opened just now{_quote(answer, None)}. "
            "It will be tried again.",
            answer,
        )
    return MailboxGone(f"The mailbox {name} cannot be opened{_quote(answer, None)}.")


def filing_refused(what: str, target: str, answer: Condition) -> VexMailError:
    """Return the error for a NO or BAD to MOVE, COPY or APPEND; ``what`` is the verb."""
    quote = _quote(answer, None)
    if answer.status == "NO" and answer.code in {"TRYCREATE", "NONEXISTENT"}:
        return MailboxGone(
            f"The mailbox {decode_name(target)} does not exist on the mail server{quote}. "
            "Choose another, or create it first."
        )
    if answer.status == "NO" and answer.code in {"OVERQUOTA", "TOOBIG"}:
        why = "there is no room left" if answer.code == "OVERQUOTA" else "it is too large"
        kind = MailboxFull if answer.code == "OVERQUOTA" else MessageTooBig
        return kind(
            f"The mail server would not {what} to {decode_name(target)}: {why}{quote}. "
            "Remove something there, or ask for more room, and try again.",
            answer.code,
        )
    return command_refused(f"{what} to {decode_name(target)}", answer)


def mailbox_refused(what: str, answer: Condition) -> VexMailError:
    """Return the error for a NO or BAD to a command on a mailbox; see ``command_refused``."""
    if answer.status == "NO" and answer.code == "NONEXISTENT":
        return MailboxGone(f"The mailbox does not exist (any more){_quote(answer, None)}.")
    return command_refused(what, answer)


def _secrets(credentials: Credentials | None) -> list[str]:
    """Return the password in every form in which we send it."""
    if credentials is None or not credentials.password:
        return []
    plain = sasl_plain(credentials)
    return [plain, quoted(credentials.password), credentials.password]


def _quote(answer: Condition, credentials: Credentials | None) -> str:
    """Return the server's own words in brackets, without the password if it repeated that."""
    text = answer.text
    for secret in _secrets(credentials):
        text = text.replace(secret, "…")
    text = text[:_LONGEST_QUOTE].strip().rstrip(".")
    return f" (it said: {text})" if text else ""
