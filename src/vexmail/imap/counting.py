"""Counters of all mailboxes: LIST-STATUS (RFC 5819), else STATUS (RFC 9051 §6.3.11)."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.domain.mailbox import MailboxCounters, RemoteMailbox
from vexmail.imap import listing, uid_sets
from vexmail.imap.connection import Running
from vexmail.imap.encode import Astring
from vexmail.imap.exchange import SLACK, TOTAL, Exchange
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Condition, Continuation, Response, Status

log = structlog.get_logger(__name__)

DEPTH: Final = 2  # STATUS commands in flight
EACH: Final = 1.0  # seconds that one of many STATUS may take
_LARGEST_MODSEQ: Final = 2**63 - 1  # RFC 7162 §7 ``mod-sequence-value``


async def survey(exchange: Exchange) -> list[RemoteMailbox]:
    """Return all mailboxes, and the counters of those that can be opened.

    Raises:
        CommandRefused, TransientError: the server would not even list.
    """
    items = ["MESSAGES", "UNSEEN", "UIDNEXT", "UIDVALIDITY"]
    if exchange.capabilities & {"CONDSTORE", "QRESYNC"}:
        items.append("HIGHESTMODSEQ")  # RFC 7162 §3.1.7
    # Cyrus 3.6 answers LIST with STATUS (MAILBOXID) with bytes of memory it has freed, brackets
    # and line ends among them.
    is_cyrus = "cyrus" in exchange.introduction.lower()
    if "OBJECTID" in exchange.capabilities and not is_cyrus:
        items.append("MAILBOXID")  # RFC 8474 §4.3
    wanted = f"({' '.join(items)})"
    with exchange.watch.deaf():
        if exchange.capabilities & {"LIST-STATUS", "IMAP4REV2"}:
            answer = await listing.ask(exchange, option=f"STATUS {wanted}")
            if answer.tagged.status == "OK":
                mailboxes = await listing.read(exchange, answer.responses, f"STATUS {wanted}")
                if any(isinstance(told, Status) for told in answer.responses):
                    return await _counted(exchange, mailboxes, answer.responses)
            log.warning("imap.list_status.useless", status=answer.tagged.status)
        mailboxes = await listing.list_mailboxes(exchange)
        names = [mailbox.wire_name for mailbox in mailboxes if mailbox.selectable]
        told = await _ask_in_pairs(exchange, [name for name in names if name.isascii()], wanted)
        for name in names:
            if not name.isascii():  # a literal: the server must say "+" before we go on
                one = await exchange.run("STATUS", Astring(name), wanted)
                told += [response for response in one.responses if isinstance(response, Status)]
        return await _counted(exchange, mailboxes, told)


async def _ask_in_pairs(exchange: Exchange, names: Sequence[str], items: str) -> list[Status]:
    """Keep two STATUS commands in flight; what is refused is left out."""
    waiting, flying = deque(names), dict[str, Running]()
    told: list[Status] = []
    async with exchange.deadline("STATUS", TOTAL + EACH * len(names)):
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


async def _counted(
    exchange: Exchange, mailboxes: Iterable[RemoteMailbox], responses: Iterable[Response]
) -> list[RemoteMailbox]:
    told: dict[str, MailboxCounters] = {}
    for response in responses:
        if isinstance(response, Status):
            counters = _counters(response)
            if counters is not None:
                told[_key(response.name.decode("utf-8", "replace"))] = counters
            await exchange.breathe()
    counted = []
    for mailbox in mailboxes:
        counters = told.get(_key(mailbox.wire_name)) if mailbox.selectable else None
        counted.append(mailbox if counters is None else replace(mailbox, counters=counters))
        await exchange.breathe()
    return counted


def _key(name: str) -> str:
    return "INBOX" if name.upper() == "INBOX" else name  # case-insensitive (RFC 9051 §5.1)


def _counters(status: Status) -> MailboxCounters | None:
    """Return what a STATUS answer says, or None where it leaves out or makes up too much."""
    items = status.items
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
        messages,
        min(unseen, messages),
        Uid(uid_next),
        UidValidity(uid_validity),
        ModSeq(mod_seq),
        status.object_id,
    )
