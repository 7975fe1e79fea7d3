"""When a lead was approached last, where the agreement bounds how often that is done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No agreement of before bounds it, so that no lead of before has been approached too often."""
    op.add_column("lead", sa.Column("approaches", sa.Text, nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    """Nothing is lost: the log says it all."""
    op.drop_column("lead", "approaches")
