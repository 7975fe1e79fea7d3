"""Moves that were overridden, of which a log has few: found by their instant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of moves only those that were overridden have a reason."""
    where = sa.text("kind = 'transition' AND reason IS NOT NULL")
    op.create_index("entry_overridden", "entry", ["kind", "at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Nothing is lost: all moves are gone through instead."""
    op.drop_index("entry_overridden", "entry")
