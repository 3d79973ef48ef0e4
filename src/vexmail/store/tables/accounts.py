"""Accounts and their mailboxes, with the cursors of sync."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from vexmail.store.tables.metadata import key, metadata, moment, owned_by, word_list, words

accounts = Table(
    "accounts",
    metadata,
    key(),
    owned_by("users.id", "user_id", index=True),
    words("email"),
    words("name"),
    words("imap_host"),
    Column("imap_port", Integer, nullable=False),
    words("imap_security"),
    words("imap_username"),
    Column("imap_password_sealed", LargeBinary, nullable=False),
    words("smtp_host"),
    Column("smtp_port", Integer, nullable=False, server_default=text("0")),
    words("smtp_security"),
    words("smtp_username"),
    Column("smtp_password_sealed", LargeBinary, nullable=True),
    # The mailbox followed live, as IMAP_MAILBOX names it.
    Column("followed_mailbox", Text, nullable=False, server_default=text("'INBOX'")),
    Column("state", Text, nullable=False, server_default=text("'connecting'")),
    words("error_code"),
    words("error_message"),
    # When the next try is due after a failure.
    moment("retry_at", optional=True),
    # Set while the backfill of bodies rests; the reason is a sentence for a person.
    moment("bodies_paused_until", optional=True),
    words("bodies_paused_because"),
    Column("is_demo", Boolean, nullable=False, server_default=text("false")),
    moment("created_at"),
    Unique("user_id", "email", "imap_host", "imap_port", "imap_username"),
)

# What came from an account's server, by day of UTC.
downloads = Table(
    "downloads",
    metadata,
    owned_by("accounts.id", "account_id"),
    Column("day", Date, nullable=False),
    Column("bytes", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("account_id", "day"),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    key(),
    owned_by("accounts.id", "account_id"),
    words("name"),
    words("wire_name"),
    words("delimiter"),
    Column("role", Text, nullable=True),
    word_list("attributes"),
    Column("selectable", Boolean, nullable=False, server_default=text("true")),
    Column("subscribed", Boolean, nullable=False, server_default=text("true")),
    # personal, other (somebody else's) or shared (RFC 2342), and how its names begin there.
    Column("namespace", Text, nullable=False, server_default=text("'personal'")),
    words("prefix"),
    # The name as the server has it; ``name`` is the same with pending renames laid over it.
    words("server_name"),
    # Pending intents that make or remove the mailbox: it is not on the server yet, or it is
    # not shown any more.
    Column("created_by", BigInteger, nullable=True),
    Column("deleted_by", BigInteger, nullable=True),
    # 0 until the mailbox was selected for the first time.
    Column("uid_validity", BigInteger, nullable=False, server_default=text("0")),
    # UIDs below are known or left for the backfill; UIDs from here on are real arrivals.
    Column("uid_next", BigInteger, nullable=False, server_default=text("0")),
    # 0 until every message and flag of the mailbox is known up to this MODSEQ.
    Column("highest_modseq", BigInteger, nullable=False, server_default=text("0")),
    # Entries held, and those among them without \Seen.
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column("unread", Integer, nullable=False, server_default=text("0")),
    Column("sync_state", Text, nullable=False, server_default=text("'waiting'")),
    Column("sync_total", Integer, nullable=False, server_default=text("0")),
    # MAILBOXID (RFC 8474), by which a renamed mailbox is known again.
    words("object_id"),
    # Chosen by a person to be followed live even where the server has no NOTIFY.
    Column("watched", Boolean, nullable=False, server_default=text("false")),
    # When every UID and every flag was last compared with the server's.
    moment("compared_at", optional=True),
    # How often the server numbered it anew on the day named.
    Column("resyncs", Integer, nullable=False, server_default=text("0")),
    Column("resynced_on", Date, nullable=True),
    Unique("account_id", "wire_name"),
    # A mailbox's parent is found by its path.
    Index("ix_mailboxes_account_id_name", "account_id", "name"),
)
