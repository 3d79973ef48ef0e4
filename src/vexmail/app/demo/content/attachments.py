"""Makes small, valid files in code: PDF, PNG, calendar invitation, table.

Nothing is read from disk. Same arguments, same bytes.
"""

import math
import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a letter.

    Attributes:
        content_id: set for a picture shown inside the HTML, without angle brackets.
        method: iTIP method (RFC 5546) when this is a calendar object.
    """

    filename: str
    content_type: str
    data: bytes
    content_id: str = ""
    method: str = ""


def pdf(filename: str, title: str, lines: Sequence[str]) -> Attachment:
    """Return a one-page PDF with a title and lines of text (Latin-1; the rest becomes ``?``)."""
    drawing = [f"BT /F2 20 Tf 60 770 Td ({_pdf_text(title)}) Tj ET", "60 756 m 535 756 l S"]
    for row, line in enumerate(lines):
        drawing.append(f"BT /F1 11 Tf 60 {730 - 18 * row} Td ({_pdf_text(line)}) Tj ET")
    stream = "\n".join(drawing).encode("latin-1", "replace")
    font = b"<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont /%s >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return Attachment(filename, "application/pdf", bytes(out))


def _pdf_text(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


@cache
def landscape(number: int, width: int = 520, height: int = 320) -> bytes:
    """Return a PNG of hills under a sky; ``number`` chooses the light and the hills."""
    chance = random.Random(number)  # noqa: S311 - a picture, not a secret
    top = [chance.randint(60, 220) for _ in range(3)]
    low = [chance.randint(150, 255) for _ in range(3)]
    ridges = [
        (chance.uniform(0.4, 0.85), chance.uniform(8, 30), chance.uniform(40, 130), chance.random())
        for _ in range(3)
    ]
    ridges.sort()
    sky = [
        bytes(int(a + (b - a) * y / height) for a, b in zip(top, low, strict=True))
        for y in range(height)
    ]
    shades = [bytes(channel * (5 - layer) // 8 for channel in top) for layer in range(3)]
    columns = []
    for x in range(width):
        column = sky[:]
        for shade, (at, swell, length, shift) in zip(shades, ridges, strict=True):
            crest = int(height * at + swell * math.sin(x / length + 7 * shift)) + 1
            column[crest:] = [shade] * (height - crest)
        columns.append(column)
    rows = b"".join(b"\0" + b"".join(row) for row in zip(*columns, strict=True))
    return _png(width, height, rows)


def _png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def photo(filename: str, number: int) -> Attachment:
    """Return a landscape as a photo."""
    return Attachment(filename, "image/png", landscape(number % 12))


def invitation(uid: str, title: str, place: str, start: datetime, organiser: str) -> Attachment:
    """Return a meeting request of one hour (RFC 5545, RFC 5546)."""
    form = "%Y%m%dT%H%M%SZ"
    begin = start.astimezone(UTC)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Northlight Maps//Desk//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{(begin - timedelta(days=3)).strftime(form)}",
        f"DTSTART:{begin.strftime(form)}",
        f"DTEND:{(begin + timedelta(hours=1)).strftime(form)}",
        f"SUMMARY:{title.replace(',', chr(92) + ',')}",
        f"LOCATION:{place.replace(',', chr(92) + ',')}",
        f"ORGANIZER:mailto:{organiser}",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:demo@vexmail.example",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    data = "".join(line + "\r\n" for line in lines).encode()
    return Attachment("invite.ics", "application/ics", data, method="REQUEST")


def table(filename: str, rows: Sequence[Sequence[str]]) -> Attachment:
    """Return a CSV file (RFC 4180)."""
    data = "".join(",".join(row) + "\r\n" for row in rows).encode()
    return Attachment(filename, "text/csv", data)
