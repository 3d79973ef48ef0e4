"""Reading raw messages and making HTML harmless, outside the event loop."""

from typing import Protocol

from vexmail.domain.message import ParsedMessage


class MessageParser(Protocol):
    """Reads untrusted bytes in limited child processes; never blocks the event loop, never fails.

    What cannot be read within the limits comes back as plain text with a defect named.
    """

    async def parse(self, raw: bytes) -> ParsedMessage:
        """Read one RFC 5322 message."""
        ...

    async def sanitise(self, html: str) -> str:
        """Return HTML without script, form, frame, remote reference or relative URL."""
        ...

    async def part(self, raw: bytes, part_id: str) -> bytes | None:
        """Return the decoded bytes of one part by its IMAP part number, or None if absent."""
        ...
