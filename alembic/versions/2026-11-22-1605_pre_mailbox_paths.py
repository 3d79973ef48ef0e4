"""pre mailbox paths."""

from collections.abc import Sequence

from alembic import op

revision: str = "7f3a9c51d2e4"
down_revision: str | None = "4c1d7e90b2a8"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Change the tables."""
    op.create_index("ix_mailboxes_account_id_name", "mailboxes", ["account_id", "name"])


def downgrade() -> None:
    """Change them back."""
    op.drop_index("ix_mailboxes_account_id_name", table_name="mailboxes")
