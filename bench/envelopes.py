"""Promises 1 and 2: 10,000 envelopes listable, the newest 50 long before."""

import asyncio
import time
from collections.abc import Sequence

from bench.promise import Bound, Line, Promise
from bench.raw_imap import RawImap
from bench.rig import PASSWORD, a_rig

PROMISE = Promise(1, "envelopes", "10,000 envelopes synced and listable", "raw pipelined FETCH")
_COUNT = 10_000
_ENVELOPE = "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE"


async def measure() -> Sequence[Line]:
    """Give two users the same mail; the bare client reads one, we the other, both caches cold."""
    async with a_rig() as rig:
        for name in ("baseline", "ours"):
            rig.dovecot.add_user(name, PASSWORD)
            await asyncio.to_thread(rig.dovecot.fill_generated, name, _COUNT, profile="full")
        raw_first, raw_all = await asyncio.to_thread(_raw, rig.raw("baseline"))
        asked = time.monotonic()
        await rig.add_account("ours")
        added = time.monotonic()
        first = await rig.seconds_until_listed(50, added)
        everything = await rig.seconds_until_listed(_COUNT, added)
        return _lines(raw_first, raw_all, first, everything, added - asked)


def _raw(client: RawImap) -> tuple[float, float]:
    """Return the seconds for the newest 50 and for all, after login."""
    with client:
        begun = time.monotonic()
        uids = client.uids()
        client.fetch_all(uids[:50], _ENVELOPE, batch=50, depth=1)
        first = time.monotonic() - begun
        rest = client.fetch_all(uids[50:], _ENVELOPE, batch=500, depth=8)
        return first, first + rest


def _lines(
    raw_first: float, raw_all: float, first: float, everything: float, login: float
) -> list[Line]:
    return [
        Line(
            "envelopes a second",
            "/s",
            _COUNT / everything,
            _COUNT / raw_all,
            Bound(at_least=0.4, ratio=True),
        ),
        Line("all listed after the account is added", "s", everything, raw_all),
        Line("newest 50 after the account is added", "s", first, raw_first, Bound(at_most=0.3)),
        Line("connection test while adding", "s", login),
    ]
