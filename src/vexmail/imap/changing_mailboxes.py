"""Creating, renaming, deleting mailboxes and subscribing to them (RFC 9051 §6.3.4-6.3.8).

A new name is put below the prefix of our own namespace (RFC 2342), as some servers keep every
mailbox below ``INBOX.`` and refuse others. The server's hierarchy delimiter in a name means
levels; which character that is the mailbox list tells.
"""

import unicodedata
from typing import Final

import structlog

from vexmail.domain.errors import CommandRefused, MailboxGone
from vexmail.imap.encode import Astring, refuses
from vexmail.imap.exchange import Exchange
from vexmail.imap.listing import ALL, list_entries
from vexmail.imap.mailbox_names import encode_name
from vexmail.imap.namespaces import namespaces_of
from vexmail.imap.responses import Namespace
from vexmail.imap.wording import mailbox_refused

log = structlog.get_logger(__name__)

LONGEST_NAME: Final = 1000  # bytes on the wire; a line has at most 8,192 (RFC 7162 §4)


async def create(exchange: Exchange, name: str) -> str:
    """Create a mailbox and subscribe to it; answer its wire name.

    Raises:
        CommandRefused, TransientError: the server would not, or no server takes such a name.
    """
    wire_name = await _wire_name(exchange, name)
    try:
        await _change(exchange, "create the mailbox", "CREATE", wire_name)
    except CommandRefused as refusal:
        raise await _explained(exchange, refusal, wire_name) from refusal
    await _try_to(exchange, "SUBSCRIBE", wire_name)
    return wire_name


async def rename(exchange: Exchange, wire_name: str, name: str) -> str:
    """Rename a mailbox with all below it; answer its new wire name. Subscriptions move along.

    Raises:
        MailboxGone, CommandRefused, TransientError: the server would not. The inbox is never
            renamed: that would move its messages instead (RFC 9051 §6.3.6).
    """
    _refuse_inbox(wire_name, "renamed")
    new_name = await _wire_name(exchange, name)
    if new_name == wire_name:
        return new_name
    # Courier ends the session when asked to rename what is not there.
    if not await _is_listed(exchange, wire_name):
        raise MailboxGone("The mailbox does not exist (any more).")
    subscribed = await _subscribed_below(exchange, wire_name)
    try:
        await _change(exchange, "rename the mailbox", "RENAME", wire_name, new_name)
    except CommandRefused as refusal:
        raise await _explained(exchange, refusal, new_name) from refusal
    # The server keeps subscriptions by name and does not move them (RFC 9051 §6.3.7).
    for old in subscribed:
        await _try_to(exchange, "SUBSCRIBE", new_name + old.removeprefix(wire_name))
        await _try_to(exchange, "UNSUBSCRIBE", old)
    return new_name


async def delete(exchange: Exchange, wire_name: str) -> None:
    """Delete a mailbox and its messages, and the subscription to it.

    Raises:
        MailboxGone, CommandRefused, TransientError: the server would not.
    """
    _refuse_inbox(wire_name, "deleted")
    try:
        await _change(exchange, "delete the mailbox", "DELETE", wire_name)
    except CommandRefused as refusal:
        if refusal.response_code or await _is_listed(exchange, wire_name):
            raise
        raise MailboxGone("The mailbox does not exist (any more).") from refusal
    await _try_to(exchange, "UNSUBSCRIBE", wire_name)


async def subscribe(exchange: Exchange, wire_name: str, *, wanted: bool) -> None:
    """Subscribe to a mailbox or end that.

    Raises:
        MailboxGone, CommandRefused, TransientError: the server would not.
    """
    what = "subscribe to the mailbox" if wanted else "end the subscription"
    await _change(exchange, what, "SUBSCRIBE" if wanted else "UNSUBSCRIBE", wire_name)


async def _change(exchange: Exchange, what: str, command: str, *names: str) -> None:
    if any(map(refuses, names)):
        raise CommandRefused("The name of a mailbox may hold no line break.")
    answer = await exchange.run(command, *map(Astring, names))
    if answer.tagged.status != "OK":
        raise mailbox_refused(what, answer.tagged)


async def _explained(exchange: Exchange, refusal: CommandRefused, new: str) -> CommandRefused:
    """Say that a name is taken where the server did not.

    Cyrus and Courier refuse without the codes of RFC 5530 §3.
    """
    if refusal.response_code or not await _is_listed(exchange, new):
        return refusal
    return CommandRefused(refusal.message, "ALREADYEXISTS")


async def _is_listed(exchange: Exchange, wire_name: str) -> bool:
    """Tell whether a mailbox exists; a name may hold wildcards, so others may be listed, too."""
    if refuses(wire_name):
        return True  # what no command can carry is left to the command's own refusal
    answer = await exchange.run("LIST", '""', Astring(wire_name))
    found = list_entries(answer.responses).get(wire_name)
    return found is not None and "\\nonexistent" not in found.attributes


async def _try_to(exchange: Exchange, command: str, wire_name: str) -> None:
    """Do what is nice to have: without a subscription the mailbox is still there."""
    answer = await exchange.run(command, Astring(wire_name))
    if answer.tagged.status != "OK":
        log.info("imap.subscription.refused", command=command, code=answer.tagged.code)


def _refuse_inbox(wire_name: str, what: str) -> None:
    if wire_name.upper() == "INBOX":
        raise CommandRefused(f"The inbox cannot be {what}.")


async def _wire_name(exchange: Exchange, name: str) -> str:
    """Return the wire form of a name that a person gave, below the right prefix.

    Raises:
        CommandRefused: it cannot be a name.
    """
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in name):
        raise CommandRefused(
            "The name of a mailbox may hold no line breaks or other control characters."
        )
    namespaces = await namespaces_of(exchange)
    own = namespaces.personal[0] if namespaces.personal else Namespace("", None)
    delimiter = own.delimiter or ""
    # A delimiter at the end only says that more will come below (RFC 9051 §6.3.4).
    wire_name = encode_name(name)
    bare = wire_name.rstrip(delimiter) if delimiter else wire_name
    if not bare.strip() or len(bare) > LONGEST_NAME:
        raise CommandRefused("The name of a mailbox must have one letter, and not too many.")
    prefix = own.prefix
    if bare.upper().startswith(prefix.upper()) and len(bare) > len(prefix):
        return prefix + bare[len(prefix) :]  # "inbox.x" is "INBOX.x" (RFC 9051 §5.1)
    is_foreign = any(other.prefix and bare.startswith(other.prefix) for other in namespaces.foreign)
    elsewhere = any(other.prefix and bare.startswith(other.prefix) for other in namespaces.personal)
    if is_foreign or elsewhere or bare.upper() == "INBOX":
        return bare
    return prefix + bare


async def _subscribed_below(exchange: Exchange, wire_name: str) -> list[str]:
    """Return the subscribed ones among a mailbox and those below it."""
    answer = await exchange.run("LSUB", *ALL)
    if answer.tagged.status != "OK":
        return []
    return [
        name
        for name, entry in list_entries(answer.responses, lsub=True).items()
        if name == wire_name or (entry.delimiter and name.startswith(wire_name + entry.delimiter))
    ]
