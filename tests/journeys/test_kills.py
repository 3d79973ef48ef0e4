"""Killed at random moments of a first sync, VexMail ends with the server's mail, each once."""

import asyncio
import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.api_client import ApiClient, api_client
from tests.support.databases import product_environment, run_vexmail
from tests.support.dovecot import Dovecot
from tests.support.imap_truth import compare
from tests.support.mail_account import MailAccount, an_account
from tests.support.product import Product, product_folder, running_product
from tests.support.waiting import GENEROUS, NeverHappened, eventually

pytestmark = [pytest.mark.dovecot, pytest.mark.slow]

LONGEST_PAUSE = 4.0  # seconds of sync between two kills


@pytest.mark.timeout(900)
async def test_a_few_kills_lose_and_double_nothing(dovecot: Dovecot) -> None:
    await _kill_and_compare(dovecot, messages=1_500, kills=("web", "worker", "everything"), seed=7)


@pytest.mark.chaos
@pytest.mark.timeout(3600)
async def test_ten_kills_during_a_large_first_sync_lose_and_double_nothing(
    dovecot: Dovecot,
) -> None:
    seed = int(os.environ.get("VEXMAIL_CHAOS_SEED", "1"))
    kinds = ["web", "worker", "both", "everything"]
    kills = random.Random(seed).choices(kinds, k=10)
    await _kill_and_compare(dovecot, messages=10_000, kills=tuple(kills), seed=seed)


async def _kill_and_compare(
    dovecot: Dovecot, *, messages: int, kills: tuple[str, ...], seed: int
) -> None:
    chance = random.Random(seed)
    account = an_account(dovecot, "ann")
    await asyncio.to_thread(dovecot.fill_generated, "ann", messages, seed)
    with product_folder() as data_dir:
        for number, kind in enumerate(kills):
            async with running_product(data_dir) as product, api_client(product.url) as api:
                if number == 0:
                    await api.post("/api/accounts", account.request(), status=201)
                await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE))  # the moment is the input
                await _kill(product, kind)
                if kind == "worker":
                    await eventually(lambda p=product: _worker_is_back(p), what="a new worker")
        async with running_product(data_dir) as product, api_client(product.url) as api:
            await _everything_is_there(api, account, messages)
            await _check_says_all_is_well(data_dir)


async def _everything_is_there(api: ApiClient, account: MailAccount, messages: int) -> None:
    patience = GENEROUS * (2 + messages / 500)

    async def read() -> bool:
        stats = await api.get("/api/stats")
        bodies = stats["bodies"]
        return bool(bodies["parsed"] + bodies["unreadable"] == stats["emails"] == messages)

    await eventually(read, within=patience, what=f"{messages} messages read")
    view = await asyncio.to_thread(account.view)
    assert compare(view, await api.all_items("/api/emails")) == []


async def _check_says_all_is_well(data_dir: Path) -> None:
    environment = product_environment(VEXMAIL_DATA_DIR=str(data_dir))
    status, report = await run_vexmail("check", environment=environment)
    assert status == 0, report


async def _kill(product: Product, kind: str) -> None:
    web = product.process.pid
    victims = _descendants(web)
    match kind:
        case "web":
            victims = []
        case "worker" | "both":
            victims = await _workers(web)
    if kind != "worker":
        product.kill()
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def _workers(web: int) -> list[int]:
    async def found() -> list[int]:
        return [p for p in _descendants(web) if "worker" in _command(p).split("\0")]

    with suppress(NeverHappened):
        return await eventually(found, within=10, what="a worker")
    return []  # between two lives of the worker: nothing to kill


async def _worker_is_back(product: Product) -> bool:
    return bool([p for p in _descendants(product.process.pid) if "worker" in _command(p)])


def _descendants(pid: int) -> list[int]:
    """Return the process ids below ``pid``, from Linux's /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                stat = (entry / "stat").read_text()
                parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    below = {pid}
    grown = True
    while grown:
        found = {child for child, parent in parents.items() if parent in below} - below
        below |= found
        grown = bool(found)
    return sorted(below - {pid})


def _command(pid: int) -> str:
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_text()
    return ""
