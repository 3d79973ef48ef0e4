"""Accounts on servers that lie in every way, in one process with one on a good server."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.hostile_answers import LIES
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror, running_mirror
from tests.support.waiting import eventually
from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId
from vexmail.store.queries import accounts

MOST_ATTEMPTS = 60  # connections of an account in the minutes of this test: none is stormed


class _Hostile:
    """An account and the server that lies to it."""

    def __init__(self, name: str, mailbox: LiveMailbox, account: AccountId) -> None:
        self.name, self.mailbox, self.account = name, mailbox, account
        self.expected = LIES[name][1]

    def told(self, items: dict[int, Json]) -> str:
        """Return the account's state, or the code of its error."""
        item = items[int(self.account)]
        return str(item["error"]["code"] if item["error"] else item["state"])


async def _accounts(mirror: Mirror) -> dict[int, Json]:
    async with mirror.built.reader() as driver:
        found = await accounts.of_user(driver, mirror.owner)
    return {int(item["id"]): item for item in found}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([*LIES][::5], id="some"),
        pytest.param([*LIES], id="all", marks=pytest.mark.chaos),
    ],
)
async def test_every_lie_has_its_name_and_the_good_account_never_notices(
    names: list[str], database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with (
        running_mirror(database_url, redis_url, tmp_path) as mirror,
        AsyncExitStack() as stack,
    ):
        good = await stack.enter_async_context(LiveMailbox())
        good.deliver(a_message("Good 1"))
        kept = await mirror.add(good.port, "good")
        hostile = []
        for name in names:
            mailbox = await stack.enter_async_context(LiveMailbox())
            for number in range(5):
                mailbox.deliver(a_message(f"Mail {number}"))
            account = await mirror.add(mailbox.port, f"user{len(hostile)}")
            mailbox.on_answer = LIES[name][0]
            hostile.append(_Hostile(name, mailbox, account))

        async def all_named() -> bool:
            items = await _accounts(mirror)
            wrong = {
                one.name: told for one in hostile if (told := one.told(items)) not in one.expected
            }
            assert wrong == {}
            return True

        await eventually(all_named, within=120, what="every account in the state that is its own")
        good.deliver(a_message("Good 2"))

        async def arrived() -> bool:
            return "Good 2" in await mirror.subjects()

        await eventually(arrived, what="mail of the good account")
        items = await _accounts(mirror)
        assert items[int(kept)]["state"] == "live"
        for one in hostile:
            error = items[int(one.account)]["error"]
            assert error is None or (error["message"].endswith(".") and "VexMail" not in error)
            assert one.mailbox.connections < MOST_ATTEMPTS, one.name

        for one in hostile:
            one.mailbox.on_answer = None
            for stored in one.mailbox.messages:  # a lie about flags is found when they change
                one.mailbox.set_flags(stored.uid, ["\\Seen"])
        await _all_equal(mirror, hostile)


async def _all_equal(mirror: Mirror, hostile: list[_Hostile]) -> None:
    """Wait until every account, asked to look again, is as its server, which is honest now."""

    async def equal() -> bool:
        assert await mirror.differences() == []
        return True

    for _ in range(3):
        for one in hostile:
            mirror.fleet.sync_now(one.account)
        await asyncio.sleep(1)  # a lane may be between two steps of its wait
    await eventually(equal, within=120, what="mirrors equal to servers that came to reason")
