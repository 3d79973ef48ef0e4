"""Counters of all mailboxes: LIST-STATUS (RFC 5819), else STATUS (RFC 9051 §6.3.11)."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.domain.mailbox import MailboxCounters
from vexmail.imap import uid_sets
from vexmail.imap.connection import Running
from vexmail.imap.encode import Astring
from vexmail.imap.exchange import SLACK, TOTAL, Exchange
from vexmail.imap.listing import ALL, list_entries
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Condition, Continuation, Response, Status
from vexmail.imap.wording import command_refused

log = structlog.get_logger(__name__)

DEPTH: Final = 2  # STATUS commands in flight
_LARGEST_MODSEQ: Final = 2**63 - 1  # RFC 7162 §7 ``mod-sequence-value``


async def mailbox_counters(exchange: Exchange) -> dict[str, MailboxCounters]:
    """Return the counters of every selectable mailbox by wire name.

    Raises:
        CommandRefused, TransientError: the server would not even list.
    """
    items = ["MESSAGES", "UNSEEN", "UIDNEXT", "UIDVALIDITY"]
    if exchange.capabilities & {"CONDSTORE", "QRESYNC"}:
        items.append("HIGHESTMODSEQ")  # RFC 7162 §3.1.7
    wanted = f"({' '.join(items)})"
    if exchange.capabilities & {"LIST-STATUS", "IMAP4REV2"}:
        answer = await exchange.run("LIST", *ALL, "RETURN", f"(STATUS {wanted})")
        if answer.tagged.status == "OK":
            return _read(_selectable(answer.responses), answer.responses)
        log.warning("imap.list_status.refused", status=answer.tagged.status)
    answer = await exchange.run("LIST", *ALL)
    if answer.tagged.status != "OK":
        raise command_refused("list the mailboxes", answer.tagged)
    names = _selectable(answer.responses)
    responses = await _ask_in_pairs(exchange, [name for name in names if name.isascii()], wanted)
    for name in names:
        if not name.isascii():  # a literal: the server must say "+" before we go on
            one = await exchange.run("STATUS", Astring(name), wanted)
            responses += [response for response in one.responses if isinstance(response, Status)]
    return _read(names, responses)


async def _ask_in_pairs(exchange: Exchange, names: Sequence[str], items: str) -> list[Status]:
    """Keep two STATUS commands in flight; what is refused is left out."""
    waiting, flying = deque(names), dict[str, Running]()
    told: list[Status] = []
    async with exchange.deadline("STATUS", TOTAL):
        while waiting or flying:
            while waiting and len(flying) < DEPTH:
                running = exchange.connection.begin("STATUS", Astring(waiting.popleft()), items)
                flying[running.tag] = running
            response = parse_response(await exchange.next_unit())
            if isinstance(response, Condition) and response.tag:
                landed = flying.pop(response.tag, None)
                if landed is not None and exchange.ends(response, landed):
                    _note_refusal(response)
            elif isinstance(response, Continuation):
                exchange.go_on(next(iter(flying.values())))
            elif isinstance(response, Status):
                told.append(response)
                if len(told) > 2 * len(names) + SLACK:
                    raise ProtocolViolation("The mail server counts mailboxes without end.")
            else:
                exchange.note(response)
    return told


def _note_refusal(tagged: Condition) -> None:
    if tagged.status != "OK":
        log.info("imap.status.refused", status=tagged.status, code=tagged.code)


def _selectable(responses: Iterable[Response]) -> list[str]:
    closed = {"\\noselect", "\\nonexistent"}
    entries = list_entries(responses)
    return [name for name, entry in entries.items() if not entry.attributes & closed]


def _read(names: Iterable[str], responses: Iterable[Response]) -> dict[str, MailboxCounters]:
    known = {_key(name): name for name in names}
    found: dict[str, MailboxCounters] = {}
    for response in responses:
        if isinstance(response, Status):
            name = known.get(_key(response.name.decode("utf-8", "replace")))
            counters = _counters(response.items)
            if name is not None and counters is not None:
                found[name] = counters
    return found


def _key(name: str) -> str:
    return "INBOX" if name.upper() == "INBOX" else name  # case-insensitive (RFC 9051 §5.1)


def _counters(items: dict[str, int]) -> MailboxCounters | None:
    """Return what a STATUS answer says, or None where it leaves out or makes up too much."""
    messages, unseen = items.get("MESSAGES", -1), items.get("UNSEEN", 0)
    uid_next, uid_validity = items.get("UIDNEXT", 0), items.get("UIDVALIDITY", 0)
    mod_seq = items.get("HIGHESTMODSEQ", 0)
    is_sound = (
        0 <= messages <= uid_sets.LARGEST
        and 1 <= uid_next <= uid_sets.LARGEST + 1
        and 1 <= uid_validity <= uid_sets.LARGEST
        and mod_seq <= _LARGEST_MODSEQ
    )
    if not is_sound:
        return None
    return MailboxCounters(
        messages, min(unseen, messages), Uid(uid_next), UidValidity(uid_validity), ModSeq(mod_seq)
    )
