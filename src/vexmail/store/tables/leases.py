"""Which web process runs which account, and what one process asks of another."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text, text

from vexmail.store.tables.metadata import metadata, moment, owned_by, words

# A row is one life of a web process. It lives as long as it moves ``expires_at``; whoever finds
# that past, by the database's clock, deletes the row, and the process must begin a new life.
web_processes = Table(
    "web_processes",
    metadata,
    Column("id", Text, primary_key=True),
    # Host and process number, for people.
    words("name"),
    # The application_name of its database sessions, which are ended with it.
    words("session_name"),
    moment("joined_at"),
    moment("expires_at"),
)

# One row per account for as long as it exists. The time limit is the holder's, so a process
# renews all its leases by writing one row, be they one or a thousand.
leases = Table(
    "leases",
    metadata,
    owned_by("accounts.id", "account_id", primary_key=True),
    # NULL while nobody runs the account.
    Column(
        "holder",
        Text,
        ForeignKey("web_processes.id", ondelete="SET NULL"),
        nullable=True,
        index=True,
    ),
    # Grows with each taking; every write of sync is made under the number it was taken with.
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    moment("taken_at"),
)

# Somebody waits for the bytes of a message at a process that does not run its account.
body_requests = Table(
    "body_requests",
    metadata,
    owned_by("messages.id", "message_id", primary_key=True),
    owned_by("accounts.id", "account_id", index=True),
    moment("asked_at"),
    moment("answered_at", optional=True),
    # Empty when the bytes were stored.
    words("error_code"),
    words("error_message"),
)
