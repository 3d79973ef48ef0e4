"""Bodies are gathered into portions, and nothing that came is fetched a second time."""

from collections.abc import AsyncIterator

import pytest

from vexmail.domain.errors import ConnectionLost, VexMailError
from vexmail.domain.ids import MessageId
from vexmail.sync import body_backfill
from vexmail.sync.body_backfill import _portions
from vexmail.sync.lane import ConnectionWanted


async def _bodies(
    count: int, then: Exception | None = None
) -> AsyncIterator[tuple[MessageId, bytes]]:
    for number in range(count):
        yield MessageId(number), b"x" * 100
    if then is not None:
        raise then


async def test_a_portion_is_full_at_a_number_of_messages_or_of_bytes(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(body_backfill, "STORE_COUNT", 3)
    by_count = [len(portion) async for portion in _portions(_bodies(7))]
    monkeypatch.setattr(body_backfill, "STORE_BYTES", 200)
    by_bytes = [len(portion) async for portion in _portions(_bodies(5))]

    assert by_count == [3, 3, 1]
    assert by_bytes == [2, 2, 1]


@pytest.mark.parametrize("ending", [ConnectionLost("gone"), ConnectionWanted()])
async def test_what_came_before_the_session_ended_is_kept(ending: VexMailError | ConnectionWanted):
    portions = _portions(_bodies(2, ending))

    assert await anext(portions) == [(MessageId(0), b"x" * 100), (MessageId(1), b"x" * 100)]
    with pytest.raises(type(ending)):
        await anext(portions)
