"""pre open wishes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a1c9d2e47b60"
down_revision: str | None = "f77821183bdb"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("accounts", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_intents_given_up",
        "intents",
        ["account_id", "id"],
        postgresql_where=sa.text("state IN ('parked', 'rejected')"),
    )
    op.drop_index(op.f("ix_operations_user_id"), table_name="operations")
    op.create_index("ix_operations_newest", "operations", ["user_id", "id"])


def downgrade() -> None:
    """Change them back."""
    op.drop_column("accounts", "retry_at")
    op.drop_index("ix_operations_newest", table_name="operations")
    op.create_index(op.f("ix_operations_user_id"), "operations", ["user_id"])
    op.drop_index(
        "ix_intents_given_up",
        table_name="intents",
        postgresql_where=sa.text("state IN ('parked', 'rejected')"),
    )
