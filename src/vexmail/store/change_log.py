"""The change log: one numbered row per fact told to an owner's listeners."""

import json
from collections.abc import Sequence

from vexmail.domain.change import Change
from vexmail.domain.ids import UserId
from vexmail.store.driver import Driver


async def append(driver: Driver, user_id: UserId, changes: Sequence[Change]) -> None:
    """Number and write ``changes`` in order.

    The owner's row stays locked until commit, so no reader can see a number before a
    smaller one is visible.
    """
    last = await driver.fetchval(
        "UPDATE users SET change_seq = change_seq + $2 WHERE id = $1 RETURNING change_seq",
        user_id,
        len(changes),
    )
    first = last - len(changes) + 1
    await driver.execute(
        "INSERT INTO change_log (user_id, seq, account_id, type, data)"
        " SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::jsonb[])",
        user_id,
        list(range(first, last + 1)),
        [c.account_id for c in changes],
        [c.type for c in changes],
        [json.dumps(c.data()) for c in changes],
    )
