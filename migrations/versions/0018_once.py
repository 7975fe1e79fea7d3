"""What was asked once and is not done twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Nothing was asked with a key before."""
    op.create_table(
        "once",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("token", "key")),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("lead", "seq")),
        sa.Column("what", sa.Text),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("denied", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("once_at", "once", ["at"])
    op.create_index("once_lead", "once", ["lead"])


def downgrade() -> None:
    """What is sent again after that is done again."""
    op.drop_table("once")
