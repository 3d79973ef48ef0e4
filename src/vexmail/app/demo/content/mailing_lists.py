"""Makes threads of the mailing lists Robin reads."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from vexmail.app.demo.content.conversations import gap, new_id, quoting
from vexmail.app.demo.content.headers import Mailbox
from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.people import language
from vexmail.app.demo.content.words import chosen_slots, filled, texts


@dataclass(frozen=True, slots=True)
class MailingList:
    """A list with its members and the threads they have."""

    address: Mailbox
    tag: str
    footer: str
    members: tuple[Mailbox, ...]
    threads: tuple[dict[str, Any], ...]
    times: int

    def thread(self, turn: int, start: datetime, chance: random.Random) -> list[Letter]:
        """Return one thread; ``turn`` chooses which and who takes part."""
        row = self.threads[turn % len(self.threads)]
        slots = chosen_slots(row.get("slots", {}), turn // len(self.threads), chance, start)
        voices = chance.sample(self.members, min(len(self.members), len(row["posts"])))
        first = f"[{self.tag}] {filled(row['subject'], slots)}"
        letters: list[Letter] = []
        at = start
        for place, post in enumerate(row["posts"]):
            letter = self._post(
                voices[place % len(voices)],
                filled(post, slots),
                first if not letters else f"Re: {first}",
                at,
                chance,
            )
            if letters:
                # Answers go to the start or to the latest post: a tree, as lists have it.
                answered = letters[0] if chance.random() < 0.35 else letters[-1]
                letter = quoting(letter, answered, language("en"))
            letters.append(letter)
            at += gap(chance) + timedelta(minutes=20)
        return letters

    def _post(
        self, voice: Mailbox, text: str, subject: str, at: datetime, chance: random.Random
    ) -> Letter:
        host = self.address.address.split("@")[1]
        name = self.address.address.split("@")[0]
        return Letter(
            sender=voice,
            to=(self.address,),
            subject=subject,
            text=f"{text}\n\n{voice.name.split()[0]}",
            sent_at=at,
            message_id=new_id(chance, voice.address),
            headers=(
                ("List-Id", f"{self.tag} <{name}.{host}>"),
                ("List-Post", f"<mailto:{self.address.address}>"),
                ("List-Unsubscribe", f"<https://{host}/leave/{name}>"),
                ("Precedence", "list"),
            ),
        )


def with_footer(letter: Letter, footer: str) -> Letter:
    """Return the letter as the list server sends it on, its footer below."""
    return replace(letter, text=f"{letter.text}\n\n{'_' * 47}\n{footer}")


def mailing_lists() -> Iterator[MailingList]:
    """Yield every list."""
    for row in texts("lists")["list"]:
        yield MailingList(
            address=Mailbox(row["name"], row["address"]),
            tag=row["tag"],
            footer=row["footer"],
            members=tuple(Mailbox(name, address) for name, address in row["members"]),
            threads=tuple(row["thread"]),
            times=row["times"],
        )
