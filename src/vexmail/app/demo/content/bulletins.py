"""Makes issues of the newsletters in ``newsletters*.toml``."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from vexmail.app.demo.content.attachments import Attachment, landscape
from vexmail.app.demo.content.conversations import new_id
from vexmail.app.demo.content.headers import Mailbox
from vexmail.app.demo.content.html_pages import Look, Story, masthead, page, paragraph, story_row
from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.people import ME
from vexmail.app.demo.content.words import texts

_STORIES_AN_ISSUE = 3


@dataclass(frozen=True, slots=True)
class Series:
    """A newsletter: who sends it, how it looks, what it has to tell."""

    sender: Mailbox
    title: str
    line: str
    look: Look
    every_days: float
    hello: tuple[str, ...]
    stories: tuple[tuple[str, str], ...]
    goodbye: str
    charset: str
    painted: bool

    def issue(self, number: int, at: datetime, chance: random.Random) -> Letter:
        """Return issue ``number``; its stories are the next ones of the round."""
        total = len(self.stories)
        step = number * _STORIES_AN_ISSUE + number // total
        chosen = [self.stories[(step + place) % total] for place in range(_STORIES_AN_ISSUE)]
        site = f"https://www.{self.sender.address.split('@')[1]}"
        pieces = [
            Story(
                head,
                text,
                f"{site}/{number}/{place + 1}?utm_source=mail&utm_campaign={number}",
                f"https://images.example.com/{self.title.split()[-1].lower()}/{number}-{place}.jpg"
                if place != 1
                else "",
            )
            for place, (head, text) in enumerate(chosen)
        ]
        pictures: tuple[Attachment, ...] = ()
        if self.painted:
            cid = f"{number}.lead@{self.sender.address.split('@')[1]}"
            picture = landscape((number + len(self.title)) % 12)
            pictures = (Attachment("lead.png", "image/png", picture, content_id=cid),)
            pieces[0] = replace(pieces[0], image=f"cid:{cid}")
        hello = self.hello[number % len(self.hello)]
        leave = f"{site}/leave?reader=robin&list={number}"
        footer = (
            f'{escape(self.goodbye)}<br><a href="{leave}" style="color:#77777a">Unsubscribe</a> '
            f'&middot; <a href="{site}/{number}" style="color:#77777a">View in browser</a>'
            f'<img src="https://pixel.example.com/o/{number}.gif" width="1" height="1" alt="">'
        )
        rows = masthead(self.look, self.title, self.line) + paragraph(hello)
        rows += "\n".join(story_row(self.look, piece) for piece in pieces)
        plain = "\n\n".join(f"{p.head.upper()}\n{p.text}\n{p.link}" for p in pieces)
        return Letter(
            sender=self.sender,
            to=(ME,),
            subject=self._subject(number, [head for head, _ in chosen]),
            text=f"{self.title}\n{self.line}\n\n{hello}\n\n{plain}\n\n-- \n{self.goodbye}\n{leave}",
            html=page(self.look, chosen[1][0] + " · " + chosen[2][0], rows, footer),
            charset=self.charset,
            sent_at=at,
            attachments=pictures,
            message_id=new_id(chance, self.sender.address),
            headers=(
                ("List-Id", f"<news.{self.sender.address.split('@')[1]}>"),
                ("List-Unsubscribe", f"<{leave}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                ("Precedence", "bulk"),
            ),
        )

    def _subject(self, number: int, heads: list[str]) -> str:
        """Return a subject in one of the three ways editors have."""
        match number % 3:
            case 0:
                return heads[0]
            case 1:
                return f"{heads[0]} · {heads[1]}"
            case _:
                return f"{self.title} {number}: {heads[0]}"


def all_series() -> Iterator[Series]:
    """Yield every newsletter."""
    for name in ("newsletters", "newsletters_more"):
        for row in texts(name)["series"]:
            yield _series(row)


def _series(row: dict[str, Any]) -> Series:
    return Series(
        sender=Mailbox(row["name"], row["address"]),
        title=row["title"],
        line=row["line"],
        look=Look(row["colour"], row["ground"]),
        every_days=float(row["every_days"]),
        hello=tuple(row["hello"]),
        stories=tuple((head, text) for head, text in row["stories"]),
        goodbye=row["goodbye"],
        charset=row.get("charset", "utf-8"),
        painted=row.get("painted", False),
    )
