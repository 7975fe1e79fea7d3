"""Whether a promise was let go: it ended unbroken since the party that owed it moved the lead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_LET_GO = """
    UPDATE clock SET let_go = {true} FROM entry AS ended, entry AS cause
    WHERE ended.kind = 'clock_cancelled' AND clock.lead = ended.lead AND clock.target = ended.target
        AND clock.number = ended.clock AND clock.status = 'cancelled'
        AND cause.stream = ended.stream AND cause.seq = ended.caused_by
        AND cause.kind || '' = 'transition' AND cause.party || '' = clock.owed_by
"""
# Their entries went into files, and nobody can tell.
_UNKNOWN = """
    UPDATE clock SET let_go = NULL WHERE status = 'cancelled' AND lead IN (
        SELECT CAST(substr(stream, 6) AS BIGINT) FROM archived_stream WHERE stream LIKE 'lead:%'
    )
"""


def upgrade() -> None:
    """The log says who moved the lead."""
    op.add_column("clock", sa.Column("let_go", sa.Boolean, server_default=sa.false()))
    true = "1" if op.get_context().dialect.name == "sqlite" else "TRUE"
    op.execute(sa.text(_LET_GO.format(true=true)))
    op.execute(sa.text(_UNKNOWN))
    where = sa.text("let_go")
    op.create_index(
        "clock_let_go", "clock", ["owed_by", "target"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """Nothing is lost: the log says it all."""
    op.drop_index("clock_let_go", table_name="clock")
    op.drop_column("clock", "let_go")
