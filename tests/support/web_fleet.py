"""Several web processes of the product over one database, one Redis and one blob folder."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.api_client import ApiClient, api_client
from tests.support.databases import SECRET_KEY
from tests.support.product import Product, running_product
from tests.support.waiting import GENEROUS, eventually

_ESTABLISHED = "01"  # as /proc/net/tcp writes it


@dataclass(frozen=True, slots=True)
class Member:
    """One process and a client of it."""

    product: Product
    api: ApiClient

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.product.process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it was not killed."""
        return self.product.process.poll() is None

    def freeze(self) -> None:
        """Stop it where it stands."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        os.kill(self.pid, signal.SIGCONT)

    def connections_to(self, port: int) -> int:
        """Count its established TCP connections to a port of this machine."""
        sockets = _sockets_of(self.pid)
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        rows = [line.split() for line in lines]  # 2 is the remote end, 3 the state, 9 the inode
        return sum(
            row[2].endswith(f":{port:04X}") and row[3] == _ESTABLISHED and row[9] in sockets
            for row in rows
        )


@dataclass(frozen=True, slots=True)
class WebFleet:
    """The processes, in the order they were started."""

    members: list[Member]
    start: Callable[[], Awaitable[Member]]
    """Starts one more, without a worker."""

    @property
    def alive(self) -> list[Member]:
        """Those that were not killed."""
        return [m for m in self.members if m.is_alive]

    async def holder(self, email: str, *, ask: Member) -> Member:
        """Return the process that runs an account, waiting until one does."""

        async def found() -> Member | None:
            status = await ask.api.get("/api/status")
            (name,) = [a["run_by"] for a in status["accounts"] if a["email"] == email]
            # A frozen process cannot be asked for its name, which ends in the process id.
            pid = int((name or ":0").rpartition(":")[2])
            return next((m for m in self.members if m.pid == pid), None)

        member = await eventually(found, what=f"a process that runs {email}")
        assert member is not None
        return member

    async def live(self, accounts: int, *, ask: Member, within: float = 2 * GENEROUS) -> None:
        """Return once all accounts are live."""

        async def all_live() -> bool:
            states = [a["state"] for a in (await ask.api.get("/api/status"))["accounts"]]
            assert states == ["live"] * accounts
            return True

        await eventually(all_live, within=within, what=f"{accounts} live accounts")


@asynccontextmanager
async def running_web_fleet(
    count: int, database_url: str, redis_url: str, data_dir: Path, **settings: str
) -> AsyncIterator[WebFleet]:
    """Run ``count`` web processes; the first has a worker beside it.

    Frozen ones are woken before they are ended.
    """
    shared = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "VEXMAIL_ALLOW_PRIVATE_HOSTS": "true",
    }
    members: list[Member] = []
    async with AsyncExitStack() as stack:

        async def start() -> Member:
            worker = {"VEXMAIL_SERVE_WORKER": "false" if members else "true"}
            running = running_product(data_dir, **(shared | worker | settings))
            product = await stack.enter_async_context(running)
            member = Member(product, await stack.enter_async_context(api_client(product.url)))
            members.append(member)
            return member

        for _ in range(count):
            await start()
        fleet = WebFleet(members, start)
        try:
            yield fleet
        finally:
            for member in fleet.alive:
                member.thaw()


def _sockets_of(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(entry) if entry.is_symlink() else ""
        if target.startswith("socket:["):
            found.add(target[len("socket:[") : -1])
    return found
