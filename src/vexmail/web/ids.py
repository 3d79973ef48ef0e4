"""Ids in paths and queries: opaque text outside, numbers inside."""

from collections.abc import Iterable

from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AccountId, UserId
from vexmail.store.queries import accounts
from vexmail.store.queries.reader import Reader
from vexmail.web.problem import ApiError

_DIGITS = 18  # fits PostgreSQL's bigint


def number(text: str, what: str) -> int:
    """Return the number behind an id.

    Raises:
        NotFound: no id of ours looks like this, so there is no such object.
    """
    for found in numbers([text]):
        return found
    raise NotFound(f"There is no such {what}.")


def position(cursor: str) -> int:
    """Return the id after which a list that is ordered by id goes on.

    Raises:
        ApiError: the cursor was not made by us.
    """
    for found in numbers([cursor]):
        return found
    detail = "The cursor is not one of ours. Start again without it."
    raise ApiError(422, "invalid_cursor", detail)


async def own_account(reader: Reader, user_id: UserId, text: str | None) -> AccountId | None:
    """Return the account that a list is narrowed to, None for all.

    Raises:
        NotFound: there is no such account of this user.
    """
    if text is None:
        return None
    key = AccountId(number(text, "account"))
    async with reader() as driver:
        if await accounts.one(driver, user_id, key) is None:
            raise NotFound("There is no such account.")
    return key


def numbers(texts: Iterable[str]) -> list[int]:
    """Return the numbers behind those ids that can be ours, each once, in order."""
    fitting = (t for t in texts if t.isascii() and t.isdigit() and len(t) <= _DIGITS)
    return [int(t) for t in dict.fromkeys(fitting)]
