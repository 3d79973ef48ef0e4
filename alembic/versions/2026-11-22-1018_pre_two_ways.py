"""pre two ways."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f77821183bdb"
down_revision: str | None = "ba374e5e5740"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# The list's indexes: name, condition before, condition after.
_LISTS = (
    ("ix_mailbox_entries_newest", None, "hidden_by IS NULL"),
    ("ix_mailbox_entries_unread", "NOT is_read", "NOT is_read AND hidden_by IS NULL"),
    ("ix_mailbox_entries_starred", "is_starred", "is_starred AND hidden_by IS NULL"),
)


def _make_list_index(name: str, condition: str | None) -> None:
    op.drop_index(name, table_name="mailbox_entries")
    op.create_index(
        name,
        "mailbox_entries",
        ["mailbox_id", sa.text("received_at DESC"), sa.text("message_id DESC")],
        postgresql_where=None if condition is None else sa.text(condition),
    )


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "operations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("matched", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_operations_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
    )
    op.create_index(op.f("ix_operations_user_id"), "operations", ["user_id"], unique=False)
    op.add_column("intents", sa.Column("operation_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "intents", sa.Column("kind", sa.Text(), server_default=sa.text("'flags'"), nullable=False)
    )
    op.add_column("intents", sa.Column("source_mailbox_id", sa.BigInteger(), nullable=True))
    op.add_column("intents", sa.Column("target_mailbox_id", sa.BigInteger(), nullable=True))
    op.add_column("intents", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_intents_operation",
        "intents",
        ["operation_id"],
        unique=False,
        postgresql_where=sa.text("operation_id IS NOT NULL"),
    )
    op.add_column("mailbox_entries", sa.Column("hidden_by", sa.BigInteger(), nullable=True))
    op.drop_constraint(
        op.f("uq_mailbox_entries_message_id_mailbox_id"), "mailbox_entries", type_="unique"
    )
    op.create_index(
        "ix_mailbox_entries_message_id_mailbox_id",
        "mailbox_entries",
        ["message_id", "mailbox_id"],
        unique=False,
    )
    for name, _, after in _LISTS:
        _make_list_index(name, after)


def downgrade() -> None:
    """Change them back."""
    for name, before, _ in _LISTS:
        _make_list_index(name, before)
    op.drop_index("ix_mailbox_entries_message_id_mailbox_id", table_name="mailbox_entries")
    op.create_unique_constraint(
        op.f("uq_mailbox_entries_message_id_mailbox_id"),
        "mailbox_entries",
        ["message_id", "mailbox_id"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("mailbox_entries", "hidden_by")
    op.drop_index(
        "ix_intents_operation",
        table_name="intents",
        postgresql_where=sa.text("operation_id IS NOT NULL"),
    )
    op.drop_column("intents", "sent_at")
    op.drop_column("intents", "target_mailbox_id")
    op.drop_column("intents", "source_mailbox_id")
    op.drop_column("intents", "kind")
    op.drop_column("intents", "operation_id")
    op.drop_index(op.f("ix_operations_user_id"), table_name="operations")
    op.drop_table("operations")
