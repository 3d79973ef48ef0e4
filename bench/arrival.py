"""Promise 10: from another client's APPEND to a client of our event stream."""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import AsyncIterator, Sequence

from bench.promise import Bound, Line, Promise, percentile
from bench.raw_imap import RawImap
from bench.rig import PASSWORD, a_rig
from tests.support.api_client import Item
from tests.support.live_mailbox import LiveMailbox

PROMISE = Promise(
    10, "arrival", "APPEND to event stream", "a bare IDLE client on the same mailbox and message"
)
_ROUNDS = 30
_OWN_ROUNDS = 150
_PATIENCE = 60.0  # seconds


class IdleClient:
    """A bare client in IDLE that notes when the server told it about a new message."""

    def __init__(self, client: RawImap) -> None:
        self._client = client
        self._client.command("SELECT INBOX")
        self.told = threading.Event()
        self.told_at = 0.0

    def listen(self) -> None:
        """Note every EXISTS; run it in a thread of its own."""
        self._client.send("IDLE")
        with contextlib.suppress(OSError):  # the server ends before we do
            while True:
                line = self._client.line()
                if line.rstrip().endswith(b"EXISTS"):
                    self.told_at = time.monotonic()
                    self.told.set()


async def measure() -> Sequence[Line]:
    """Append one message at a time; both sides hear of the same one."""
    async with a_rig() as rig:
        rig.dovecot.add_user("ours", PASSWORD)
        await asyncio.to_thread(rig.dovecot.fill_generated, "ours", 200)
        await rig.add_account("ours")
        await rig.seconds_until_parsed(200, time.monotonic())
        idle = IdleClient(rig.raw("ours"))
        threading.Thread(target=idle.listen, daemon=True).start()
        theirs: list[float] = []
        ours: list[float] = []
        pauses = random.Random(10)
        async with rig.api.events() as events:
            with rig.raw("ours") as sender:
                for number in range(_ROUNDS):
                    # Both sides are back in IDLE before the next one comes.
                    await asyncio.sleep(pauses.uniform(0.8, 1.6))
                    idle.told.clear()
                    await asyncio.to_thread(sender.append, a_short_message(number))
                    delivered = time.monotonic()
                    ours.append(await received(events, f"arrival {number}") - delivered)
                    await asyncio.to_thread(idle.told.wait, _PATIENCE)
                    theirs.append(idle.told_at - delivered)
    own = [1000 * seconds for seconds in await _own_share()]
    shares = [1000 * (mine - bare) for mine, bare in zip(ours, theirs, strict=True)]
    return [
        Line("p50", "s", percentile(ours, 0.5), percentile(theirs, 0.5), Bound(1.1, ratio=True)),
        Line("p95", "s", percentile(ours, 0.95), percentile(theirs, 0.95)),
        Line("later than the bare client, p50", "ms", percentile(shares, 0.5)),
        Line("later than the bare client, worst", "ms", max(shares)),
        Line("own share, p50", "ms", percentile(own, 0.5), None, Bound(20)),
        Line("own share, p99", "ms", percentile(own, 0.99), None, Bound(50)),
    ]


async def _own_share() -> list[float]:
    """Measure on a server that tells at once, so that all the waiting is ours."""
    taken: list[float] = []
    pauses = random.Random(11)
    async with (
        LiveMailbox() as mailbox,
        a_rig() as rig,
        rig.api.events() as events,
    ):
        await rig.add_account("ours", mailbox.port)
        await mailbox.watched()
        for number in range(_OWN_ROUNDS):
            await asyncio.sleep(pauses.uniform(0.1, 0.3))
            await mailbox.watched()
            begun = time.monotonic()
            mailbox.deliver(a_short_message(number))
            taken.append(await received(events, f"arrival {number}") - begun)
    return taken


async def received(events: AsyncIterator[Item], subject: str) -> float:
    """Return the moment in which the stream told of the message with this subject."""
    async with asyncio.timeout(_PATIENCE):
        async for change in events:
            if change["type"] == "email_received" and change["email"]["subject"] == subject:
                return time.monotonic()
    raise ConnectionError("the event stream ended")


def a_short_message(number: int) -> bytes:
    """Build a message that names its number in its subject."""
    lines = (
        "From: Bench <bench@vex.example>",
        "To: owner@vex.example",
        f"Subject: arrival {number}",
        f"Message-ID: <arrival-{number}@vex.example>",
        "Date: Sun, 22 Nov 2026 10:00:00 +0000",
        "",
        "Here I am.",
        "",
    )
    return "\r\n".join(lines).encode()
