"""What is owed is found by who owes it, and under which version and calendar, least due instant first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace("clock_due", "clock_owed", "owed_by", "digest", "calendar", "due_at")


def downgrade() -> None:
    _replace("clock_owed", "clock_due", "due_at")


def _replace(old: str, new: str, *columns: str) -> None:
    is_open = sa.text("ended_at IS NULL")
    op.drop_index(old, table_name="clock", if_exists=True)
    op.create_index(
        new, "clock", list(columns), sqlite_where=is_open, postgresql_where=is_open, if_not_exists=True
    )
