"""Accepts IMAP connections and runs their commands one after the other.

Source: RFC 9051 §6.1, §6.2; IDLE of RFC 2177 (RFC 9051 §6.3.13); ENABLE of RFC 5161.
"""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable

import structlog

from vexmail.app.demo import imap_mailboxes, imap_messages, imap_search
from vexmail.app.demo.imap_command import (
    MOST_LINE,
    Command,
    CommandError,
    Token,
    read_command,
    read_line,
)
from vexmail.app.demo.imap_session import CAPABILITIES, Login, RefusedError, Session
from vexmail.app.demo.mail_store import MailStore

AUTOLOGOUT = 30 * 60.0  # s; RFC 9051 §5.4: no less than 30 minutes
_SEND_WITHIN = 60.0  # s; a client that does not read for so long is let go
_NEWS_AT_MOST_EVERY = 0.05  # s; a burst of deliveries becomes one EXISTS

log = structlog.get_logger()

Handler = Callable[[Session, Command], Awaitable[str | None]]


async def _idle(session: Session, _: Command) -> str:
    """Tell news as it comes until the client says DONE."""
    session.send(b"+ idling")
    await session.writer.drain()
    async with asyncio.TaskGroup() as group:
        teller = group.create_task(_tell(session), name="demo idle")
        async with asyncio.timeout(AUTOLOGOUT):
            line = await read_line(session.reader)
        teller.cancel()
    if not line:
        session.closing = True
    if line.strip().upper() != b"DONE":
        message = "expected DONE"
        raise CommandError(message)
    return "OK idled"


async def _tell(session: Session) -> None:
    while True:
        session.tell_news()
        async with asyncio.timeout(_SEND_WITHIN):
            await session.writer.drain()
        await asyncio.sleep(_NEWS_AT_MOST_EVERY)
        await session.woken.wait()


async def _close(session: Session, command: Command) -> str:
    """CLOSE expunges silently, UNSELECT does not (RFC 9051 §6.4.1, §6.4.2)."""
    if command.name == "CLOSE" and not session.read_only:
        await imap_messages.expunge(session, command)
    session.leave()
    return "OK closed"


async def _nothing(_: Session, __: Command) -> None:
    """Answer OK: every mailbox is subscribed, and everything is on disk already."""


async def _namespace(session: Session, _: Command) -> None:
    session.untagged('NAMESPACE (("" "/")) NIL NIL')


async def _enable(session: Session, command: Command) -> None:
    wanted = {item.upper() for item in command.arguments if isinstance(item, bytes)}
    if b"CONDSTORE" in wanted:
        session.condstore = True
    session.untagged("ENABLED CONDSTORE" if b"CONDSTORE" in wanted else "ENABLED")


_HANDLERS: dict[str, Handler] = {
    "IDLE": _idle,
    "CLOSE": _close,
    "UNSELECT": _close,
    "NAMESPACE": _namespace,
    "ENABLE": _enable,
    "CHECK": _nothing,
    "SUBSCRIBE": _nothing,
    "UNSUBSCRIBE": _nothing,
    "LIST": imap_mailboxes.list_mailboxes,
    "LSUB": imap_mailboxes.list_mailboxes,
    "STATUS": imap_mailboxes.status,
    "SELECT": imap_mailboxes.select,
    "EXAMINE": imap_mailboxes.select,
    "CREATE": imap_mailboxes.create,
    "DELETE": imap_mailboxes.delete,
    "RENAME": imap_mailboxes.rename,
    "APPEND": imap_messages.append,
    "EXPUNGE": imap_messages.expunge,
    "UID EXPUNGE": imap_messages.expunge,
}
for _prefix in ("", "UID "):
    _HANDLERS |= {
        f"{_prefix}FETCH": imap_messages.fetch,
        f"{_prefix}STORE": imap_messages.store,
        f"{_prefix}COPY": imap_messages.copy,
        f"{_prefix}MOVE": imap_messages.move,
        f"{_prefix}SEARCH": imap_search.search,
    }
_WITHOUT_EXPUNGES = ("FETCH", "STORE", "SEARCH")  # RFC 9051 §7.5.1


class ImapServer:
    """Serves one store to any number of clients."""

    def __init__(
        self, store: MailStore, login: Login, *, on_login: Callable[[], None] = lambda: None
    ) -> None:
        """Serve ``store`` to who knows ``login``; ``on_login`` is told of each success."""
        self._store = store
        self._login = login
        self._on_login = on_login

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Run one connection until it ends; the callback of ``asyncio.start_server``."""
        session = Session(self._store, self._login, reader, writer)
        try:
            session.untagged(f"OK [CAPABILITY {CAPABILITIES}] VexMail demo ready")
            while not session.closing:
                await self._step(session)
        except* (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            log.debug("demo.imap.connection_lost")
        finally:
            session.leave()
            writer.close()

    async def _step(self, session: Session) -> None:
        """Read one command and answer it."""
        async with asyncio.timeout(_SEND_WITHIN):
            await session.writer.drain()
        try:
            async with asyncio.timeout(AUTOLOGOUT):
                command = await read_command(session.reader, session.writer)
        except CommandError as error:
            session.send(f"* BAD {error}".encode())
            return
        if command is None:
            session.closing = True
            return
        try:
            status = await self._run(session, command)
        except CommandError as error:
            status = f"BAD {error}"
        except RefusedError as error:
            status = f"NO {error}"
        except (IndexError, ValueError):
            status = "BAD missing or malformed arguments"
        session.tell_news(expunges=command.name not in _WITHOUT_EXPUNGES)
        session.tagged(command, status)

    async def _run(self, session: Session, command: Command) -> str:
        """Run a command and return the text of its tagged answer."""
        simple = await self._any_state(session, command)
        if simple is not None:
            return simple
        if not session.authenticated:
            return await self._authenticate(session, command)
        handler = _HANDLERS.get(command.name)
        if handler is None:
            message = f"unknown command {command.name[:40]}"
            raise CommandError(message)
        return await handler(session, command) or "OK done"

    async def _any_state(self, session: Session, command: Command) -> str | None:
        match command.name:
            case "CAPABILITY":
                session.untagged(f"CAPABILITY {CAPABILITIES}")
            case "NOOP":
                pass
            case "ID":
                session.untagged('ID ("name" "VexMail demo")')
            case "LOGOUT":
                session.untagged("BYE see you")
                session.closing = True
            case _:
                return None
        return "OK done"

    async def _authenticate(self, session: Session, command: Command) -> str:
        if command.name == "LOGIN":
            username, password = command.arguments[:2]
        elif command.name == "AUTHENTICATE":
            username, password = await self._sasl_plain(session, command)
        else:
            message = "log in first"
            raise CommandError(message)
        if not (
            isinstance(username, bytes)
            and isinstance(password, bytes)
            and session.login.accepts(username, password)
        ):
            message = "[AUTHENTICATIONFAILED] wrong name or password"
            raise RefusedError(message)
        session.authenticated = True
        self._on_login()
        return f"OK [CAPABILITY {CAPABILITIES}] welcome"

    async def _sasl_plain(self, session: Session, command: Command) -> tuple[Token, Token]:
        """Take the PLAIN answer, on the same line (RFC 4959) or asked for (RFC 4616)."""
        mechanism, *initial = command.arguments
        if not isinstance(mechanism, bytes) or mechanism.upper() != b"PLAIN":
            message = "only PLAIN is offered"
            raise RefusedError(message)
        if initial and isinstance(initial[0], bytes):
            answer = initial[0]
        else:
            session.send(b"+ ")
            await session.writer.drain()
            async with asyncio.timeout(AUTOLOGOUT):
                answer = (await read_line(session.reader)).strip()
        try:
            _, username, password = base64.b64decode(answer, validate=True).split(b"\0")
        except (binascii.Error, ValueError) as error:
            message = "malformed or cancelled PLAIN answer"
            raise CommandError(message) from error
        return username, password


async def start_imap(server: ImapServer, port: int) -> asyncio.Server:
    """Listen on loopback; ``port`` 0 chooses a free one.

    Raises:
        OSError: the port is taken.
    """
    return await asyncio.start_server(server.serve, "127.0.0.1", port, limit=MOST_LINE)
