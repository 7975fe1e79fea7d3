"""How often a lead was given an owner since its last handoff, and the calendar that is a person's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SAYS = {
    "sqlite": "json_extract(data, '$.{name}')",
    "postgresql": "json_extract_path_text(CAST(data AS JSON), '{name}')",
}
# Who is named late gets the lead no more.
_GIVEN = """
    WITH crossed AS (
        SELECT lead, MAX(seq) AS seq FROM entry WHERE handoff AND lead IS NOT NULL GROUP BY lead
    ), given AS (
        SELECT told.lead, COUNT(*) AS number
        FROM entry AS told LEFT JOIN crossed ON crossed.lead = told.lead
        WHERE told.kind = 'assigned' AND told.lead IS NOT NULL AND told.owner IS NOT NULL
            AND told.seq > COALESCE(crossed.seq, 0) AND {late} IS NULL
        GROUP BY told.lead
    )
    UPDATE lead SET assignments = given.number FROM given WHERE lead.id = given.lead
"""
# After a way down and up again.
_OWN = """
    UPDATE person SET calendar = (
        SELECT {calendar} FROM entry WHERE stream = 'people' AND at = person.valid_from
            AND {email} = person.email AND {calendar} IS NOT NULL
        ORDER BY seq DESC LIMIT 1
    )
"""


def upgrade() -> None:
    """The log says whom a lead was given to, and whose calendar is their own."""
    says = _SAYS[op.get_context().dialect.name]
    op.add_column("lead", sa.Column("assignments", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column("person", sa.Column("calendar", sa.Text))
    op.execute(sa.text(_GIVEN.format(late=says.format(name="late"))))
    calendar, email = says.format(name="calendar"), says.format(name="email")
    op.execute(sa.text(_OWN.format(calendar=calendar, email=email)))


def downgrade() -> None:
    """Nothing is lost: the log says it all."""
    op.drop_column("person", "calendar")
    op.drop_column("lead", "assignments")
