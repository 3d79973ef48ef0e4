"""pre watching."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4c1d7e90b2a8"
down_revision: str | None = "5d0c7a8e1b42"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column(
        "mailboxes",
        sa.Column("object_id", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "mailboxes",
        sa.Column("watched", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("mailboxes", sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "mailboxes",
        sa.Column("resyncs", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("mailboxes", sa.Column("resynced_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Change them back."""
    for name in ("resynced_on", "resyncs", "compared_at", "watched", "object_id"):
        op.drop_column("mailboxes", name)
