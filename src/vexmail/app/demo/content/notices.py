"""Makes the mail that machines send: parcels, receipts, tickets, reminders, and some junk."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from vexmail.app.demo.content.attachments import Attachment, pdf, table
from vexmail.app.demo.content.conversations import new_id
from vexmail.app.demo.content.headers import Mailbox
from vexmail.app.demo.content.html_pages import Look, button, facts, masthead, page, paragraph
from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.people import ME
from vexmail.app.demo.content.words import chosen_slots, filled, texts


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notice, filled in anew each time.

    Attributes:
        times: how many of them the past holds.
        folder: where they are filed, or empty for the usual places.
        live: may be delivered while the demo runs.
    """

    sender: Mailbox
    subject: str
    text: str
    rows: tuple[tuple[str, str], ...]
    label: str
    look: Look | None
    slots: dict[str, list[str]]
    times: int
    folder: str
    attach: str
    live: bool

    def letter(self, turn: int, at: datetime, chance: random.Random) -> Letter:
        """Return the ``turn``-th notice of this kind."""
        slots = chosen_slots(self.slots, turn, chance, at)
        subject, text = filled(self.subject, slots), filled(self.text, slots)
        pairs = [(filled(name, slots), filled(value, slots)) for name, value in self.rows]
        plain = "\n".join(f"{name}: {value}" for name, value in pairs)
        domain = self.sender.address.split("@")[1]
        link = f"https://www.{domain}/{slots['number']}"
        body = "\n\n".join(part for part in (text, plain, link if self.label else "") if part)
        return Letter(
            sender=self.sender,
            to=(ME,),
            subject=subject,
            text=f"{body}\n\n-- \n{self.sender.name}",
            html=self._html(subject, text, pairs, link),
            sent_at=at,
            message_id=new_id(chance, self.sender.address),
            headers=(("Auto-Submitted", "auto-generated"),),
            attachments=self._files(subject, [text, "", *plain.split("\n")], slots),
        )

    def _html(self, subject: str, text: str, pairs: list[tuple[str, str]], link: str) -> str:
        if self.look is None:
            return ""
        rows = masthead(self.look, self.sender.name, subject) + paragraph(text) + facts(pairs)
        if self.label:
            rows += button(self.look, self.label, link)
        footer = f"{escape(self.sender.name)} &middot; You get this because you are a customer."
        return page(self.look, text[:90], rows, footer)

    def _files(
        self, subject: str, lines: list[str], slots: dict[str, str]
    ) -> tuple[Attachment, ...]:
        kind, _, name = self.attach.partition(":")
        if not kind:
            return ()
        filename = filled(name, slots)
        if kind == "csv":
            return (table(filename, [line.split(": ") for line in lines if ": " in line]),)
        return (pdf(filename, subject, [piece for line in lines for piece in _wrapped(line)]),)


def _wrapped(line: str, width: int = 84) -> list[str]:
    words, rows = line.split(), [""]
    for word in words:
        if len(rows[-1]) + len(word) > width:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def notices(name: str) -> Iterator[Notice]:
    """Yield the notices of one file."""
    for row in texts(name)["notice"]:
        yield _notice(row)


def _notice(row: dict[str, Any]) -> Notice:
    return Notice(
        sender=Mailbox(row["name"], row["address"]),
        subject=row["subject"],
        text=row["text"],
        rows=tuple((name, value) for name, value in row.get("rows", ())),
        label=row.get("label", ""),
        look=Look(row["colour"], row.get("ground", "#eef0f3")) if "colour" in row else None,
        slots=row.get("slots", {}),
        times=row["times"],
        folder=row.get("folder", ""),
        attach=row.get("attach", ""),
        live=row.get("live", True),
    )
