"""Take, renew, give and release the accounts that a web process runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from vexmail.domain.account import Account
from vexmail.domain.ids import AccountId, MessageId, ProcessId
from vexmail.domain.lease import Lease, share_out
from vexmail.store import body_requests, intents, leases
from vexmail.store.unit_of_work import UnitOfWork

# Seconds that a wish waits at most after the clock was set back; not less than the grace in which
# one can be taken back.
WAIT_ANEW = 10.0


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account and the right to run it."""

    account: Account
    lease: Lease


@dataclass(frozen=True, slots=True)
class Beat:
    """What a process holds from now on, and what waits for it there."""

    held: Sequence[HeldAccount]
    give: int
    """So many of them should be given away, to be taken by processes that hold fewer."""
    is_short: bool
    """Accounts that this process should have taken were locked by others; look again soon."""
    buried: Sequence[ProcessId]
    """Processes that were found dead just now."""
    next_expiry: float | None
    """Seconds until another process dies unless it is renewed; None without others."""
    with_wishes: Sequence[AccountId]
    """Held accounts that got a wish a moment ago. Older ones are known: their retries wait."""
    asked: Sequence[tuple[AccountId, MessageId]]
    """Bodies of held accounts that somebody waits for in another process."""


class HoldLeases:
    """The database's side of a process's right to run accounts.

    Args:
        session_name: the ``application_name`` of this process's database sessions.
        term: seconds for which one renewal lasts.
    """

    def __init__(self, uow: UnitOfWork, session_name: str, term: float) -> None:
        self._uow = uow
        self._session_name = session_name
        self.term = term

    async def join(self, process: ProcessId, name: str, *, alone: bool = False) -> None:
        """Enrol among the living; with ``alone`` nobody else can be alive, whatever is written."""
        async with self._uow() as tx:
            await leases.enrol(tx, process, name, self._session_name, self.term)
            if alone:
                await leases.bury(tx, process, everybody=True)

    async def beat(self, process: ProcessId) -> Beat | None:
        """Renew, bury the dead, take a fair share, and look what waits; one transaction.

        Returns:
            None when this process was taken for dead: its leases are lost, and it must join
            anew under another id.
        """
        async with self._uow() as tx:
            has_gone_back = await leases.has_gone_back(tx, process, self.term)
            if not await leases.renew(tx, process, self.term):
                return None
            await leases.shorten(tx, self.term)
            buried = await leases.bury(tx, process)
            await leases.add_missing(tx)
            peers = await leases.peers(tx)
            share = share_out({p.id: p.held for p in peers}, await leases.count_free(tx), process)
            taken = await leases.take(tx, process, share.take) if share.take else 0
            late = await intents.bring_forward(tx, process, WAIT_ANEW) if has_gone_back else []
            others = [p.expires_in for p in peers if p.id != process]
            return Beat(
                held=[HeldAccount(*pair) for pair in await leases.held_by(tx, process)],
                give=share.give,
                is_short=taken < share.take,
                buried=[ProcessId(b) for b in buried],
                next_expiry=min(others, default=None),
                with_wishes=[*await leases.with_new_wishes(tx, process, self.term / 2), *late],
                asked=await body_requests.open_for(tx, process),
            )

    async def give(self, process: ProcessId, account_ids: Sequence[AccountId]) -> None:
        """Free accounts whose runners have ended here."""
        async with self._uow() as tx:
            await leases.give(tx, process, account_ids)

    async def leave(self, process: ProcessId) -> None:
        """Free everything; the process's runners have ended."""
        async with self._uow() as tx:
            await leases.leave(tx, process)
