"""What is said right after login: who we are, and what the server may switch on for us."""

from importlib.metadata import version
from typing import Final

import structlog

from vexmail.domain.errors import ConnectionTimedOut
from vexmail.imap.connection import Running
from vexmail.imap.encode import quoted
from vexmail.imap.exchange import Exchange
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Condition, Continuation, Response

log = structlog.get_logger(__name__)

MOMENT: Final = 2.0  # seconds for the answer to ID, which nobody needs
STEP: Final = 30.0  # seconds for the answer to ENABLE
LONGEST_INTRODUCTION: Final = 1000  # characters kept of what a server says of itself


async def introduce(exchange: Exchange) -> None:
    """Send ID (RFC 2971) and ENABLE QRESYNC (RFC 5161, RFC 7162 §3.2.3) where offered.

    Both go out at once; a refusal of either is no failure. Some Chinese providers let nobody
    select a mailbox who has not said who it is. IMAP4rev2 is never enabled: it would change the
    encoding of mailbox names and of SEARCH.

    Raises:
        ConnectionTimedOut: ENABLE was never answered.
    """
    offered = exchange.capabilities
    with exchange.guard():
        waiting: dict[str, Running] = {}
        if "ID" in offered:
            fields = ("name", "VexMail", "version", version("vexmail"))
            said = exchange.connection.begin("ID", f"({' '.join(map(quoted, fields))})")
            waiting[said.tag] = said
        if "QRESYNC" in offered and offered & {"ENABLE", "IMAP4REV2"}:
            enabling = exchange.connection.begin("ENABLE", "QRESYNC")
            waiting[enabling.tag] = enabling
        await _listen(exchange, waiting)


async def _listen(exchange: Exchange, waiting: dict[str, Running]) -> None:
    """Read until all is answered, or nothing is missing but the answer to ID for a moment."""
    connection = exchange.connection
    began = connection.loop.time()
    while waiting:
        needed = any(running.name == "ENABLE" for running in waiting.values())
        left = began + (STEP if needed else MOMENT) - connection.loop.time()
        if left <= 0 and needed:
            raise ConnectionTimedOut(
                "The mail server stopped answering after login. It will be tried again."
            )
        if left <= 0:
            log.info("imap.id.unanswered")  # a late answer is passed over as an unknown tag's
            return
        unit = connection.take()
        if unit is None:
            await connection.wait_for_unit(left)
        else:
            if unit[0][:5].upper() == b"* ID ":
                said = f"{exchange.introduction} {unit[0][5:].decode('utf-8', 'replace')}"
                exchange.introduction = said[:LONGEST_INTRODUCTION]
            _take_in(exchange, parse_response(unit), waiting)


def _take_in(exchange: Exchange, response: Response, waiting: dict[str, Running]) -> None:
    if isinstance(response, Condition) and response.tag:
        running = waiting.pop(response.tag, None)
        if running is not None and exchange.ends(response, running):
            log.debug("imap.introduced", command=running.name, status=response.status)
    elif not isinstance(response, Continuation):
        exchange.note(response)
