"""Whose records there are elsewhere, however many a lead has, and for as long as it is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "known_record",
        sa.Column("hook", sa.Text, primary_key=True),
        sa.Column("remote", WORD, primary_key=True),
        sa.Column("lead", sa.BigInteger, nullable=False),
    )
    op.create_index("known_record_lead", "known_record", ["lead"])
    op.execute(
        "INSERT INTO known_record (hook, remote, lead) "
        "SELECT substr(receiver, 6), remote, min(lead) FROM mirror "
        "WHERE receiver LIKE 'hook:%' AND remote IS NOT NULL GROUP BY receiver, remote"
    )
    # The last one that a hook told of was known there; the others by what was sent lately.
    op.execute(
        "INSERT INTO known_record (hook, remote, lead) SELECT hook, remote, max(lead) FROM inbox "
        "WHERE remote IS NOT NULL AND lead IS NOT NULL GROUP BY hook, remote ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    """The one before knows of each lead the record that was told of last, and others for two weeks."""
    op.drop_table("known_record")
