"""pre leases."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "ba080e29f6f1"
down_revision: str | None = "a1c9d2e47b60"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "web_processes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("session_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_processes")),
    )
    op.create_table(
        "leases",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_leases_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["holder"], ["web_processes.id"], name=op.f("fk_leases_holder"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_leases")),
    )
    op.create_index(op.f("ix_leases_holder"), "leases", ["holder"], unique=False)
    op.create_table(
        "body_requests",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("error_message", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_body_requests_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_body_requests_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_body_requests")),
    )
    op.create_index(
        op.f("ix_body_requests_account_id"), "body_requests", ["account_id"], unique=False
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_index(op.f("ix_body_requests_account_id"), table_name="body_requests")
    op.drop_table("body_requests")
    op.drop_index(op.f("ix_leases_holder"), table_name="leases")
    op.drop_table("leases")
    op.drop_table("web_processes")
