"""Turns the conversations of the ``.toml`` files into threads of letters with real quotes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any

from vexmail.app.demo.content.attachments import Attachment, invitation, landscape, pdf, photo
from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.people import ME, MY_ZONE, Language, Person, language, people
from vexmail.app.demo.content.words import chosen_slots, filled, texts

LANGUAGES = ("en", "de", "fr", "es", "pl", "ja", "zh", "ar", "he", "hi")
_FILES = ("friends", "family", "work", "choir", "travel", "europe", "asia", "levant")
_QUOTE_DEPTH = 3  # older quotes are cut, as people do


@dataclass(frozen=True, slots=True)
class Conversation:
    """One hand-written conversation; a turn starts with ``<`` (them) or ``>`` (Robin).

    ``months`` are those it fits in; empty: all year.
    """

    key: str
    partner: Person
    cc: tuple[Person, ...]
    subject: str
    turns: tuple[str, ...]
    slots: dict[str, list[str]]
    times: int
    attach: str
    folder: str
    months: tuple[int, ...]

    @property
    def starts_with_them(self) -> bool:
        """Tell who wrote first."""
        return self.turns[0].startswith("<")


def conversations() -> Iterator[Conversation]:
    """Yield all conversations in the order of the files."""
    for name in _FILES:
        for number, row in enumerate(texts(name)["conversation"]):
            yield _conversation(f"{name}{number}", row)


def _conversation(key: str, row: dict[str, Any]) -> Conversation:
    everybody = people()
    return Conversation(
        key=key,
        partner=everybody[row["with"]],
        cc=tuple(everybody[name] for name in row.get("cc", ())),
        subject=row["subject"],
        turns=tuple(row["turns"]),
        slots=row.get("slots", {}),
        times=row.get("times", 3),
        attach=row.get("attach", ""),
        folder=row.get("folder", ""),
        months=tuple(row.get("months", ())),
    )


def gap(chance: random.Random) -> timedelta:
    """Return how long somebody took to answer: mostly an hour or two, sometimes two days."""
    return timedelta(minutes=min(3000.0, 6 + chance.lognormvariate(4.4, 1.2)))


def thread(
    talk: Conversation, repetition: int, start: datetime, chance: random.Random
) -> list[Letter]:
    """Return the letters of one run of a conversation.

    Args:
        talk: which.
        repetition: which run; chooses other words for the slots.
        start: when the first letter was sent.
        chance: answer times and ids.
    """
    slots = chosen_slots(talk.slots, repetition, chance, start)
    letters: list[Letter] = []
    at = start
    for number, turn in enumerate(talk.turns):
        text = filled(turn[1:].strip(), slots)
        if not letters:
            subject = filled(talk.subject, slots)
            letter = _letter(talk, text, subject, at, from_me=turn.startswith(">"), chance=chance)
            letters.append(_with_attachment(letter, talk, repetition))
        else:
            letters.append(
                reply(talk, letters, text, at, from_me=turn.startswith(">"), chance=chance)
            )
        at += gap(chance) if number % 2 == 0 else gap(chance) * 1.5
    return letters


def reply(
    talk: Conversation,
    before: list[Letter],
    text: str,
    at: datetime,
    *,
    from_me: bool,
    chance: random.Random,
) -> Letter:
    """Return the answer to the last of ``before``, which it quotes."""
    last = before[-1]
    tongue = language(talk.partner.language)
    prefix = tongue.reply_prefix
    subject = last.subject if last.subject.startswith(prefix) else f"{prefix} {last.subject}"
    answer = _letter(talk, text, subject, at, from_me=from_me, chance=chance)
    return quoting(answer, last, tongue)


def quoting(answer: Letter, last: Letter, tongue: Language) -> Letter:
    """Return ``answer`` with its thread ids set and the letter it answers quoted below."""
    when = last.sent_at.strftime(tongue.date_form)
    attribution = tongue.attribution.format(date=when, name=last.sender.name)
    lines = last.text.rstrip("\n").split("\n")
    deep = ">" * _QUOTE_DEPTH
    kept = [line for line in lines if not line.replace(" ", "").startswith(deep)]
    quote = "\n".join(
        f"> {line}" if line and not line.startswith(">") else f">{line}" for line in kept
    )
    html = answer.html
    if html:
        former = last.html or _html_of(last.text, right_to_left=tongue.right_to_left)
        html += (
            f'<div class="quote"><p>{escape(attribution)}</p><blockquote style="margin:0 0 0 8px;'
            f'border-left:2px solid #bbc;padding-left:10px">{former}</blockquote></div>'
        )
    return replace(
        answer,
        text=f"{answer.text}\n\n{attribution}\n{quote}",
        html=html,
        references=(*last.references, last.message_id),
    )


def _letter(
    talk: Conversation,
    text: str,
    subject: str,
    at: datetime,
    *,
    from_me: bool,
    chance: random.Random,
) -> Letter:
    partner = talk.partner
    others = tuple(person.mailbox for person in talk.cc)
    if from_me:
        tongue = language(partner.language)
        greeting = tongue.my_greeting.format(name=partner.mailbox.name.split()[0])
        body = f"{greeting}\n\n{text}\n\n{tongue.my_sign_off}"
        sender, to, when = ME, (partner.mailbox,), at.astimezone(MY_ZONE)
    else:
        body = f"{partner.greeting}\n\n{text}\n\n{partner.sign_off}"
        sender, to, when = partner.mailbox, (ME,), partner.local(at)
    return Letter(
        sender=sender,
        to=to,
        cc=others,
        subject=subject,
        text=body,
        html=_html_of(body, right_to_left=language(partner.language).right_to_left)
        if partner.rich and not from_me
        else "",
        charset="utf-8" if from_me else partner.charset,
        sent_at=when,
        message_id=new_id(chance, sender.address),
    )


def new_id(chance: random.Random, address: str) -> str:
    """Return a fresh Message-ID at the sender's domain."""
    return f"<{chance.getrandbits(64):016x}.{chance.getrandbits(24):06x}@{address.split('@')[1]}>"


def _html_of(text: str, *, right_to_left: bool) -> str:
    direction = ' dir="rtl"' if right_to_left else ""
    paragraphs = [escape(part).replace("\n", "<br>") for part in text.split("\n\n")]
    inner = "".join(f"<p>{part}</p>" for part in paragraphs)
    return f'<div{direction} style="font-family:Georgia,serif;font-size:15px">{inner}</div>'


def _with_attachment(letter: Letter, talk: Conversation, repetition: int) -> Letter:
    kind, _, name = talk.attach.partition(":")
    number = repetition + len(talk.key) + ord(talk.key[0]) + ord(talk.key[-1])
    match kind:
        case "":
            return letter
        case "photo":
            files = tuple(
                photo(f"{name} {place + 1}.png", number + place) for place in range(1 + number % 3)
            )
            return replace(letter, attachments=files)
        case "inline":
            cid = f"{number}.{letter.message_id[1:17]}@picture.example"
            picture = Attachment(f"{name}.png", "image/png", landscape(number % 12), content_id=cid)
            html = letter.html or _html_of(letter.text, right_to_left=False)
            html += f'<p><img src="cid:{cid}" alt="{escape(name)}" width="260" height="160"></p>'
            return replace(letter, html=html, attachments=(picture,))
        case "pdf":
            lines = [line for line in letter.text.split("\n") if line]
            return replace(letter, attachments=(pdf(f"{name}.pdf", letter.subject, lines),))
        case "invite":
            start = letter.sent_at + timedelta(days=4)
            item = invitation(
                letter.message_id.strip("<>"), letter.subject, name, start, letter.sender.address
            )
            return replace(letter, html="", attachments=(item,))
        case _:
            message = f"unknown attachment {talk.attach!r}"
            raise ValueError(message)
