"""Puts the world together: which letters lie where, and which come next."""

import email
import email.policy
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parseaddr

from vexmail.app.demo.content.bulletins import all_series
from vexmail.app.demo.content.conversations import (
    Conversation,
    conversations,
    new_id,
    quoting,
    reply,
    thread,
)
from vexmail.app.demo.content.filing import Filed, with_read_state
from vexmail.app.demo.content.headers import Mailbox
from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.mailing_lists import mailing_lists, with_footer
from vexmail.app.demo.content.notices import notices
from vexmail.app.demo.content.people import ME, MY_ZONE, language, person_at
from vexmail.app.demo.content.words import filled, texts

MAILBOXES = {
    "INBOX": "",
    "Drafts": "\\Drafts",
    "Sent": "\\Sent",
    "Archive": "\\Archive",
    "Junk": "\\Junk",
    "Trash": "\\Trash",
    "Invoices": "",
    "Travel": "",
}
"""Mailbox names with their special use (RFC 6154)."""

PAST = timedelta(days=3 * 365)
_LIVE_TALKS = 14  # threads of the last two days that wait for one more answer


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A thread whose last answer is still to come."""

    talk: Conversation
    before: list[Letter]
    answer: str


class World:
    """The letters of one demo. Same seed and same now: same letters, byte for byte."""

    def __init__(self, seed: int, now: datetime) -> None:
        """Prepare the world.

        Args:
            seed: decides everything that chance decides.
            now: aware; the newest letter is a few minutes older.
        """
        self.seed = seed
        self._now = now
        self._newest = now - timedelta(minutes=4)
        self._talks = list(conversations())
        self._waiting: list[_Waiting] | None = None

    def letters(self) -> Iterator[tuple[str, Letter]]:
        """Yield (mailbox, letter), oldest first."""
        chance = self._beginning()
        everything = [
            *self._conversations(chance),
            *self._newsletters(chance),
            *self._notices(chance),
            *self._lists(chance),
            *self._drafts(chance),
        ]
        everything = [item for item in everything if item.letter.sent_at <= self._newest]
        everything.sort(key=lambda item: item.letter.sent_at)
        for filed in with_read_state(everything, self._now, chance):
            yield filed.mailbox, filed.letter

    def _beginning(self) -> random.Random:
        """Return chance as it was when the world began; conversations draw from it first."""
        return random.Random(self.seed)  # noqa: S311 - fiction, not a secret

    def _waiting_threads(self) -> list[_Waiting]:
        if self._waiting is None:
            for _ in self._conversations(self._beginning()):
                pass
        return self._waiting or []

    def _moment(self, chance: random.Random, *, least: float = 0.0) -> datetime:
        """Return a time in the past, denser towards now, in waking hours."""
        share: float = chance.random() ** 1.25
        when = (self._newest - timedelta(days=least) - PAST * share).astimezone(MY_ZONE)
        if when.hour < 7:
            when += timedelta(hours=chance.uniform(7, 14))
        return min(when, self._newest - timedelta(minutes=chance.uniform(0, 240)))

    def _moment_in(self, months: tuple[int, ...], chance: random.Random) -> datetime:
        """Return a time in the past in one of ``months``."""
        while True:
            moment = self._moment(chance, least=3)
            if not months or moment.month in months:
                return moment

    def _conversations(self, chance: random.Random) -> Iterator[Filed]:
        fit = [talk for talk in self._talks if talk.turns[-1][0] == "<" and not talk.months]
        live = {talk.key for talk in chance.sample(fit, min(_LIVE_TALKS, len(fit)))}
        waiting: list[_Waiting] = []
        for talk in self._talks:
            for repetition in range(talk.times):
                start = self._moment_in(talk.months, chance)
                letters = thread(talk, repetition, start, chance)
                yield from (Filed.from_person(letter, talk.folder, letters) for letter in letters)
            if talk.key in live:
                thread_so_far, to_come = self._live_thread(talk, chance)
                waiting.append(to_come)
                yield from thread_so_far
        self._waiting = waiting

    def _live_thread(
        self, talk: Conversation, chance: random.Random
    ) -> tuple[list[Filed], _Waiting]:
        """Return a thread of the last days; its last turn waits for :meth:`arrival`."""
        start = self._newest - timedelta(hours=chance.uniform(4, 60))
        letters = thread(talk, talk.times, start, chance)
        told = [
            replace(
                letter,
                sent_at=min(
                    letter.sent_at, self._newest - timedelta(minutes=3 * (len(letters) - place))
                ),
            )
            for place, letter in enumerate(letters[:-1])
        ]
        last = letters[-1]
        own = last.text.split(f"\n\n{talk.partner.sign_off}")[0].split("\n\n", 1)[1]
        filed = [Filed.from_person(letter, talk.folder, letters) for letter in told]
        return filed, _Waiting(talk, told, own)

    def _newsletters(self, chance: random.Random) -> Iterator[Filed]:
        for series in all_series():
            at = self._newest - timedelta(hours=chance.uniform(1, 24 * series.every_days))
            count = int(PAST / timedelta(days=series.every_days))
            for number in range(count, 0, -1):
                at = at.replace(hour=6 + number % 3, minute=chance.randrange(60))
                if at < self._newest:
                    letter = series.issue(number, at.astimezone(MY_ZONE), chance)
                    yield Filed.bulletin(letter)
                at -= timedelta(days=series.every_days)

    def _notices(self, chance: random.Random) -> Iterator[Filed]:
        for name in ("notices", "notices_more", "junk"):
            for place, notice in enumerate(notices(name)):
                moments = sorted(self._moment(chance) for _ in range(notice.times))
                if (name, place) == ("notices", 0):
                    moments[-1] = self._newest  # so that the mailbox looks lived-in right now
                for turn, at in enumerate(moments):
                    letter = notice.letter(turn, at, chance)
                    folder = "Junk" if name == "junk" else notice.folder
                    yield Filed.notice(letter, folder)

    def _lists(self, chance: random.Random) -> Iterator[Filed]:
        for circle in mailing_lists():
            for turn in range(circle.times):
                for letter in circle.thread(turn, self._moment(chance, least=1), chance):
                    yield Filed.bulletin(with_footer(letter, circle.footer))

    def _drafts(self, chance: random.Random) -> Iterator[Filed]:
        for days, row in enumerate(texts("drafts")["draft"], start=1):
            at = (self._newest - timedelta(days=days * 2, hours=3)).astimezone(MY_ZONE)
            letter = Letter(
                sender=ME,
                to=(Mailbox(row["name"], row["address"]),),
                subject=row["subject"],
                text=row["text"],
                sent_at=at,
                message_id=new_id(chance, ME.address),
            )
            yield Filed.draft(letter)

    def arrival(self, count: int, now: datetime) -> Letter:
        """Return the ``count``-th letter (from 0) that comes while the demo runs.

        Every third answers a thread, until no thread waits; the others are new.
        """
        threads = self._waiting_threads()
        chance = random.Random(self.seed * 1_000_003 + count)  # noqa: S311 - fiction
        if count % 3 == 0 and count // 3 < len(threads):
            waiting = threads[count // 3]
            at = waiting.talk.partner.local(now)
            return reply(
                waiting.talk, waiting.before, waiting.answer, at, from_me=False, chance=chance
            )
        turn = count + 1
        kind = chance.choices(["person", "notice", "news", "list"], [5, 5, 2, 3])[0]
        match kind:
            case "person":
                openers = [t for t in self._talks if t.starts_with_them and not t.months]
                return thread(chance.choice(openers), turn + 7, now, chance)[0]
            case "notice":
                live = [n for name in ("notices", "notices_more") for n in notices(name) if n.live]
                return chance.choice(live).letter(turn + 50, now.astimezone(MY_ZONE), chance)
            case "news":
                series = chance.choice(list(all_series()))
                number = int(PAST.days / series.every_days) + turn
                return series.issue(number, now.astimezone(MY_ZONE), chance)
            case _:
                circle = chance.choice(list(mailing_lists()))
                letter = circle.thread(chance.randrange(1000), now, chance)[0]
                return with_footer(letter, circle.footer)

    def answer(self, raw: bytes, now: datetime) -> Letter | None:
        """Return what the addressee of a sent message writes back; None when nobody reads it."""
        sent = email.message_from_bytes(raw, policy=email.policy.default)
        _, address = parseaddr(str(sent.get("To", "")))
        person = person_at(address)
        own_id = str(sent.get("Message-ID", "")).strip()
        if person is None or not own_id:
            return None
        tongue = language(person.language)
        chance = random.Random(f"{self.seed}{own_id}")  # noqa: S311 - fiction
        body = sent.get_body(("plain",))
        former = Letter(
            sender=ME,
            to=(person.mailbox,),
            subject=str(sent.get("Subject", "")),
            text=str(body.get_content()).rstrip() if body is not None else "",
            sent_at=now.astimezone(MY_ZONE),
            message_id=own_id,
            references=tuple(str(sent.get("References", "")).split()),
        )
        words = filled(chance.choice(tongue.answers), {"name": ME.name.split()[0]})
        prefix = tongue.reply_prefix
        subject = former.subject
        letter = Letter(
            sender=person.mailbox,
            to=(ME,),
            subject=subject if subject.startswith(prefix) else f"{prefix} {subject}",
            text=f"{person.greeting}\n\n{words}\n\n{person.sign_off}",
            sent_at=person.local(now),
            message_id=new_id(chance, person.mailbox.address),
        )
        return quoting(letter, former, tongue)
