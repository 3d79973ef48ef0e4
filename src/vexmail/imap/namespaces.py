"""Whose mailboxes begin how (RFC 2342): asked once a connection, laid over the mailbox list."""

from dataclasses import replace
from typing import Final

from vexmail.domain.mailbox import MailboxNamespace, RemoteMailbox
from vexmail.imap.exchange import Exchange
from vexmail.imap.header_text import clean
from vexmail.imap.mailbox_names import decode_name
from vexmail.imap.responses import Namespace, Namespaces

NO_NAMESPACES: Final = Namespaces((), (), ())


async def namespaces_of(exchange: Exchange) -> Namespaces:
    """Return the server's answer; a server without one has no prefixes."""
    if exchange.namespaces is None:
        exchange.namespaces = NO_NAMESPACES
        if exchange.capabilities & {"NAMESPACE", "IMAP4REV2"}:
            answer = await exchange.run("NAMESPACE")
            told = [one for one in answer.responses if isinstance(one, Namespaces)]
            if answer.tagged.status == "OK" and told:
                exchange.namespaces = told[-1]
    return exchange.namespaces


def placed(mailbox: RemoteMailbox, namespaces: Namespaces) -> RemoteMailbox:
    """Return a mailbox with its namespace: the one with the longest prefix of its wire name.

    The inbox belongs to our first one, whatever that one's prefix is (RFC 2342 §5).
    """
    if mailbox.wire_name.upper() == "INBOX":
        first = namespaces.personal[0].prefix if namespaces.personal else ""
        return replace(mailbox, prefix=_shown(first))
    kinds = (
        (MailboxNamespace.PERSONAL, namespaces.personal),
        (MailboxNamespace.OTHER, namespaces.other),
        (MailboxNamespace.SHARED, namespaces.shared),
    )
    best = (-1, MailboxNamespace.PERSONAL, "")
    for kind, members in kinds:
        for one in members:
            if _begins(mailbox.wire_name, one) and len(one.prefix) > best[0]:
                best = (len(one.prefix), kind, one.prefix)
    return replace(mailbox, namespace=best[1], prefix=_shown(best[2]))


def _begins(wire_name: str, namespace: Namespace) -> bool:
    """Tell whether a name lies in a namespace, or is its root: the prefix without delimiter."""
    root = namespace.prefix.removesuffix(namespace.delimiter or "")
    return wire_name.startswith(namespace.prefix) or (bool(root) and wire_name == root)


def _shown(prefix: str) -> str:
    return clean(decode_name(prefix)) if prefix else ""
