"""A letter of the demo world and how it becomes an RFC 5322 message."""

from dataclasses import dataclass
from datetime import datetime

from vexmail.app.demo.content.attachments import Attachment
from vexmail.app.demo.content.headers import (
    Mailbox,
    address_list,
    date_header,
    encoded_text,
    folded_ids,
)
from vexmail.app.demo.content.mime_body import mime_body


@dataclass(frozen=True, slots=True)
class Letter:
    """One message before it is written out.

    Attributes:
        text: body with ``\\n`` line ends, without trailing blank lines.
        html: an HTML alternative, or empty.
        charset: how text and header words are encoded; they must fit in it.
        references: ids of the thread so far, oldest first; the last is what this one answers.
        headers: further header lines, ASCII.
        flags: IMAP flags it is stored with.
    """

    sender: Mailbox
    to: tuple[Mailbox, ...]
    subject: str
    text: str
    sent_at: datetime
    message_id: str
    html: str = ""
    cc: tuple[Mailbox, ...] = ()
    charset: str = "utf-8"
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    flags: frozenset[str] = frozenset()

    def render(self) -> bytes:
        """Return the message's bytes, lines ending in CRLF."""
        lines = [
            f"From: {address_list([self.sender], self.charset)}",
            f"To: {address_list(self.to, self.charset)}",
        ]
        if self.cc:
            lines.append(f"Cc: {address_list(self.cc, self.charset)}")
        lines += [
            f"Subject: {encoded_text(self.subject, self.charset)}",
            f"Date: {date_header(self.sent_at)}",
            f"Message-ID: {self.message_id}",
        ]
        if self.references:
            lines.append(f"In-Reply-To: {self.references[-1]}")
            lines.append(f"References: {folded_ids(self.references)}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append("MIME-Version: 1.0")
        header = "\r\n".join(lines).encode("ascii") + b"\r\n"
        boundary = self.message_id.strip("<>").split("@")[0]
        return header + mime_body(
            self.text, self.html, self.charset, self.attachments, boundary=boundary
        )
