"""Leases: which web process runs which account, and how the accounts are shared out.

A lease is a time-limited right of one process to run one account. Its fencing number grows with
each taking, so that what a former holder still writes can be told from what the holder writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vexmail.domain.ids import AccountId, ProcessId

GENTLE_PART = 10  # of its accounts a process gives away at once, one tenth at most


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run an account, as it was taken."""

    account_id: AccountId
    holder: ProcessId
    fence: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one process should do so that all have about the same number of accounts."""

    take: int = 0
    """Accounts without a holder to take at once."""
    give: int = 0
    """Accounts to give away now; the rest of a large surplus follows, part by part."""


def share_out(held: Mapping[ProcessId, int], free: int, me: ProcessId) -> Share:
    """Decide what ``me`` should take or give.

    Every process decides by the same numbers, so what all are to hold adds up to all accounts:
    nobody waits for another, and nothing is passed around in a circle. Those that hold the most
    keep the odd ones.

    Args:
        held: how many accounts each living process holds; those that hold none too.
        free: accounts that nobody holds.
        me: one of ``held``.
    """
    total = sum(held.values()) + free
    each, odd = divmod(total, len(held))
    order = sorted(held, key=lambda process: (-held[process], process))
    due = each + (1 if order.index(me) < odd else 0)
    surplus = max(0, held[me] - due)
    return Share(
        take=min(free, max(0, due - held[me])),
        give=min(surplus, max(1, held[me] // GENTLE_PART)),
    )
