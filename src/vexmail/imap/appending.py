"""Adding a message to a mailbox (RFC 9051 §6.3.12)."""

from datetime import UTC, datetime
from typing import Final

from vexmail.domain.errors import CommandRefused
from vexmail.domain.flags import Flags
from vexmail.domain.ids import Uid
from vexmail.imap.dates import wire_date
from vexmail.imap.encode import Argument, Astring, Literal
from vexmail.imap.exchange import Exchange
from vexmail.imap.storing import flag_list
from vexmail.imap.uid_codes import appended_uid
from vexmail.imap.wording import filing_refused

SLOWEST: Final = 20_000  # bytes per second that an upload may crawl at


async def append(
    exchange: Exchange, wire_name: str, raw: bytes, flags: Flags, received_at: datetime | None
) -> Uid | None:
    """Send a message byte for byte; answer its UID where the server tells (RFC 4315 §3).

    Raises:
        MailboxGone, CommandRefused, TransientError: see ``wording.filing_refused``. A message
            with NUL is refused here: no literal may hold one (RFC 9051 §9 ``CHAR8``).
    """
    if b"\x00" in raw:
        raise CommandRefused("The message holds a NUL byte, which no mail server takes.")
    if not raw:
        raise CommandRefused("An empty message cannot be stored.")
    arguments: list[Argument] = [Astring(wire_name)]
    kept = flag_list(flags)
    if kept != "()":
        arguments.append(kept)
    if received_at is not None:
        arguments.append(f'"{wire_date(received_at.astimezone(UTC))}"')
    answer = await exchange.run("APPEND", *arguments, Literal(raw), patience=len(raw) / SLOWEST)
    if answer.tagged.status != "OK":
        raise filing_refused("add the message", wire_name, answer.tagged)
    return appended_uid(answer.tagged)
