"""A clock that jumps, ours and the database's: nothing hangs, nobody storms, nothing is lost."""

from datetime import timedelta

import pytest

from tests.integration.sync.filing import equal, on_server
from tests.support.clock_shift import set_clock
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.app.system_clock import SystemClock
from vexmail.usecases.act_on_emails import Action, Request

JUMPS = [timedelta(days=1), timedelta(hours=-1)]
FEW = 8  # connections that a calm way back takes


@pytest.mark.parametrize("jump", JUMPS, ids=["forward a day", "back an hour"])
@pytest.mark.parametrize("mailbox", [True], ids=["condstore"], indirect=True)
async def test_a_clock_that_jumps_stops_nothing(
    mirror: Mirror,
    folders: LiveMailbox,
    network: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
    jump: timedelta,
) -> None:
    folders.deliver(a_message("Old"))
    folders.deliver(a_message("Filed"))
    account = await mirror.add(network.port)
    await mirror.until_live()
    network.cut()
    key = await mirror.key_of("Filed")
    await mirror.actions(mirror.owner, [key], Request(Action.ARCHIVE))

    async def offline() -> bool:
        return (await mirror.state())["state"] == "offline"

    await eventually(offline, what="a wish that waits")
    async with mirror.built.reader() as driver:
        await driver.execute(
            "UPDATE intents SET next_attempt_at = now() + interval '20 seconds'"
            " WHERE state = 'pending'"
        )
    before = network.accepted

    await set_clock(database_url, jump)
    monkeypatch.setattr("vexmail.usecases.hold_leases.WAIT_ANEW", 1.0)
    now = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: now(clock) + jump)
    network.heal()
    mirror.fleet.sync_now(account)

    await eventually(mirror.settled, what="the wish carried out")
    folders.deliver(a_message("New"))
    await eventually(lambda: mirror.told("email_received"), what="an arrival")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert on_server(folders, "Archive") == ["Filed"]
    assert await mirror.subjects() == ["New", "Old"]
    # The comparisons connect, too: once each.
    assert network.accepted - before < FEW

    async def live() -> bool:
        return (await mirror.state())["state"] == "live"

    await eventually(live, what="a live account")
