"""Which clocks were renamed when their leads moved: entries before and after are of one clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
_MOVED = """
    SELECT DISTINCT lead FROM entry
    WHERE kind = 'migrated' AND data IS NOT NULL AND data NOT LIKE '%"target_map":{}%' ORDER BY lead
"""
_TOLD = """
    SELECT seq, at, kind, target, clock, data FROM entry
    WHERE stream = :stream AND (kind = 'migrated' OR target IS NOT NULL AND clock IS NOT NULL) ORDER BY seq
"""
_ROWS = "SELECT target, number FROM clock WHERE lead = :lead"
Name = tuple[str, int]


def upgrade() -> None:
    """The log says it."""
    renaming = op.create_table(
        "renaming",
        sa.Column("lead", sa.BigInteger, sa.ForeignKey("lead.id"), primary_key=True, autoincrement=False),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("first_target", sa.Text, nullable=False),
        sa.Column("first_number", sa.Integer, nullable=False),
    )
    op.create_index("renaming_first", "renaming", ["lead", "first_target", "first_number", "seq"])
    connection = op.get_bind()
    for lead in connection.execute(sa.text(_MOVED)).scalars().all():
        told = connection.execute(sa.text(_TOLD), {"stream": f"lead:{lead}"}).all()
        kept = {(name, number) for name, number in connection.execute(sa.text(_ROWS), {"lead": lead})}
        if rows := [{"lead": lead, **each} for each in _renamed(told, kept)]:
            connection.execute(renaming.insert(), rows)


def _renamed(told: Iterable[Any], kept: set[Name]) -> Iterator[dict[str, Any]]:
    """Follows by which names a lead's entries call its clocks; *kept* are those that rows call so still."""
    first: dict[Name, Name] = {}
    numbers: dict[str, int] = {}
    for seq, at, kind, target, clock, data in told:
        if kind != "migrated":
            numbers[target] = max(clock, numbers.get(target, 0))
            first.setdefault((target, clock), (target, clock))
            continue
        targets = json.loads(data)["target_map"] if data else {}
        for name, number in sorted(each for each in first if each[0] in targets and each not in kept):
            new = targets[name]
            now = new, numbers[new] + 1 if new in numbers else number
            numbers[new] = now[1]
            first[now] = first.pop((name, number))
            yield {
                "target": now[0], "number": now[1], "seq": seq, "at": at,
                "first_target": first[now][0], "first_number": first[now][1],
            }  # fmt: skip


def downgrade() -> None:
    """Nothing is lost: the log says it."""
    op.drop_table("renaming")
