"""The mailbox list (RFC 9051 §6.3.9, RFC 6154)."""

from collections.abc import Iterable
from typing import Final

import structlog

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.mailbox import RemoteMailbox
from vexmail.imap.encode import Astring, refuses
from vexmail.imap.exchange import Answer, Exchange
from vexmail.imap.header_text import clean
from vexmail.imap.mailbox_names import decode_name
from vexmail.imap.namespaces import namespaces_of, placed
from vexmail.imap.responses import ListEntry, Namespaces, Response
from vexmail.imap.roles import assign_roles
from vexmail.imap.wording import command_refused

log = structlog.get_logger(__name__)

ALL: Final = ('""', '"*"')
LONGEST_NAME: Final = 2000  # bytes; what is longer fits no index, and no file system has it


async def list_mailboxes(exchange: Exchange) -> list[RemoteMailbox]:
    """Return all mailboxes with their roles, in the server's order.

    Raises:
        CommandRefused: the server would not list.
        ProtocolViolation: it listed nothing.
    """
    with exchange.watch.deaf():
        answer = await ask(exchange)
        if answer.tagged.status != "OK":
            raise command_refused("list the mailboxes", answer.tagged)
        return await read(exchange, answer.responses)


async def read(
    exchange: Exchange, responses: list[Response], option: str = ""
) -> list[RemoteMailbox]:
    """Return the mailboxes of an answer to ``ask`` with the same ``option``.

    Other people's namespaces that it left out are asked for; what they answer is added to
    ``responses``.

    Raises:
        ProtocolViolation: it listed nothing.
    """
    entries = list_entries(responses)
    if not entries:
        # "INBOX" is there for every user (RFC 9051 §5.1); an empty list would take all mail along.
        exchange.connection.abort()
        raise ProtocolViolation("The mail server listed no mailboxes. It will be asked again.")
    namespaces = await namespaces_of(exchange)
    responses += await _add_foreign(exchange, namespaces, entries, option)
    if exchange.capabilities & {"LIST-EXTENDED", "IMAP4REV2"}:
        subscribed = {name for name, entry in entries.items() if "\\subscribed" in entry.attributes}
    else:
        subscribed = await _subscribed(exchange, entries)
    mailboxes = []
    for name, entry in entries.items():
        # INBOX needs no subscription to be wanted.
        is_wanted = name in subscribed or name.upper() == "INBOX"
        mailboxes.append(placed(_mailbox(name, entry, is_wanted), namespaces))
        await exchange.breathe()
    return assign_roles(mailboxes)


async def ask(exchange: Exchange, pattern: str = "*", option: str = "") -> Answer:
    """List what a pattern names, with as much about it as the server tells at once.

    Args:
        exchange: where to ask.
        pattern: which names; all by default.
        option: one more return option, such as ``STATUS (MESSAGES)``.
    """
    arguments = ('""', Astring(pattern))
    options = [option] if option else []
    if exchange.capabilities & {"LIST-EXTENDED", "IMAP4REV2"}:
        if "SPECIAL-USE" in exchange.capabilities:
            options.insert(0, "SPECIAL-USE")
        options.insert(0, "SUBSCRIBED")
    if not options:
        return await exchange.run("LIST", *arguments)
    return await exchange.run("LIST", *arguments, "RETURN", f"({' '.join(options)})")


async def _add_foreign(
    exchange: Exchange, namespaces: Namespaces, entries: dict[str, ListEntry], option: str
) -> list[Response]:
    """Ask for namespaces of others that "*" did not show; Courier keeps ``#shared`` out of it."""
    told: list[Response] = []
    for one in namespaces.foreign:
        root = one.prefix.removesuffix(one.delimiter or "")
        if not root or refuses(root) or any(name.startswith(root) for name in entries):
            continue
        answer = await ask(exchange, one.prefix + "*", option)
        told += answer.responses
        if answer.tagged.status == "OK":
            for name, entry in list_entries(answer.responses).items():
                entries.setdefault(name, entry)
        else:
            log.info("imap.list.namespace_refused", code=answer.tagged.code)
    return told


async def _subscribed(exchange: Exchange, entries: dict[str, ListEntry]) -> set[str]:
    answer = await exchange.run("LSUB", *ALL)
    if answer.tagged.status != "OK":
        return set(entries)  # a server without subscriptions shows everything
    told = list_entries(answer.responses, lsub=True)
    # Courier tells parents of subscribed mailboxes, too, as if asked for "%" (RFC 3501 §6.3.9).
    return {
        name
        for name, entry in told.items()
        if "\\noselect" not in entry.attributes
        or (name in entries and "\\noselect" in entries[name].attributes)
    }


def list_entries(responses: Iterable[Response], *, lsub: bool = False) -> dict[str, ListEntry]:
    """Return the entries by wire name, the first of each name."""
    entries: dict[str, ListEntry] = {}
    for response in responses:
        if not isinstance(response, ListEntry) or response.lsub is not lsub:
            continue
        try:
            name = response.name.decode("utf-8")
        except UnicodeError:
            name = ""
        if not name or refuses(name) or len(response.name) > LONGEST_NAME:
            # No command of ours could carry this name, or no row of ours.
            log.warning("imap.list.name_unusable", bytes=len(response.name))
            continue
        entries.setdefault(name, response)
    return entries


def _mailbox(name: str, entry: ListEntry, subscribed: bool) -> RemoteMailbox:  # noqa: FBT001 - private
    return RemoteMailbox(
        name=clean(decode_name(name)),
        wire_name=name,
        delimiter=entry.delimiter,
        attributes=entry.attributes,
        subscribed=subscribed,
    )
