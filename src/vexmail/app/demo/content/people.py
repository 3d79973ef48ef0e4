"""Who writes: people with their language, charset, greeting and time zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

from vexmail.app.demo.content.headers import Mailbox
from vexmail.app.demo.content.words import texts

ME = Mailbox("Robin Falk", "demo@vexmail.example")
MY_ZONE = timezone(timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Person:
    """A correspondent.

    Attributes:
        language: key in ``languages.toml``.
        charset: what their mail program writes.
        rich: their mail program adds an HTML part.
        zone: hours east of Greenwich.
    """

    key: str
    mailbox: Mailbox
    language: str
    charset: str
    rich: bool
    greeting: str
    sign_off: str
    zone: float

    def local(self, when: datetime) -> datetime:
        """Return ``when`` on this person's clock."""
        return when.astimezone(timezone(timedelta(hours=self.zone)))


@dataclass(frozen=True, slots=True)
class Language:
    """What a mail program and a polite person say in a language."""

    key: str
    attribution: str
    reply_prefix: str
    date_form: str
    my_greeting: str
    my_sign_off: str
    answers: tuple[str, ...]
    right_to_left: bool


@cache
def people() -> dict[str, Person]:
    """Return everybody by key."""
    everybody = {}
    for key, row in texts("people").items():
        everybody[key] = Person(
            key=key,
            mailbox=Mailbox(row["name"], row["address"]),
            language=row.get("language", "en"),
            charset=row.get("charset", "utf-8"),
            rich=row.get("rich", False),
            greeting=row["greeting"],
            sign_off=row["sign_off"],
            zone=row.get("zone", 1.0),
        )
    return everybody


@cache
def language(key: str) -> Language:
    """Return the language's phrases."""
    row = texts("languages")[key]
    return Language(
        key=key,
        attribution=row["attribution"],
        reply_prefix=row["reply_prefix"],
        date_form=row["date_form"],
        my_greeting=row["my_greeting"],
        my_sign_off=row["my_sign_off"],
        answers=tuple(row["answers"]),
        right_to_left=row.get("right_to_left", False),
    )


def person_at(address: str) -> Person | None:
    """Return the person with this address, if the world knows one."""
    wanted = address.lower()
    return next((p for p in people().values() if p.mailbox.address.lower() == wanted), None)
