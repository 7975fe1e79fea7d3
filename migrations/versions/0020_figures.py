"""Figures of reports that are counted before somebody asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
KEY = ("report", "workflow", "period", "grouping")
ASKED = sa.text("asked_at IS NOT NULL")


def upgrade() -> None:
    """Nothing is kept before it is counted."""
    op.create_table(
        "figure",
        *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
        sa.Column("read_at", INSTANT, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("asked_at", "taken_until")),
        *(sa.Column(name, sa.BigInteger) for name in ("last_entry", "erasures")),
        sa.Column("at", INSTANT),
        sa.Column("data", sa.Text),
    )
    op.create_index("figure_asked", "figure", ["asked_at"], sqlite_where=ASKED, postgresql_where=ASKED)


def downgrade() -> None:
    """They are counted again when they are wanted."""
    op.drop_table("figure")
