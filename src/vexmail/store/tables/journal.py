"""The two journals: changes told to listeners, wishes on their way to the server."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from vexmail.store.tables.metadata import key, metadata, moment, owned_by, word_list, words

change_log = Table(
    "change_log",
    metadata,
    owned_by("users.id", "user_id"),
    Column("seq", BigInteger, nullable=False),
    moment("time"),
    # No reference: the log tells of accounts that are gone.
    Column("account_id", BigInteger, nullable=True),
    words("type"),
    Column("data", JSONB, nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("user_id", "seq"),
)

intents = Table(
    "intents",
    metadata,
    key(),
    owned_by("accounts.id", "account_id"),
    # NULL for a wish about a mailbox.
    Column(
        "message_id",
        BigInteger,
        ForeignKey("messages.id", ondelete="CASCADE"),
        nullable=True,
        index=True,
    ),
    # The batch it was made with, if any; undone as a whole.
    Column("operation_id", BigInteger, nullable=True),
    # flags, move, copy, delete, append; create_mailbox and the like
    Column("kind", Text, nullable=False, server_default=text("'flags'")),
    word_list("add_flags"),
    word_list("remove_flags"),
    Column("source_mailbox_id", BigInteger, nullable=True),
    Column("target_mailbox_id", BigInteger, nullable=True),
    # Of a wish about a mailbox: which, its whole path afterwards and before.
    Column("mailbox_id", BigInteger, nullable=True),
    words("name"),
    words("old_name"),
    Column("permanent", Boolean, nullable=False, server_default=text("false")),
    # Of an APPEND: the bytes, and where the mailbox's UIDs stood when it was sent.
    words("blob_id"),
    Column("sent_uid_validity", BigInteger, nullable=False, server_default=text("0")),
    Column("sent_uid_next", BigInteger, nullable=False, server_default=text("0")),
    # pending: not carried out yet; settled: the server holds it; rejected: it would not;
    # parked: given up after many tries; cancelled: taken back before it was carried out.
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    # Set before a command is sent whose repetition would do harm or be refused.
    moment("sent_at", optional=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    moment("next_attempt_at"),
    words("error_code"),
    words("error_message"),
    moment("created_at"),
    moment("finished_at", optional=True),
    Index("ix_intents_pending", "account_id", "id", postgresql_where=text("state = 'pending'")),
    Index(
        "ix_intents_pending_mailbox",
        "account_id",
        "id",
        postgresql_where=text("state = 'pending' AND mailbox_id IS NOT NULL"),
    ),
    Index(
        "ix_intents_given_up",
        "account_id",
        "id",
        postgresql_where=text("state IN ('parked', 'rejected')"),
    ),
    Index(
        "ix_intents_operation",
        "operation_id",
        postgresql_where=text("operation_id IS NOT NULL"),
    ),
)

operations = Table(
    "operations",
    metadata,
    key(),
    owned_by("users.id", "user_id"),
    words("action"),
    # Messages that the action was asked for, and those among them that it changed.
    Column("matched", Integer, nullable=False, server_default=text("0")),
    Column("changed", Integer, nullable=False, server_default=text("0")),
    moment("created_at"),
    moment("undone_at", optional=True),
    Index("ix_operations_newest", "user_id", "id"),
)

# Answers to requests that create something, so that a repeated request gets the first answer.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    owned_by("users.id", "user_id"),
    Column("key", Text, nullable=False),
    # A keyed digest of method, path and body.
    Column("request", LargeBinary, nullable=False),
    # Who works on it; a request that took too long may not answer any more.
    Column("holder", Text, nullable=False),
    # 0 until there is an answer.
    Column("status", Integer, nullable=False, server_default=text("0")),
    Column("answer", JSONB, nullable=False, server_default=text("'{}'")),
    moment("held_since"),
    moment("created_at"),
    PrimaryKeyConstraint("user_id", "key"),
)
