"""pre daily downloads."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5c1d7e90a4b2"
down_revision: str | None = "ba080e29f6f1"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "downloads",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_downloads_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_downloads")),
    )
    op.add_column(
        "accounts",
        sa.Column("bodies_paused_until", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "accounts",
        sa.Column("bodies_paused_because", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.drop_index("ix_messages_unparsed", table_name="messages")
    op.create_index(
        "ix_messages_remote",
        "messages",
        ["account_id", sa.text("received_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("body_state = 'remote'"),
    )
    op.create_index(
        "ix_messages_stored",
        "messages",
        [sa.text("received_at DESC")],
        postgresql_where=sa.text("body_state = 'stored'"),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_index("ix_messages_stored", table_name="messages")
    op.drop_index("ix_messages_remote", table_name="messages")
    op.create_index(
        "ix_messages_unparsed",
        "messages",
        ["account_id", sa.text("received_at DESC")],
        postgresql_where=sa.text("body_state IN ('remote', 'stored')"),
    )
    op.drop_column("accounts", "bodies_paused_because")
    op.drop_column("accounts", "bodies_paused_until")
    op.drop_table("downloads")
