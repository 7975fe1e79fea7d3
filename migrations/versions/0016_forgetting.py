"""Bodies of what was sent are found by when they are to go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What has no body, or waits and needs it, is not in it."""
    where = sa.text("body IS NOT NULL AND status <> 'waiting'")
    op.create_index("delivery_body", "delivery", ["done_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Nothing is lost."""
    op.drop_index("delivery_body", "delivery")
