"""Messages, where they lie, and what was read out of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from vexmail.store.tables.metadata import key, metadata, moment, owned_by, word_list, words

messages = Table(
    "messages",
    metadata,
    key(),
    owned_by("accounts.id", "account_id"),
    # Same content in several mailboxes is one row; two UIDs of one mailbox are always two
    # rows, told apart by the ordinal, so that nothing the server shows is folded away.
    Column("fingerprint", LargeBinary, nullable=False),
    Column("ordinal", Integer, nullable=False, server_default=text("0")),
    words("internet_message_id"),
    words("in_reply_to"),
    words("subject"),
    words("from_name"),
    words("from_address"),
    # An object with the keys to, cc, bcc and reply_to; each a list of (name, address) pairs.
    Column("recipients", JSONB, nullable=False, server_default=text("'{}'")),
    moment("sent_at", optional=True),
    moment("received_at"),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    Column("has_attachments", Boolean, nullable=False, server_default=text("false")),
    words("snippet"),
    Column("body_state", Text, nullable=False, server_default=text("'remote'")),
    words("blob_id"),
    # Set while no mailbox holds the message: a move may bring it back under its old id.
    moment("orphaned_at", optional=True),
    UniqueConstraint("account_id", "fingerprint", "ordinal"),
    # Two indexes, not one: what waits to be read must not be in the way of what is fetched next.
    Index(
        "ix_messages_remote",
        "account_id",
        text("received_at DESC"),
        text("id DESC"),
        postgresql_where=text("body_state = 'remote'"),
    ),
    Index(
        "ix_messages_stored",
        text("received_at DESC"),
        postgresql_where=text("body_state = 'stored'"),
    ),
)

message_bodies = Table(
    "message_bodies",
    metadata,
    owned_by("messages.id", "message_id", primary_key=True),
    words("text"),
    words("html"),
    # Filled when first opened; NULL = not sanitised yet.
    Column("safe_html", Text, nullable=True),
    Column("headers", JSONB, nullable=False, server_default=text("'[]'")),
    word_list("reference_ids"),
    word_list("defects"),
)

attachments = Table(
    "attachments",
    metadata,
    key(),
    owned_by("messages.id", "message_id", index=True),
    words("part_id"),
    words("filename"),
    words("content_type"),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    words("content_id"),
    Column("inline", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("message_id", "part_id"),
)

_NEWEST_FIRST = (text("received_at DESC"), text("message_id DESC"))

mailbox_entries = Table(
    "mailbox_entries",
    metadata,
    owned_by("mailboxes.id", "mailbox_id"),
    # Negative while we show a message where a pending intent will put it: the intent's id.
    Column("uid", BigInteger, nullable=False),
    owned_by("messages.id", "message_id"),
    moment("received_at"),
    Column("mod_seq", BigInteger, nullable=False, server_default=text("0")),
    # What the server said, and the same with pending intents laid over it.
    word_list("server_flags"),
    word_list("flags"),
    Column("is_read", Boolean, nullable=False, server_default=text("false")),
    Column("is_starred", Boolean, nullable=False, server_default=text("false")),
    # The pending intent that takes the message away from here; lists leave it out.
    Column("hidden_by", BigInteger, nullable=True),
    PrimaryKeyConstraint("mailbox_id", "uid"),
    # Not unique: a placeholder may stand beside a hidden entry of the same message.
    Index("ix_mailbox_entries_message_id_mailbox_id", "message_id", "mailbox_id"),
    Index(
        "ix_mailbox_entries_newest",
        "mailbox_id",
        *_NEWEST_FIRST,
        postgresql_where=text("hidden_by IS NULL"),
    ),
    Index(
        "ix_mailbox_entries_unread",
        "mailbox_id",
        *_NEWEST_FIRST,
        postgresql_where=text("NOT is_read AND hidden_by IS NULL"),
    ),
    Index(
        "ix_mailbox_entries_starred",
        "mailbox_id",
        *_NEWEST_FIRST,
        postgresql_where=text("is_starred AND hidden_by IS NULL"),
    ),
)
