"""Opening a mailbox (RFC 9051 §6.3.2), and hearing with it what changed (RFC 7162 §3.2.5)."""

from dataclasses import replace
from typing import Final

import structlog

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.domain.mailbox import RemoteChanges, SelectedMailbox
from vexmail.domain.message import RemoteFlags
from vexmail.imap import uid_sets
from vexmail.imap.encode import Argument, Astring
from vexmail.imap.exchange import TOTAL, Exchange
from vexmail.imap.fetch_row import read_flags
from vexmail.imap.framer import Unit
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import (
    Condition,
    Exists,
    Expunge,
    Fetch,
    Response,
    Vanished,
)
from vexmail.imap.wording import select_refused

log = structlog.get_logger(__name__)

# A server that has forgotten what went when names every number never used or long gone; beyond
# this many, comparing the whole list costs less memory.
MOST_VANISHED: Final = 200_000
_LARGEST: Final = 2**63 - 1  # RFC 7162 §7 ``mod-sequence-value``; generations have 32 bits


async def select(exchange: Exchange, wire_name: str, *, read_only: bool = False) -> SelectedMailbox:
    """Open a mailbox.

    Raises:
        MailboxGone, TransientError: it cannot be opened.
        ProtocolViolation: the server left out what it must say.
    """
    condstore = bool(exchange.capabilities & {"CONDSTORE", "QRESYNC"})
    modifiers = ["(CONDSTORE)"] if condstore else []  # RFC 7162 §3.1.8
    heard, tagged = await _open(
        exchange, "EXAMINE" if read_only else "SELECT", wire_name, modifiers
    )
    _check(exchange, wire_name, tagged)
    return await _selected(exchange, wire_name, heard)


async def changes_since(
    exchange: Exchange, wire_name: str, uid_validity: UidValidity, mod_seq: ModSeq
) -> tuple[SelectedMailbox, RemoteChanges | None]:
    """Open a mailbox and say what changed after ``mod_seq``, or None where that is not certain."""
    if "QRESYNC" not in exchange.enabled or uid_validity < 1 or mod_seq < 1:
        return await select(exchange, wire_name), None
    heard, tagged = await _open(
        exchange, "SELECT", wire_name, [f"(QRESYNC ({uid_validity} {mod_seq}))"]
    )
    if tagged.status == "BAD":
        log.warning("imap.qresync.not_understood")
        return await select(exchange, wire_name), None
    _check(exchange, wire_name, tagged)
    selected = await _selected(exchange, wire_name, heard)
    doubt = _doubt(heard, selected, uid_validity, mod_seq)
    if doubt:
        log.info("imap.qresync.not_trusted", reason=doubt)
        return selected, None
    latest = {row.uid: row for row in heard.flags}
    gone = {uid for ranges in heard.vanished for uid in uid_sets.expand(ranges, MOST_VANISHED)}
    return selected, RemoteChanges(
        tuple(latest[uid] for uid in sorted(latest)), tuple(map(Uid, sorted(gone)))
    )


class _Heard:
    """What the answer to SELECT said, kept small: there may be a row per message."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.exists: int | None = None
        self.flags: list[RemoteFlags] = []
        self.vanished: list[uid_sets.Ranges] = []
        self.gone = 0
        """How many the vanished ranges name; beyond ``MOST_VANISHED`` they are not kept."""
        self.unclear = False
        """Whether something was told that is not about the past."""

    def take(self, response: Response) -> None:
        match response:
            case Condition(code="CLOSED"):
                # What came before was about the mailbox left (RFC 7162 §3.2.11).
                self.flags.clear()
                self.vanished.clear()
                self.gone = 0
                self.unclear = False
            case Condition(code=code, arguments=arguments) if code:
                self.codes[code] = arguments
            case Exists(count):
                self.exists = count
            case Vanished(ranges, earlier=True):
                self.gone += uid_sets.count(ranges)
                if self.gone <= MOST_VANISHED:
                    self.vanished.append(ranges)
            case Vanished() | Expunge() | Fetch():
                self.unclear = True  # a message goes just now, or flags without a UID
            case _:
                pass


async def _open(
    exchange: Exchange, command: str, wire_name: str, modifiers: list[str]
) -> tuple[_Heard, Condition]:
    exchange.drain()
    exchange.watch.reset()
    heard = _Heard()

    def read(unit: Unit) -> RemoteFlags | None:
        row = read_flags(unit)
        if row is None:
            heard.take(parse_response(unit))
        else:
            heard.flags.append(row)
        return row

    arguments: list[Argument] = [Astring(wire_name), *modifiers]
    answer = await exchange.rows(read, command, *arguments, prefix="", total=TOTAL)
    return heard, answer.tagged


def _check(exchange: Exchange, wire_name: str, tagged: Condition) -> None:
    # A failed SELECT leaves no mailbox selected (RFC 9051 §6.3.2).
    exchange.connection.mailbox_selected(selected=tagged.status == "OK")
    if tagged.status != "OK":
        raise select_refused(wire_name, tagged)
    exchange.watch.settle()


async def _selected(exchange: Exchange, wire_name: str, heard: _Heard) -> SelectedMailbox:
    codes = heard.codes
    validity = uid_sets.number(codes.get("UIDVALIDITY"), _LARGEST)
    with exchange.guard():
        if validity is None:
            # Without it no UID can be kept (RFC 9051 §2.3.1.1 makes it a must).
            raise ProtocolViolation("The mail server did not say which generation its UIDs are of.")
        if heard.exists is None:
            raise ProtocolViolation("The mail server did not say how many messages there are.")
        if heard.exists > uid_sets.MOST_MESSAGES:
            raise ProtocolViolation(
                f"The mail server claims {heard.exists} messages in one mailbox, more than we take."
            )
    permanent = codes.get("PERMANENTFLAGS")
    mod_seq = uid_sets.number(codes.get("HIGHESTMODSEQ"), _LARGEST)
    selected = SelectedMailbox(
        wire_name=wire_name,
        uid_validity=UidValidity(validity),
        uid_next=Uid(uid_sets.number(codes.get("UIDNEXT"), uid_sets.LARGEST + 1) or 0),
        exists=exchange.watch.exists,
        highest_modseq=ModSeq(0 if "NOMODSEQ" in codes else mod_seq or 0),
        read_only="READ-ONLY" in codes,
        permanent_flags=None if permanent is None else frozenset(permanent.strip("()").split()),
    )
    if selected.uid_next:
        return selected
    return replace(selected, uid_next=await _missing_uid_next(exchange), uid_next_told=False)


async def _missing_uid_next(exchange: Exchange) -> Uid:
    """Return one above the highest UID, for servers that do not send UIDNEXT."""
    if not exchange.watch.exists:
        return Uid(1)
    answer = await exchange.rows(read_flags, "FETCH", "*", "(UID FLAGS)")
    return Uid(max((row.uid for row in answer.rows), default=Uid(0)) + 1)


def _doubt(
    heard: _Heard, selected: SelectedMailbox, uid_validity: UidValidity, mod_seq: ModSeq
) -> str:
    """Return why the changes must not be believed, or nothing."""
    exists = selected.exists
    highest_gone = max((high for ranges in heard.vanished for _, high in ranges), default=0)
    highest = max((row.uid for row in heard.flags), default=0)
    reasons = (
        (selected.uid_validity != uid_validity, "uid_validity"),
        (selected.highest_modseq < mod_seq, "mod_seq_went_back"),  # 0 where none is kept
        (heard.unclear, "unclear"),
        ("MESSAGELIMIT" in heard.codes, "cut_short"),  # RFC 9738
        (len(heard.flags) > exists, "more_flags_than_messages"),
        (heard.gone > MOST_VANISHED, "too_many_vanished"),
        (max(highest, highest_gone) >= selected.uid_next, "beyond_uid_next"),
        (_overlap(heard), "changed_and_gone"),
    )
    return next((reason for is_so, reason in reasons if is_so), "")


def _overlap(heard: _Heard) -> bool:
    """Tell whether a message is said to have changed and to be gone."""
    bounds = sorted(pair for ranges in heard.vanished for pair in ranges)
    position = 0
    for uid in sorted(row.uid for row in heard.flags):
        while position < len(bounds) and bounds[position][1] < uid:
            position += 1
        if position < len(bounds) and bounds[position][0] <= uid:
            return True
    return False
