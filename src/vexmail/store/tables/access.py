"""Users and what lets them in. Tokens are stored as SHA-256 only."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text, text

from vexmail.store.tables.metadata import key, metadata, moment, owned_by, words

users = Table(
    "users",
    metadata,
    key(),
    words("name"),
    Column("role", Text, nullable=False, server_default=text("'owner'")),
    # The last number given out in change_log; taken under this row's lock, so that
    # commit order and sequence order are the same.
    Column("change_seq", BigInteger, nullable=False, server_default=text("0")),
    moment("created_at"),
)

sessions = Table(
    "sessions",
    metadata,
    key(),
    owned_by("users.id", "user_id", index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    words("user_agent"),
    moment("created_at"),
    moment("last_seen_at"),
    moment("expires_at"),
)

login_links = Table(
    "login_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    owned_by("users.id", "user_id", index=True),
    moment("created_at"),
    moment("expires_at"),
    moment("used_at", optional=True),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    key(),
    owned_by("users.id", "user_id", index=True),
    words("name"),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    moment("created_at"),
    moment("last_used_at", optional=True),
)
