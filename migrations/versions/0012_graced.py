"""Whether a clock was given grace when its lead moved to another version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NEW = {"sqlite": "json_extract(data, '$.graced')", "postgresql": "CAST(data AS JSON) ->> 'graced'"}
# After a way down and up again.
_GRACED = """
    UPDATE clock SET graced = {true} WHERE EXISTS (
        SELECT 1 FROM entry WHERE entry.lead = clock.lead AND entry.target = clock.target
            AND entry.clock = clock.number AND entry.kind = 'clock_moved' AND {said}
    )
"""


def upgrade() -> None:
    """The log says which clocks were."""
    op.add_column("clock", sa.Column("graced", sa.Boolean, nullable=False, server_default=sa.false()))
    name = op.get_context().dialect.name
    said = f"{_NEW[name]} = 1" if name == "sqlite" else f"{_NEW[name]} = 'true'"
    op.execute(sa.text(_GRACED.format(said=said, true="true")))


def downgrade() -> None:
    """Nothing is lost: the log says it."""
    op.drop_column("clock", "graced")
