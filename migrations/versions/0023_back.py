"""Absences that were ended before their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Those told before end when they said."""
    op.add_column("absence", sa.Column("back_at", INSTANT))


def downgrade() -> None:
    """Those that were ended have ended: later the earlier slaflow would have them away again."""
    op.execute("DELETE FROM absence WHERE back_at <= starts_at")
    op.execute("UPDATE absence SET ends_at = back_at WHERE back_at < ends_at")
    op.drop_column("absence", "back_at")
