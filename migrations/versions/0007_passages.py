"""A row per handoff with what came of it, of which reports are made; filled from the log afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    _make_passage()
    blank = sa.text("data IS NULL AND handoff")
    op.create_index("entry_blank", "entry", ["lead"], sqlite_where=blank, postgresql_where=blank)
    op.create_table(
        "derived",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("made_by", sa.Integer, nullable=False),
    )
    # A log that is empty has no handoffs; of any other they are made by 'slaflow db rebuild'.
    op.execute(
        "INSERT INTO derived (name, made_by) SELECT 'passage', 1 WHERE NOT EXISTS (SELECT 1 FROM entry)"
    )


def downgrade() -> None:
    """Nothing is lost: the log says it all."""
    op.drop_index("entry_blank", "entry")
    op.drop_table("derived")
    op.drop_table("passage")


def _make_passage() -> None:
    op.create_table(
        "passage",
        sa.Column("id", ID, primary_key=True),
        sa.Column("lead", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *_texts("digest", "trigger", "from_state", "to_state"),
        sa.Column("by_system", sa.Boolean, nullable=False),
        *_texts("gave", "gave_owner", "took", "took_owner"),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("score", sa.Float(53)),
        *_texts("stage", "fit", "touchpoints", "reason"),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("handed_at", INSTANT),
        sa.Column("until_at", INSTANT),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("came_back", "given_back", "is_held")),
        sa.Column("outcome", sa.Text, nullable=False),
        *(
            sa.Column(name, INSTANT)
            for name in ("decided_at", "touched_at", "touched_again_at", "attempted_at")
        ),
        *(
            sa.Column(name, sa.BigInteger)
            for name in ("decision", "first_touch", "first_attempt", "reckoned")
        ),
        sa.UniqueConstraint("lead", "seq", name="passage_handoff"),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index("passage_at", "passage", ["at"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]
