"""Ids in paths and queries: opaque text outside, numbers inside."""

from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AccountId, UserId
from vexmail.store.queries import accounts
from vexmail.store.queries.reader import Reader

_DIGITS = 18  # fits PostgreSQL's bigint


def number(text: str, what: str) -> int:
    """Return the number behind an id.

    Raises:
        NotFound: no id of ours looks like this, so there is no such object.
    """
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return int(text)
    raise NotFound(f"There is no such {what}.")


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
