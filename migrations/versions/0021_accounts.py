"""Who is known by another site's word, and how each wants the pages; sessions know their browser."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Nobody was known so before, and everybody has the pages as their system does."""
    op.create_table(
        "linked_account",
        *(sa.Column(name, WORD, primary_key=True) for name in ("issuer", "subject")),
        sa.Column("person", WORD, nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
    )
    op.create_index("linked_account_person", "linked_account", ["person", "issuer"], unique=True)
    op.create_table(
        "account",
        sa.Column("person", WORD, primary_key=True),
        sa.Column("theme", sa.Text),
        sa.Column("keys", sa.Boolean, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
    op.add_column("session", sa.Column("browser", sa.Text))


def downgrade() -> None:
    """Who is known by another site's word is known by their address again, once."""
    op.drop_column("session", "browser")
    op.drop_table("account")
    op.drop_table("linked_account")
