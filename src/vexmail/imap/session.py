"""The port's ``MailSession`` on one logged-in connection."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from vexmail.domain.errors import CommandRefused, ProtocolViolation
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.domain.mailbox import RemoteMailbox, SelectedMailbox
from vexmail.domain.message import RemoteBody, RemoteFlags, RemoteMessage
from vexmail.imap import uid_sets
from vexmail.imap.encode import Astring
from vexmail.imap.exchange import Answer, Exchange
from vexmail.imap.fetch_row import read_flags, read_message
from vexmail.imap.fetching import Pipeline, read_body
from vexmail.imap.framer import Unit
from vexmail.imap.idle import wait_for_news
from vexmail.imap.listing import list_mailboxes
from vexmail.imap.responses import Condition, Exists
from vexmail.imap.searching import all_uids
from vexmail.imap.wording import command_refused, select_refused
from vexmail.ports.mail_server import Wake

Row = TypeVar("Row")

_FLAG: Final = re.compile(r"\\?[!#$&'+,./0-9:;<=>?@A-Z^_`a-z|~\[-]+")
LOGOUT: Final = 3.0  # seconds; nobody waits for a goodbye


class ImapSession:
    """See ``ports.mail_server.MailSession`` for the contracts of the public methods."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def capabilities(self) -> frozenset[str]:
        """Upper-case capability names as of after login."""
        return self._exchange.capabilities

    @property
    def has_condstore(self) -> bool:
        """Tell whether mod-sequences work; QRESYNC implies CONDSTORE (RFC 7162 §3.2.3)."""
        return bool(self.capabilities & {"CONDSTORE", "QRESYNC"})

    async def list_mailboxes(self) -> list[RemoteMailbox]:
        """Return all mailboxes with their roles."""
        return await list_mailboxes(self._exchange)

    async def select(self, wire_name: str, *, read_only: bool = False) -> SelectedMailbox:
        """Open a mailbox."""
        exchange = self._exchange
        exchange.drain()
        exchange.watch.reset()
        arguments: list[str | Astring] = [Astring(wire_name)]
        if self.has_condstore:
            arguments.append("(CONDSTORE)")  # RFC 7162 §3.1.8
        answer = await exchange.run("EXAMINE" if read_only else "SELECT", *arguments)
        if answer.tagged.status != "OK":
            # A failed SELECT leaves no mailbox selected (RFC 9051 §6.3.2).
            exchange.connection.mailbox_selected(selected=False)
            raise select_refused(wire_name, answer.tagged)
        exchange.connection.mailbox_selected(selected=True)
        exchange.watch.settle()
        with exchange.guard():
            selected = _selected(wire_name, answer, exchange.watch.exists)
        if not selected.uid_next:
            selected = replace(selected, uid_next=await self._missing_uid_next())
        return selected

    async def all_uids(self) -> list[Uid]:
        """Return the complete, ascending UID list."""
        return await all_uids(self._exchange)

    async def fetch_messages(
        self, uids: Sequence[Uid], *, batch: int = 500, first: int | None = None
    ) -> AsyncIterator[list[RemoteMessage]]:
        """Yield envelope-pass records in batches."""
        self._exchange.drain()
        cut = uid_sets.cut(uids, batch, first)
        pipeline = Pipeline(self._exchange, cut, self._envelope_items(), read_message)
        async for rows in pipeline.batches():
            yield rows

    async def fetch_new(self, uid_next: Uid) -> list[RemoteMessage]:
        """Return all messages with UID >= ``uid_next``, ascending."""
        self._exchange.drain()
        if not self._exchange.watch.exists:
            return []  # "n:*" names nothing in an empty mailbox, and some servers say BAD to it
        rows = await self._fetch(read_message, f"{uid_next}:*", self._envelope_items())
        found = {row.uid: row for row in rows if row.uid >= uid_next}
        return [found[uid] for uid in sorted(found)]

    async def flags_changed_since(self, mod_seq: ModSeq) -> list[RemoteFlags]:
        """Return flags changed after ``mod_seq``."""
        return await self._fetch_flags(f"(CHANGEDSINCE {mod_seq})")

    async def all_flags(self) -> list[RemoteFlags]:
        """Return the flags of every message."""
        return await self._fetch_flags()

    async def fetch_bodies(
        self, uids: Sequence[Uid], *, batch: int = 20
    ) -> AsyncIterator[RemoteBody]:
        """Yield whole messages one by one."""
        self._exchange.drain()
        cut = uid_sets.cut(uids, batch)
        async for body in Pipeline(self._exchange, cut, "(UID BODY.PEEK[])", read_body).rows():
            yield body

    async def store_flags(self, uids: Sequence[Uid], edit: FlagEdit) -> list[RemoteFlags]:
        """Add and remove flags by UID."""
        steps = [("-FLAGS", _keywords(edit.remove)), ("+FLAGS", _keywords(edit.add))]
        told: list[RemoteFlags] = []
        for part in uid_sets.cut(uids, len(uids) or 1):
            for action, flags in steps:
                if flags:
                    told += await self._store(part, action, flags)
        return _latest(told)

    async def idle(self, seconds: float) -> frozenset[Wake]:
        """Wait until the selected mailbox changes, at most ``seconds``."""
        return await wait_for_news(self._exchange, seconds)

    async def noop(self) -> None:
        """Prove that the connection is alive."""
        answer = await self._exchange.run("NOOP")
        if answer.tagged.status != "OK":
            raise command_refused("answer", answer.tagged)

    async def log_out(self) -> None:
        """Say goodbye; failing to do so is no failure."""
        await self._exchange.say_goodbye(LOGOUT)

    # ---- inside ----

    async def _missing_uid_next(self) -> Uid:
        """Return one above the highest UID, for servers that do not send UIDNEXT."""
        if not self._exchange.watch.exists:
            return Uid(1)
        rows = await self._fetch(read_flags, "*", "(UID FLAGS)")
        return Uid(max((row.uid for row in rows), default=Uid(0)) + 1)

    def _envelope_items(self) -> str:
        # BODYSTRUCTURE comes last: ``fetch_row`` reads answers in that order fastest.
        items = ["UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"]
        if self.has_condstore:
            items.append("MODSEQ")
        if "OBJECTID" in self.capabilities:
            items.append("EMAILID")
        elif "X-GM-EXT-1" in self.capabilities:
            items.append("X-GM-MSGID")
        return f"({' '.join(items)} ENVELOPE BODYSTRUCTURE)"

    async def _fetch(
        self, read: Callable[[Unit], Row | None], uid_set: str, items: str, *modifiers: str
    ) -> list[Row]:
        answer = await self._exchange.rows(read, "FETCH", uid_set, items, *modifiers)
        if answer.tagged.status != "OK":
            raise command_refused("hand out messages", answer.tagged)
        return answer.rows

    async def _fetch_flags(self, *modifiers: str) -> list[RemoteFlags]:
        self._exchange.drain()
        if not self._exchange.watch.exists:
            return []
        items = "(UID FLAGS MODSEQ)" if self.has_condstore else "(UID FLAGS)"
        return _latest(await self._fetch(read_flags, "1:*", items, *modifiers))

    async def _store(
        self, uids: Sequence[Uid], action: str, flags: Sequence[str]
    ) -> list[RemoteFlags]:
        wanted = frozenset(uids)

        def read_wanted(unit: Unit) -> RemoteFlags | None:
            row = read_flags(unit)
            return row if row is not None and row.uid in wanted else None

        answer = await self._exchange.rows(
            read_wanted, "STORE", uid_sets.format_set(uids), action, f"({' '.join(flags)})"
        )
        if answer.tagged.status != "OK":
            raise command_refused("change the flags", answer.tagged)
        return answer.rows


def _latest(rows: Iterable[RemoteFlags]) -> list[RemoteFlags]:
    """Return one row per UID, the last told, ascending."""
    latest = {row.uid: row for row in rows}
    return [latest[uid] for uid in sorted(latest)]


def _keywords(flags: Iterable[str]) -> list[str]:
    """Return flags as a command takes them.

    Raises:
        CommandRefused: a flag is no atom (RFC 9051 §9 ``flag``).
    """
    names = sorted(flags)
    for name in names:
        if not _FLAG.fullmatch(name):
            raise CommandRefused("A label may hold no spaces, brackets, quotes or accents.")
    return names


def _selected(wire_name: str, answer: Answer, exists: int) -> SelectedMailbox:
    codes: dict[str, str] = {}
    permanent: frozenset[str] | None = None
    for response in (*answer.responses, answer.tagged):
        if isinstance(response, Condition) and response.code:
            codes[response.code] = response.arguments
    if "PERMANENTFLAGS" in codes:
        permanent = frozenset(codes["PERMANENTFLAGS"].strip("()").split())
    if not codes.get("UIDVALIDITY", "").isdigit():
        # Without it no UID can be kept (RFC 9051 §2.3.1.1 makes it a must).
        raise ProtocolViolation("The mail server did not say which generation its UIDs are of.")
    if not any(isinstance(response, Exists) for response in answer.responses):
        raise ProtocolViolation("The mail server did not say how many messages there are.")
    return SelectedMailbox(
        wire_name=wire_name,
        uid_validity=UidValidity(int(codes["UIDVALIDITY"])),
        uid_next=Uid(_number(codes.get("UIDNEXT"))),
        exists=exists,
        highest_modseq=ModSeq(_number(codes.get("HIGHESTMODSEQ"))),
        read_only="READ-ONLY" in codes,
        permanent_flags=permanent,
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
