"""What was asked for over a connection that ended is asked for again over the next."""

import time

import pytest

from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.errors import TransientError
from vexmail.sync.body_backfill import FETCH_COUNT

BODIES = "BODY.PEEK[]"
MANY = 3 * FETCH_COUNT
BACKOFF = 1.5  # seconds


async def forget_bodies(mirror: Mirror) -> None:
    """Put all bodies back to the server."""
    async with mirror.built.uow() as tx:
        await tx.driver.execute("UPDATE messages SET body_state = 'remote', blob_id = ''")


async def until_here(mirror: Mirror, count: int) -> None:
    """Wait until so many bodies are here."""

    async def all_here() -> bool:
        async with mirror.built.reader() as driver:
            stored = "SELECT count(*) FROM messages WHERE body_state <> 'remote'"
            return int(await driver.fetchval(stored)) == count

    await eventually(all_here, what=f"{count} bodies")


async def test_bodies_cut_off_by_a_lost_connection_are_asked_for_again(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    for number in range(MANY):
        mailbox.deliver(a_message(f"Letter {number}"))
    fetches = 0

    def hang_up_at_the_second(command: str) -> None:
        nonlocal fetches
        fetches += BODIES in command
        if BODIES in command and fetches == 2:
            raise ConnectionResetError("cut off")

    mailbox.on_command = hang_up_at_the_second
    await mirror.add(mailbox.port)

    await until_here(mirror, MANY)
    assert fetches > MANY / FETCH_COUNT, "those that were cut off are asked for again"
    await mirror.until_live()
    assert await mirror.differences() == []


async def test_a_click_on_a_connection_that_died_unnoticed_is_served_by_the_next(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    mailbox.deliver(a_message("First"))
    mailbox.deliver(a_message("Second"))
    await mirror.add(mailbox.port)
    await mirror.until_live()
    await until_here(mirror, 2)
    first, second = await mirror.key_of("First"), await mirror.key_of("Second")
    await forget_bodies(mirror)
    await mirror.messages(mirror.owner, first)
    await mailbox.watched()
    for session in list(mailbox.sessions):
        if not session.idling:
            session.hang_up()

    view = await mirror.messages(mirror.owner, second)

    assert view["body_state"] == "parsed"
    assert (await mirror.state())["state"] == "live", "the lane that listens lives on"


async def test_a_server_that_asks_for_a_pause_gets_it(mirror: Mirror, mailbox: LiveMailbox) -> None:
    mailbox.deliver(a_message("Letter"))
    words = f"Request is throttled. Suggested Backoff Time: {BACKOFF * 1000:.0f} milliseconds"
    asked: list[float] = []

    def look(command: str) -> None:
        if BODIES in command:
            asked.append(time.monotonic())
            mailbox.allow("UID FETCH")
            if len(asked) == 1:
                mailbox.refuse("UID FETCH", words)

    mailbox.on_command = look
    await mirror.add(mailbox.port)
    await until_here(mirror, 1)

    assert len(asked) == 2
    assert asked[1] - asked[0] >= BACKOFF


async def test_who_clicks_during_the_pause_is_told_how_long_it_is(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    mailbox.deliver(a_message("Letter"))
    await mirror.add(mailbox.port)
    await mirror.until_live()
    await until_here(mirror, 1)
    key = await mirror.key_of("Letter")
    await forget_bodies(mirror)
    mailbox.refuse("UID FETCH", "throttled. Suggested Backoff Time: 40000 milliseconds")

    with pytest.raises(TransientError):
        await mirror.messages(mirror.owner, key)
    said = list(mailbox.commands)
    with pytest.raises(TransientError) as told:
        await mirror.messages(mirror.owner, key)

    assert told.value.retry_after is not None
    assert 20 < told.value.retry_after <= 40
    asked = [command for command in mailbox.commands[len(said) :] if BODIES in command]
    assert asked == [], "the second click asks nobody"
