"""Promise 14, and what must hold meanwhile: the first sync of a mailbox of 100,000 messages.

One message has 50 MB. While envelopes and then bodies come, somebody asks for the list, opens
messages whose bodies are not here yet, and listens to the stream of changes.
"""

import asyncio
import base64
import os
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.mail_folder import generated, link_into
from bench.processes import MIB, PeakMemory, processor_seconds, worker_of
from bench.promise import Bound, Line, Promise, percentile
from bench.raw_imap import RawImap
from bench.rig import PASSWORD, Rig, a_rig
from tests.support.api_client import ApiClient, api_client

PROMISE = Promise(
    14, "large", "first sync of 100,000 messages, one of 50 MB", "raw FETCH in the same run"
)
_COUNT = 100_000
_BIG = 50 * MIB
_RAW_BODIES = 10_000
_BODIES_FOR = 100  # seconds of the backfill of bodies that are watched
_OPEN_EVERY = 0.4  # seconds
_OPENED_OF_A_PAGE = 10
_LOOK_EVERY = 5  # seconds; counting 100,000 messages takes the database's time
_ENVELOPE = "UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ ENVELOPE BODYSTRUCTURE"


@dataclass
class Person:
    """Somebody who uses the product meanwhile."""

    list_seconds: list[float] = field(default_factory=list)
    lag_seconds: list[float] = field(default_factory=list)
    open_seconds: list[float] = field(default_factory=list)
    open_raw_seconds: list[float] = field(default_factory=list)
    progress: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    phases: set[str] = field(default_factory=set)

    async def look(self, api: ApiClient) -> None:
        """Ask for the list, and for nothing, again and again."""
        while True:
            self.list_seconds.append(await _seconds(api, "/api/emails"))
            self.lag_seconds.append(await _seconds(api, "/healthz"))
            await asyncio.sleep(0.1)

    async def listen(self, api: ApiClient) -> None:
        """Count the progress told per mailbox, phase and second."""
        async with api.events() as events:
            async for change in events:
                if change["type"] == "sync_progress":
                    self.phases.add(change["phase"])
                    self.progress[
                        f"{change['mailbox_id']} {change['phase']}", int(time.time())
                    ] += 1

    async def open_messages(self, rig: Rig, uids: dict[str, int]) -> None:
        """Open old messages; right after each a bare client fetches the same one."""
        choice = random.Random(14)
        raw = await asyncio.to_thread(rig.raw, "baseline")
        await asyncio.to_thread(raw.command, "SELECT INBOX")
        while True:
            total = (await rig.api.get("/api/emails", limit=1))["total"]
            # The end of a long list costs the database time: one page serves for a while.
            offset = choice.randrange(total // 2, total) if total else 0
            items = (await rig.api.get("/api/emails", limit=200, offset=offset))["items"]
            known = [item for item in items if item["date"] in uids]
            for item in choice.sample(known, min(len(known), _OPENED_OF_A_PAGE)):
                begun = time.monotonic()
                await rig.api.get(f"/api/email/{item['id']}")
                self.open_seconds.append(time.monotonic() - begun)
                fetching = asyncio.to_thread(_fetch_one, raw, uids[item["date"]])
                self.open_raw_seconds.append(await fetching)
                await asyncio.sleep(_OPEN_EVERY)
            if not known:
                await asyncio.sleep(_OPEN_EVERY)


async def measure() -> Sequence[Line]:
    """Two users with the same mail; the bare client reads one, we the other, both caches cold."""
    with generated(_COUNT) as mail:
        async with a_rig() as rig:
            for name in ("baseline", "ours"):
                rig.dovecot.add_user(name, PASSWORD)
                await asyncio.to_thread(link_into, rig.dovecot, name, mail)
                await asyncio.to_thread(_add_big, rig.dovecot.maildir(name) / "cur")
                rig.dovecot.maildir(name)  # which makes it the mail user's
            raw_all, raw_bodies, uids = await asyncio.to_thread(_raw, rig)
            return await _ours(rig, raw_all, raw_bodies, uids)


async def _ours(
    rig: Rig, raw_all: float, raw_bodies: float, uids: dict[str, int]
) -> Sequence[Line]:
    person, total = Person(), _COUNT + 1
    web = rig.product.process.pid
    async with api_client(rig.product.url, checked=False) as api, asyncio.TaskGroup() as group:
        with PeakMemory(web) as memory:
            await rig.add_account("ours")
            added = time.monotonic()
            first = await rig.seconds_until_listed(50, added)
            tasks = [
                group.create_task(person.look(api)),
                group.create_task(person.listen(api)),
                group.create_task(person.open_messages(rig, uids)),
            ]
            listed = await rig.seconds_until_listed(total, added)
            listing = processor_seconds(web)
            opened_by_then = len(person.open_seconds)
            begun, before = time.monotonic(), await _bodies(rig)
            for _ in range(_BODIES_FOR // _LOOK_EVERY):
                if not await _left(rig):
                    break
                await asyncio.sleep(_LOOK_EVERY)
            bodies = await _bodies(rig) - before
            took = time.monotonic() - begun
            for task in tasks:
                task.cancel()
    worker = worker_of(web)
    extra = [a - b for a, b in zip(person.open_seconds, person.open_raw_seconds, strict=False)]
    return [
        Line("newest 50", "s", first),
        Line("envelopes a second", "/s", total / listed, total / raw_all),
        Line("bodies a second, read at the same time", "/s", bodies / took, raw_bodies),
        _opening("opening while envelopes come", extra[:opened_by_then]),
        _opening("opening while bodies come", extra[opened_by_then:]),
        Line(
            "opening, p50",
            "ms",
            1000 * percentile(person.open_seconds, 0.5),
            1000 * percentile(person.open_raw_seconds, 0.5),
        ),
        Line("list p95 meanwhile", "ms", 1000 * percentile(person.list_seconds, 0.95)),
        Line("/healthz p99 meanwhile", "ms", 1000 * percentile(person.lag_seconds, 0.99)),
        Line("web, peak", "MiB", memory.peaks["web"] / MIB, None, Bound(at_most=256)),
        Line("web without its parser, peak", "MiB", memory.peaks["web alone"] / MIB),
        Line("worker, peak", "MiB", memory.peaks["worker"] / MIB, None, Bound(at_most=512)),
        Line("web's processor time, envelopes", "s", listing),
        Line("web's processor time, all", "s", processor_seconds(web)),
        Line("worker's processor time", "s", processor_seconds(worker) if worker else 0),
        Line("progress told in a second, most", "", max(person.progress.values(), default=0)),
        Line("phases of progress told", "", len(person.phases), None, Bound(at_least=2)),
    ]


def _opening(what: str, extra: list[float]) -> Line:
    slow = percentile(extra, 0.95) if extra else float("nan")
    return Line(
        f"{what}: p95 beyond the server's time ({len(extra)})", "ms", 1000 * slow, None, Bound(300)
    )


def _raw(rig: Rig) -> tuple[float, float, dict[str, int]]:
    """Return the seconds for all envelopes, bodies a second, and UIDs by a date of their own."""
    with rig.raw("baseline") as client:
        uids = client.uids()
        seconds = client.fetch_all(uids, _ENVELOPE, batch=500, depth=8)
        some = uids[1 : 1 + _RAW_BODIES]
        rate = len(some) / client.fetch_all(some, "UID BODY.PEEK[]", batch=100, depth=8)
        dates: dict[str, list[int]] = defaultdict(list)
        for line in client.command("UID FETCH 1:* (UID INTERNALDATE)"):
            if b"INTERNALDATE" in line:
                dates[_date(line)].append(int(line.split(b"UID ")[1].split()[0].rstrip(b")")))
    return seconds, rate, {date: found[0] for date, found in dates.items() if len(found) == 1}


def _date(line: bytes) -> str:
    """Return INTERNALDATE as the API writes it."""
    text = line.split(b'INTERNALDATE "')[1].split(b'"')[0].decode().strip()
    moment = datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment.timestamp()))


def _fetch_one(client: RawImap, uid: int) -> float:
    begun = time.monotonic()
    client.command(f"UID FETCH {uid} (UID BODY.PEEK[])")
    return time.monotonic() - begun


def _add_big(folder: Path) -> None:
    """Write a message of 50 MB, newer than all others."""
    moment = int(time.time()) - 60
    head = (
        b"From: Bench <bench@vex.example>\r\nTo: owner@vex.example\r\nSubject: big\r\n"
        b"Message-ID: <big@vex.example>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nSee the film.\r\n"
        b'--b\r\nContent-Type: video/mp4; name="film.mp4"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    film = base64.encodebytes(random.Random(1).randbytes(_BIG * 54 // 73)).replace(b"\n", b"\r\n")
    raw = head + film + b"--b--\r\n"
    path = folder / f"{moment}.M0P1.big,S={len(raw)}:2,"
    path.write_bytes(raw)
    os.utime(path, (moment, moment))


async def _bodies(rig: Rig) -> int:
    bodies = (await rig.api.get("/api/stats"))["bodies"]
    return int(bodies["stored"] + bodies["parsed"] + bodies["unreadable"])


async def _left(rig: Rig) -> int:
    return int((await rig.api.get("/api/stats"))["bodies"]["remote"])


async def _seconds(api: ApiClient, path: str) -> float:
    begun = time.monotonic()
    await api.get(path)
    return time.monotonic() - begun
