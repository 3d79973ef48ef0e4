"""pre mailbox wishes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "5d0c7a8e1b42"
down_revision: str | None = "5c1d7e90a4b2"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_EMPTY = sa.text("''")
_ZERO = sa.text("0")
_NOW = sa.text("now()")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), server_default=_ZERO, nullable=False),
        sa.Column(
            "answer",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("held_since", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.alter_column("intents", "message_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("intents", sa.Column("mailbox_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_intents_pending_mailbox",
        "intents",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending' AND mailbox_id IS NOT NULL"),
    )
    for name in ("name", "old_name", "blob_id"):
        op.add_column("intents", sa.Column(name, sa.Text(), server_default=_EMPTY, nullable=False))
    op.add_column(
        "intents",
        sa.Column("permanent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    for name in ("sent_uid_validity", "sent_uid_next"):
        op.add_column(
            "intents", sa.Column(name, sa.BigInteger(), server_default=_ZERO, nullable=False)
        )
    op.add_column(
        "mailboxes",
        sa.Column("subscribed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "mailboxes",
        sa.Column("namespace", sa.Text(), server_default=sa.text("'personal'"), nullable=False),
    )
    for name in ("prefix", "server_name"):
        op.add_column(
            "mailboxes", sa.Column(name, sa.Text(), server_default=_EMPTY, nullable=False)
        )
    for name in ("created_by", "deleted_by"):
        op.add_column("mailboxes", sa.Column(name, sa.BigInteger(), nullable=True))
    op.execute("UPDATE mailboxes SET server_name = name")


def downgrade() -> None:
    """Change them back; wishes about mailboxes, and what was shown for them, are lost."""
    op.execute("DELETE FROM mailboxes WHERE created_by IS NOT NULL")
    op.execute("DELETE FROM intents WHERE message_id IS NULL")
    for name in (
        "deleted_by",
        "created_by",
        "server_name",
        "prefix",
        "namespace",
        "subscribed",
    ):
        op.drop_column("mailboxes", name)
    op.drop_index(
        "ix_intents_pending_mailbox",
        table_name="intents",
        postgresql_where=sa.text("state = 'pending' AND mailbox_id IS NOT NULL"),
    )
    for name in (
        "sent_uid_next",
        "sent_uid_validity",
        "permanent",
        "blob_id",
        "old_name",
        "name",
        "mailbox_id",
    ):
        op.drop_column("intents", name)
    op.alter_column("intents", "message_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_table("idempotency_keys")
