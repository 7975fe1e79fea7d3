"""A row per activity and per end of a lead, of which reports are made; filled from the log afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    _make_touch()
    _make_ending()
    op.drop_index("entry_blank", "entry")
    _index_blank("data IS NULL AND kind IN ('activity', 'transition')")
    # Of a log that is empty all rows are there; of any other they are made by 'slaflow db rebuild'.
    op.execute("DELETE FROM derived")
    op.execute(
        "INSERT INTO derived (name, made_by) SELECT 'passage', 2 WHERE NOT EXISTS (SELECT 1 FROM entry)"
    )


def downgrade() -> None:
    """Nothing is lost: the log says it all."""
    op.drop_index("entry_blank", "entry")
    _index_blank("data IS NULL AND handoff")
    op.execute("UPDATE derived SET made_by = 1 WHERE made_by = 2")
    op.drop_table("ending")
    op.drop_table("touch")


def _index_blank(which: str) -> None:
    where = sa.text(which)
    op.create_index("entry_blank", "entry", ["lead"], sqlite_where=where, postgresql_where=where)


def _make_touch() -> None:
    op.create_table(
        "touch",
        *_place(),
        sa.Column("owner", sa.Text),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("lead", "seq", name="touch_of_lead"),
        sqlite_with_rowid=False,
    )


def _make_ending() -> None:
    op.create_table(
        "ending",
        *_place(),
        *(sa.Column(name, sa.Text) for name in ("digest", "owner")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("what", "state")),
        *(sa.Column(name, sa.Text) for name in ("trigger", "gave", "reason")),
        sa.Column("by_system", sa.Boolean, nullable=False),
        sa.Column("since_at", INSTANT, nullable=False),
        sa.Column("elapsed", sa.BigInteger, nullable=False),
        sa.Column("effort", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("open", "reckoned")),
        sa.PrimaryKeyConstraint("lead", "seq", name="ending_of_lead"),
        sqlite_with_rowid=False,
    )


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("lead", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    ]
