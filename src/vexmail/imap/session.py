"""The port's ``MailSession`` on one logged-in connection."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from vexmail.domain.flags import FlagEdit, Flags
from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.domain.mailbox import RemoteChanges, RemoteMailbox, SelectedMailbox
from vexmail.domain.message import RemoteBody, RemoteFlags, RemoteMessage
from vexmail.imap import changing_mailboxes, filing, selecting, storing, uid_sets
from vexmail.imap.appending import append
from vexmail.imap.counting import survey
from vexmail.imap.encode import refuses
from vexmail.imap.exchange import Exchange
from vexmail.imap.expunging import expunge
from vexmail.imap.fetch_row import read_flags, read_message
from vexmail.imap.fetching import Pipeline, read_body
from vexmail.imap.framer import Unit
from vexmail.imap.idle import interrupt, wait_for_news
from vexmail.imap.listing import list_mailboxes
from vexmail.imap.notifying import hear_of_all
from vexmail.imap.searching import all_uids, having_header, search
from vexmail.imap.storing import latest
from vexmail.imap.wording import command_refused
from vexmail.ports.mail_server import News, Wake

Row = TypeVar("Row")

LOGOUT: Final = 3.0  # seconds; nobody waits for a goodbye
MOST_CANDIDATES: Final = 100  # messages looked at by one FETCH when searching for a Message-ID


class ImapSession:
    """See ``ports.mail_server.MailSession`` for the contracts of the public methods."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def capabilities(self) -> frozenset[str]:
        """Upper-case capability names as of after login."""
        return self._exchange.capabilities

    @property
    def introduction(self) -> str:
        """What the server said of itself."""
        return self._exchange.introduction

    @property
    def received_bytes(self) -> int:
        """All that came over this connection so far."""
        return self._exchange.connection.received_bytes

    @property
    def has_condstore(self) -> bool:
        """Tell whether mod-sequences work; QRESYNC implies CONDSTORE (RFC 7162 §3.2.3)."""
        return bool(self.capabilities & {"CONDSTORE", "QRESYNC"})

    async def list_mailboxes(self) -> list[RemoteMailbox]:
        """Return all mailboxes with their roles."""
        return await list_mailboxes(self._exchange)

    async def survey(self) -> list[RemoteMailbox]:
        """Return all mailboxes with their roles and counters."""
        return await survey(self._exchange)

    async def select(self, wire_name: str, *, read_only: bool = False) -> SelectedMailbox:
        """Open a mailbox."""
        return await selecting.select(self._exchange, wire_name, read_only=read_only)

    async def changes_since(
        self, wire_name: str, uid_validity: UidValidity, mod_seq: ModSeq
    ) -> tuple[SelectedMailbox, RemoteChanges | None]:
        """Select a mailbox and hear in the same round trip what changed."""
        return await selecting.changes_since(self._exchange, wire_name, uid_validity, mod_seq)

    async def all_uids(self) -> list[Uid]:
        """Return the complete, ascending UID list."""
        return await all_uids(self._exchange)

    async def fetch_messages(
        self, uids: Sequence[Uid], *, batch: int = 500, first: int | None = None
    ) -> AsyncIterator[list[RemoteMessage]]:
        """Yield envelope-pass records in batches."""
        self._exchange.drain()
        cut = uid_sets.cut(uids, min(batch, self._most_at_once), first)
        pipeline = Pipeline(self._exchange, cut, self._envelope_items(), read_message)
        async for rows in pipeline.batches():
            yield rows

    async def fetch_new(self, uid_next: Uid) -> list[RemoteMessage]:
        """Return all messages with UID >= ``uid_next``, ascending."""
        self._exchange.drain()
        if not self._exchange.watch.exists:
            return []  # "n:*" names nothing in an empty mailbox, and some servers say BAD to it
        sets = [f"{uid_next}:*"]
        if self._is_limited:
            named = await search(self._exchange, "UID", f"{uid_next}:*")
            sets = self._sets([uid for uid in named if uid >= uid_next])
        rows = [
            row
            for uid_set in sets
            for row in await self._fetch(read_message, uid_set, self._envelope_items())
        ]
        found = {row.uid: row for row in rows if row.uid >= uid_next}
        return [found[uid] for uid in sorted(found)]

    async def flags_changed_since(self, mod_seq: ModSeq) -> list[RemoteFlags]:
        """Return flags changed after ``mod_seq``."""
        return await self._fetch_flags(1, f"(CHANGEDSINCE {mod_seq})")

    async def all_flags(self, lowest: Uid | None = None) -> list[RemoteFlags]:
        """Return the flags of every message, or from a UID on."""
        first = lowest or Uid(1)
        return [row for row in await self._fetch_flags(first) if row.uid >= first]

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
        return await storing.store_flags(self._exchange, uids, edit)

    async def move(self, uids: Sequence[Uid], target: str) -> dict[Uid, Uid]:
        """Move messages to another mailbox."""
        return await filing.move(self._exchange, uids, target)

    async def copy(self, uids: Sequence[Uid], target: str) -> dict[Uid, Uid]:
        """Copy messages to another mailbox."""
        return await filing.copy(self._exchange, uids, target)

    async def expunge(self, uids: Sequence[Uid]) -> None:
        """Remove messages for good, and no others."""
        await expunge(self._exchange, uids)

    async def append(
        self, wire_name: str, raw: bytes, flags: Flags, received_at: datetime | None
    ) -> Uid | None:
        """Add a message to a mailbox."""
        return await append(self._exchange, wire_name, raw, flags, received_at)

    async def find_by_message_id(self, internet_message_id: str) -> list[Uid]:
        """Return the UIDs with this ``Message-ID``, ascending."""
        wanted = internet_message_id.strip()
        if not wanted or refuses(wanted):
            return []
        likely = await having_header(self._exchange, "Message-ID", wanted)
        # SEARCH finds parts of a value, too, and some servers only words of it.
        rows = [
            row
            for part in uid_sets.cut(likely, MOST_CANDIDATES)
            for row in await self._fetch(read_message, uid_sets.format_set(part), "(UID ENVELOPE)")
        ]
        asked = frozenset(likely)
        return sorted(
            {
                row.uid
                for row in rows
                if row.uid in asked and row.envelope.internet_message_id == wanted
            }
        )

    async def create_mailbox(self, name: str) -> str:
        """Create a mailbox and subscribe to it; answer its wire name."""
        return await changing_mailboxes.create(self._exchange, name)

    async def rename_mailbox(self, wire_name: str, name: str) -> str:
        """Rename a mailbox with all below it; answer its new wire name."""
        return await changing_mailboxes.rename(self._exchange, wire_name, name)

    async def delete_mailbox(self, wire_name: str) -> None:
        """Delete a mailbox and its messages."""
        await changing_mailboxes.delete(self._exchange, wire_name)

    async def subscribe(self, wire_name: str, *, wanted: bool) -> None:
        """Subscribe to a mailbox or end that."""
        await changing_mailboxes.subscribe(self._exchange, wire_name, wanted=wanted)

    async def idle(self, seconds: float) -> frozenset[Wake]:
        """Wait until the selected mailbox changes, at most ``seconds``."""
        return await wait_for_news(self._exchange, seconds)

    def interrupt(self) -> None:
        """End a running ``idle`` soon, or the next one at once."""
        interrupt(self._exchange)

    def abort(self) -> None:
        """End the connection under whoever uses it."""
        self._exchange.connection.abort()

    def news(self) -> News:
        """Return what the wake-ups were about."""
        return self._exchange.watch.news()

    async def hear_of_all(self) -> bool:
        """Ask to be told of changes in every mailbox."""
        return await hear_of_all(self._exchange)

    async def noop(self) -> None:
        """Prove that the connection is alive."""
        answer = await self._exchange.run("NOOP")
        if answer.tagged.status != "OK":
            raise command_refused("answer", answer.tagged)

    async def log_out(self) -> None:
        """Say goodbye; failing to do so is no failure."""
        await self._exchange.say_goodbye(LOGOUT)

    # ---- inside ----

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

    async def _fetch_flags(self, lowest: int, *modifiers: str) -> list[RemoteFlags]:
        self._exchange.drain()
        if not self._exchange.watch.exists:
            return []
        items = "(UID FLAGS MODSEQ)" if self.has_condstore else "(UID FLAGS)"
        sets = [f"{lowest}:*"]
        if self._is_limited:
            sets = self._sets([uid for uid in await self.all_uids() if uid >= lowest])
        return latest(
            [
                row
                for uid_set in sets
                for row in await self._fetch(read_flags, uid_set, items, *modifiers)
            ]
        )

    @property
    def _most_at_once(self) -> int:
        return uid_sets.most_at_once(self.capabilities)

    @property
    def _is_limited(self) -> bool:
        """Tell whether a range that is open at its end might be answered in part (RFC 9738)."""
        return self._exchange.watch.exists > self._most_at_once

    def _sets(self, uids: Sequence[Uid]) -> list[str]:
        return [uid_sets.format_set(part) for part in uid_sets.cut(uids, self._most_at_once)]
