"""Hearing of all mailboxes on one connection (RFC 5465)."""

from typing import Final

import structlog

from vexmail.imap.exchange import Exchange

log = structlog.get_logger(__name__)

# Without a group for the selected mailbox the server would fall silent about it (RFC 5465 §3.1).
# "Delayed" keeps EXPUNGE out of the answers in which RFC 9051 §7.5.1 forbids it.
_SELECTED: Final = "(SELECTED-DELAYED (MessageNew MessageExpunge FlagChange))"
_OTHERS: Final = (
    "(PERSONAL (MessageNew MessageExpunge FlagChange MailboxName))",
    "(PERSONAL (MessageNew MessageExpunge FlagChange))",  # for servers that answer BADEVENT
)


async def hear_of_all(exchange: Exchange) -> bool:
    """Send NOTIFY where it is offered; a refusal is no failure."""
    if "NOTIFY" not in exchange.capabilities:
        return False
    for others in _OTHERS:
        answer = await exchange.run("NOTIFY", "SET", _SELECTED, others)
        if answer.tagged.status == "OK":
            exchange.watch.hear_elsewhere()
            return True
        log.info("imap.notify.refused", status=answer.tagged.status, code=answer.tagged.code)
        if answer.tagged.code != "BADEVENT":
            break
    return False
