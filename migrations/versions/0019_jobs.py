"""Jobs that people ask for, and the files that come of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OPEN, ENDS = sa.text("ended_at IS NULL"), sa.text("expires_at IS NOT NULL")


def upgrade() -> None:
    """Nobody asked for one before."""
    op.create_table(
        "job",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("asked_by", WORD, nullable=False),
        sa.Column("party", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("parameters", "status")),
        sa.Column("done", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("of", sa.BigInteger),
        sa.Column("made_at", INSTANT, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("started_at", "ended_at")),
        sa.Column("worker", sa.Text),
        sa.Column("lease_until", INSTANT),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("result", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("error", "file_name", "file_type")),
        sa.Column("file_bytes", sa.BigInteger),
        sa.Column("holds_leads", sa.Boolean, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("erased_at", "expires_at")),
    )
    op.create_index("job_asked_by", "job", ["asked_by", "id"])
    op.create_index("job_open", "job", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("job_expires", "job", ["expires_at"], sqlite_where=ENDS, postgresql_where=ENDS)
    op.create_table(
        "job_part",
        sa.Column("job", sa.BigInteger, sa.ForeignKey("job.id"), primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """What was asked for is forgotten, and so are its files."""
    op.drop_table("job_part")
    op.drop_table("job")
