"""What reports count stands in the rows of clocks, and indexes have the moves and places of leads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What an entry's data say of it under a name, and what its lead's erasure has kept of the data.
_VALUE = {
    "sqlite": "json_extract({data}, '$.{name}')",
    "postgresql": "CAST(json_extract_path_text(CAST({data} AS JSON), '{name}') AS BIGINT)",
}
_KEPT = {
    "sqlite": """json_extract(erased.data, '$.kept."' || told.seq || '"')""",
    "postgresql": "json_extract_path_text(CAST(erased.data AS JSON), 'kept', CAST(told.seq AS TEXT))",
}
_TOOK = """
    WITH said AS (
        SELECT lead, target, clock, kind, CASE WHEN data IS NOT NULL THEN data ELSE (
            SELECT {kept} FROM entry AS erased
            WHERE erased.stream = told.stream AND erased.seq > told.seq AND erased.kind || '' = 'erased'
            ORDER BY erased.seq LIMIT 1
        ) END AS data
        FROM entry AS told WHERE kind IN ('clock_met', 'breach_lifted', 'met_late')
    ), took AS (
        SELECT lead, target, clock,
            MAX(CASE WHEN kind <> 'met_late' THEN {open} END) AS open,
            MAX(CASE WHEN kind = 'met_late' THEN {late} END) AS late
        FROM said GROUP BY lead, target, clock
    )
    UPDATE clock SET open_seconds = COALESCE(took.open, took.late + clock.allowance / 1000000)
    FROM took WHERE clock.lead = took.lead AND clock.target = took.target AND clock.number = took.clock
"""


def upgrade() -> None:
    op.add_column("clock", sa.Column("open_seconds", sa.BigInteger))
    dialect = op.get_context().dialect.name
    value, kept = _VALUE[dialect], _KEPT[dialect]
    names = {
        "open": value.format(data="data", name="open_seconds"),
        "late": value.format(data="data", name="late_seconds"),
    }
    op.execute(sa.text(_TOOK.format(kept=kept, **names)))
    has_to = sa.text('"to" IS NOT NULL')
    op.create_index(
        "entry_moves",
        "entry",
        ["lead", "seq", "at", "kind", "from", "to"],
        sqlite_where=has_to,
        postgresql_where=has_to,
    )
    op.create_index("lead_resting", "lead", ["state", "entered_at", "id"])


def downgrade() -> None:
    op.drop_index("lead_resting", table_name="lead")
    op.drop_index("entry_moves", table_name="entry")
    op.drop_column("clock", "open_seconds")
