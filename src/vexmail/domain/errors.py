"""Errors that tell the caller what to do next.

``TransientError``: wait and try again. ``PermanentError``: tell the person.
``Defect``: our bug, log it loudly. Adapters translate foreign errors at their edge.
Each class carries a stable ``code`` for the API and the log; ``str(error)`` is a sentence
for a person that says what happened and what to do.
"""

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override


@dataclass
class VexMailError(Exception):
    """Base of every error that VexMail raises on purpose."""

    message: str
    code: ClassVar[str] = "error"

    @override
    def __str__(self) -> str:
        """Return the sentence for a person."""
        return self.message


@dataclass
class TransientError(VexMailError):
    """It may work later; ``retry_after``: least wait in seconds, if the other side named one."""

    retry_after: float | None = None
    code: ClassVar[str] = "temporary_failure"


class PermanentError(VexMailError):
    """Waiting does not help; a person must change something."""

    code: ClassVar[str] = "permanent_failure"


class Defect(VexMailError):
    """A bug of ours; never expected in operation."""

    code: ClassVar[str] = "defect"


# ---- reaching a mail server ----


class HostNotFound(PermanentError):
    """The host name does not resolve."""

    code = "host_not_found"


class HostLookupFailed(TransientError):
    """The name service itself did not answer; a laptop that wakes up sees this."""

    code = "host_not_found"


class ConnectionRefused(TransientError):
    """Nothing listens on the port."""

    code = "connection_refused"


class TooManyOpenFiles(TransientError):
    """This process may open no more files or connections."""

    code = "too_many_open_files"


class ConnectionTimedOut(TransientError):
    """No answer within the deadline."""

    code = "connection_timed_out"


class ConnectionLost(TransientError):
    """The connection ended while something waited on it."""

    code = "connection_lost"


class CertificateRejected(PermanentError):
    """TLS certificate not trusted, expired, or for another host."""

    code = "certificate_rejected"


class TlsFailed(PermanentError):
    """TLS could not be negotiated: wrong port or security setting, or no STARTTLS offered."""

    code = "tls_failed"


class AuthenticationFailed(PermanentError):
    """The server refused user name or password."""

    code = "authentication_failed"


class LoginUnavailable(TransientError):
    """The server cannot log anybody in just now (RFC 5530 §3: UNAVAILABLE, LIMIT, INUSE)."""

    code = "login_unavailable"


class TooManyConnections(LoginUnavailable):
    """The account, or all of us together, hold as many connections as the server allows."""


class Throttled(TransientError):
    """The server wants to be left alone for ``retry_after`` seconds."""

    code = "throttled"


class ServerSaidBye(TransientError):
    """The server closed the session with BYE (RFC 9051 §7.1.5)."""

    code = "server_said_bye"


class ProtocolViolation(TransientError):
    """The server sent bytes that are not IMAP, or exceeded our caps; the session is over."""

    code = "protocol_violation"


class CommandRefused(PermanentError):
    """A tagged NO or BAD; ``response_code`` is the bracketed code in upper case, or empty."""

    code = "command_refused"

    def __init__(self, message: str, response_code: str = "") -> None:
        super().__init__(message)
        self.response_code = response_code


class MailboxFull(CommandRefused):
    """The server has no room left for this account (RFC 5530 §3 OVERQUOTA)."""

    code = "over_quota"


class MessageTooBig(CommandRefused):
    """The server takes no message of this size (RFC 7889 §4 TOOBIG)."""

    code = "message_too_big"


class MailboxGone(PermanentError):
    """The mailbox does not exist (any more) or may not be selected."""

    code = "mailbox_gone"


class MailboxBroken(PermanentError):
    """The server numbers the mailbox anew again and again; it is left alone for a day."""

    code = "mailbox_broken"


class UidValidityChanged(VexMailError):
    """Cached UIDs mean nothing any more; the caller rebuilds the mailbox (RFC 9051 §2.3.1.1)."""

    code = "uid_validity_changed"


# ---- sharing accounts among processes ----


class LeaseLost(VexMailError):
    """This process may not run the account any more: stop, write nothing, say nothing."""

    code = "lease_lost"


# ---- our own API ----


class NotFound(PermanentError):
    """No such object, or not this user's: the two are never told apart."""

    code = "not_found"


class Conflict(PermanentError):
    """The request contradicts what is there already."""

    code = "conflict"


class NoSuchRole(PermanentError):
    """The account has no mailbox of the role that is needed."""

    code = "no_such_role"


class MailboxExists(Conflict):
    """Another mailbox of the account has this name."""

    code = "mailbox_exists"


class MailboxProtected(Conflict):
    """The account needs this mailbox as it is."""

    code = "mailbox_protected"


class MailboxUnknown(Conflict):
    """Nobody knows yet all that lies in the mailbox."""

    code = "mailbox_not_synced"


class MailboxNotEmpty(PermanentError):
    """The mailbox holds messages that nobody wanted to delete with it."""

    code = "mailbox_not_empty"


class BlobMissing(TransientError):
    """The blob is not stored, or its bytes do not match its name; fetch it again."""

    code = "blob_missing"


class DatabaseUnavailable(TransientError):
    """The database cannot be reached, went away under a statement, or gave a transaction up."""

    code = "database_unavailable"
