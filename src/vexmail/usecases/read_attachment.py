"""Give out one attachment's bytes."""

from dataclasses import dataclass

from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AttachmentId, UserId
from vexmail.ports.message_parser import MessageParser
from vexmail.store.queries.attachments import attachment
from vexmail.store.queries.reader import Reader
from vexmail.usecases.open_message import OpenMessage


@dataclass(frozen=True, slots=True)
class AttachmentBytes:
    """A file as it left its sender; name and type are the sender's words."""

    filename: str
    content_type: str
    data: bytes


class ReadAttachment:
    """Takes attachments out of stored messages."""

    def __init__(self, reader: Reader, messages: OpenMessage, parser: MessageParser) -> None:
        self._reader = reader
        self._messages = messages
        self._parser = parser

    async def __call__(self, user_id: UserId, attachment_id: AttachmentId) -> AttachmentBytes:
        """Return the decoded bytes.

        Raises:
            NotFound: it is not this user's, or its message has no such part.
            TransientError: its message is not here and cannot be fetched now.
        """
        async with self._reader() as driver:
            found = await attachment(driver, user_id, attachment_id)
        if found is None:
            raise NotFound("There is no such attachment.")
        raw = await self._messages.raw(user_id, found.message_id)
        data = await self._parser.part(raw, found.part_id)
        if data is None:
            raise NotFound("The attachment cannot be taken out of its email.")
        return AttachmentBytes(found.filename, found.content_type, data)
