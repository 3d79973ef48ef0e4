"""Processes that share the accounts of one database, moved by hand."""

from dataclasses import dataclass, field

from tests.integration.usecases.desk import LOGIN, NOWHERE, Desk
from vexmail.domain.ids import AccountId, ProcessId
from vexmail.domain.lease import Lease
from vexmail.usecases.hold_leases import Beat, HoldLeases
from vexmail.usecases.manage_accounts import AccountDetails

TERM = 20.0  # seconds


@dataclass
class Town:
    """What the tests of leases do; time passes by ``age`` only."""

    desk: Desk
    sessions: str = "somebody else's sessions"
    leases: HoldLeases = field(init=False)

    def __post_init__(self) -> None:
        self.leases = HoldLeases(self.desk.uow, self.sessions, TERM)

    async def process(self, name: str) -> ProcessId:
        """Let a process join."""
        await self.leases.join(ProcessId(name), name)
        return ProcessId(name)

    async def beat(self, process: ProcessId) -> Beat:
        """Renew, expecting that the process lives; give what it should."""
        beat = await self.leases.beat(process)
        assert beat is not None, f"{process} was buried"
        if beat.give:
            given = [h.account.id for h in beat.held][-beat.give :]
            await self.leases.give(process, given)
        return beat

    async def add_accounts(self, count: int) -> None:
        """Add accounts beside the desk's."""
        for number in range(count):
            details = AccountDetails(f"a{number}@vex.example", "", NOWHERE, LOGIN)
            await self.desk.accounts.ensure(self.desk.owner, details)

    async def age(self, process: ProcessId) -> None:
        """Let the process's time be over."""
        await self.desk.rows(
            "UPDATE web_processes SET expires_at = now() - interval '1 second' WHERE id = $1"
            " RETURNING id",
            process,
        )

    async def holders(self) -> dict[AccountId, str | None]:
        """Return who holds which account."""
        rows = await self.desk.rows("SELECT account_id, holder FROM leases ORDER BY account_id")
        return {AccountId(r["account_id"]): r["holder"] for r in rows}

    async def lease(self, process: ProcessId) -> Lease:
        """Return the lease of the desk's account, which the process must hold."""
        beat = await self.beat(process)
        (found,) = [h.lease for h in beat.held if h.account.id == self.desk.account]
        return found
