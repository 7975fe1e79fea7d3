"""Who can take how much, how teams are dealt, and which leads still weigh on their owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# What libyaml reads its twin in Python does not always, and agreements are read by libyaml.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_OPEN_LOAD = sa.text("owner IS NOT NULL AND NOT closed")
_OF_ACCOUNT = sa.text("account IS NOT NULL AND NOT closed")
_WAITS = sa.text("waits_for IS NOT NULL")
_INDEXES = (
    ("lead_load", ["owner", "held_by", "id"], _OPEN_LOAD),
    ("lead_account", ["account", "id"], _OF_ACCOUNT),
    ("lead_waiting", ["waits_for", "waits_since", "id"], _WAITS),
)


def _columns() -> dict[str, list[sa.Column[Any]]]:
    """New ones each time: a column belongs to the table that it was added to."""
    none = sa.text("'{}'")
    return {
        "lead": [
            sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false()),
            sa.Column("account", WORD),
            sa.Column("assigned_at", INSTANT),
            sa.Column("waits_for", sa.Text),
            sa.Column("waits_since", INSTANT),
            sa.Column("broken", sa.Text, nullable=False, server_default=none),
        ],
        "person": [
            sa.Column("weight", sa.Integer, nullable=False, server_default=sa.text("1")),
            sa.Column("capacity", sa.Integer),
            sa.Column("per_day", sa.Integer),
        ],
        "team": [
            sa.Column("round", sa.Integer, nullable=False, server_default=sa.text("1")),
            sa.Column("dealt", sa.Text, nullable=False, server_default=none),
        ],
    }


def upgrade() -> None:
    """Everybody weighs alike and nobody waits; a lead is closed whose state its own version calls final."""
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    _close()
    for name, indexed, where in _INDEXES:
        op.create_index(name, "lead", indexed, sqlite_where=where, postgresql_where=where)


def _close() -> None:
    closed = sa.text("UPDATE lead SET closed = true WHERE digest = :digest AND state = :state")
    connection = op.get_bind()
    # Of who was erased nobody has anything on their hands any more.
    connection.execute(sa.text("UPDATE lead SET closed = true WHERE length(salt) = 0"))
    lead = sa.table("lead", sa.column("digest"))
    for (digest,) in connection.execute(sa.select(lead.c.digest).distinct()).all():
        for state in _final_states(connection, digest):
            connection.execute(closed, {"digest": digest, "state": state})


def _final_states(connection: sa.Connection, digest: str) -> Iterator[str]:
    text = sa.text("SELECT source FROM workflow_version WHERE digest = :digest ORDER BY id DESC LIMIT 1")
    source = connection.execute(text, {"digest": digest}).scalar()
    # Every scalar as it is written: a state may be called what YAML 1.1 takes for something else.
    read: Any = yaml.load(source, Loader=_LOADER) if source else None
    states = read.get("states") if isinstance(read, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        if isinstance(state, dict) and state.get("final") in ("true", "True", "TRUE"):
            yield str(name)


def downgrade() -> None:
    """What is known of leads stands in the log; weights, limits, and who waits are lost to the one before."""
    for name, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name="lead")
    for table, columns in _columns().items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
