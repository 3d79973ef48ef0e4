"""Account rows: where the mail is, how to log in, how it fares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vexmail.domain.account import Account, AccountFault, AccountState
from vexmail.domain.ids import AccountId, UserId
from vexmail.domain.server_address import Security, ServerAddress
from vexmail.store.unit_of_work import Transaction

COLUMNS = """
id, user_id, email, imap_host, imap_port, imap_security, imap_username, imap_password_sealed,
followed_mailbox, state, error_code, error_message,
bodies_paused_until IS NOT NULL AS is_paused
"""
_SELECT = f"SELECT {COLUMNS} FROM accounts"  # noqa: S608 - constant columns


async def all_accounts(tx: Transaction) -> list[Account]:
    """Return every account, oldest first."""
    return [from_row(r) for r in await tx.driver.fetch(_SELECT + " ORDER BY id")]


async def get(tx: Transaction, account_id: AccountId) -> Account | None:
    """Return one account, whoever owns it."""
    row = await tx.driver.fetchrow(_SELECT + " WHERE id = $1", account_id)
    return None if row is None else from_row(row)


async def find_same(
    tx: Transaction, user_id: UserId, email: str, imap: ServerAddress, username: str
) -> AccountId | None:
    """Return the account of this user with the same address, server and user name."""
    found = await tx.driver.fetchval(
        "SELECT id FROM accounts WHERE user_id = $1 AND email = $2 AND imap_host = $3"
        " AND imap_port = $4 AND imap_username = $5",
        user_id,
        email,
        imap.host,
        imap.port,
        username,
    )
    return None if found is None else AccountId(found)


async def find_demo(tx: Transaction, user_id: UserId) -> AccountId | None:
    """Return this user's demo account."""
    found = await tx.driver.fetchval(
        "SELECT id FROM accounts WHERE user_id = $1 AND is_demo", user_id
    )
    return None if found is None else AccountId(found)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Everything an account starts with."""

    email: str
    name: str
    imap: ServerAddress
    imap_username: str
    imap_password_sealed: bytes
    followed_mailbox: str = "INBOX"
    is_demo: bool = False


async def add(tx: Transaction, user_id: UserId, new: NewAccount) -> AccountId:
    """Insert an account."""
    return AccountId(
        await tx.driver.fetchval(
            "INSERT INTO accounts (user_id, email, name, imap_host, imap_port, imap_security,"
            " imap_username, imap_password_sealed, followed_mailbox, is_demo)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
            user_id,
            new.email,
            new.name,
            new.imap.host,
            new.imap.port,
            new.imap.security,
            new.imap_username,
            new.imap_password_sealed,
            new.followed_mailbox,
            new.is_demo,
        )
    )


async def relocate(
    tx: Transaction, account_id: AccountId, imap: ServerAddress, username: str, sealed: bytes
) -> None:
    """Change where and how the account logs in."""
    await tx.driver.execute(
        "UPDATE accounts SET imap_host = $2, imap_port = $3, imap_security = $4,"
        " imap_username = $5, imap_password_sealed = $6 WHERE id = $1",
        account_id,
        imap.host,
        imap.port,
        imap.security,
        username,
        sealed,
    )


async def rename(tx: Transaction, account_id: AccountId, name: str) -> None:
    """Change the name shown to people."""
    await tx.driver.execute("UPDATE accounts SET name = $2 WHERE id = $1", account_id, name)


async def set_state(
    tx: Transaction, account_id: AccountId, state: AccountState, fault: AccountFault | None
) -> bool:
    """Write how the account fares; answer whether that is news.

    The same fault with another time for the next try is news.
    """
    fault = fault or AccountFault("", "")
    done = await tx.driver.fetchval(
        "UPDATE accounts SET state = $2, error_code = $3, error_message = $4,"
        " retry_at = now() + make_interval(secs => $5) WHERE id = $1"
        " AND ((state, error_code, error_message) IS DISTINCT FROM ($2, $3, $4)"
        " OR $5::float8 IS NOT NULL) RETURNING id",
        account_id,
        state,
        fault.code,
        fault.message,
        fault.retry_in,
    )
    return done is not None


async def delete(tx: Transaction, account_id: AccountId) -> None:
    """Delete an account with all that we hold of it; the server keeps its mail."""
    await tx.driver.execute("DELETE FROM accounts WHERE id = $1", account_id)


def from_row(row: Mapping[str, Any]) -> Account:
    """Return the account in a row with ``COLUMNS``."""
    fault = AccountFault(row["error_code"], row["error_message"]) if row["error_code"] else None
    return Account(
        id=AccountId(row["id"]),
        user_id=UserId(row["user_id"]),
        email=row["email"],
        imap=ServerAddress(row["imap_host"], row["imap_port"], Security(row["imap_security"])),
        imap_username=row["imap_username"],
        imap_password_sealed=bytes(row["imap_password_sealed"]),
        followed_mailbox=row["followed_mailbox"],
        state=AccountState(row["state"]),
        fault=fault,
        is_paused=row["is_paused"],
    )
