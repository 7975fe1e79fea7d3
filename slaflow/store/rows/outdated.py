"""Leads that live under a version of their agreement that is in force no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from slaflow.store.tables.leads import clock, lead

_HAS_OPEN_CLOCK = sa.exists().where(clock.c.lead == lead.c.id, clock.c.ended_at.is_(None))
_IS_ERASED = sa.func.length(lead.c.salt) == 0
Finals = Mapping[str, Collection[str]]
"""By version the states that are final under it."""


def digests(connection: Connection, workflow: str) -> list[str]:
    """The versions that leads of *workflow* live under, in no order that matters. Cost: its leads."""
    query = sa.select(lead.c.digest).where(lead.c.workflow == workflow).distinct()
    return sorted(connection.execute(query).scalars())


def states(connection: Connection, workflow: str, finals: Finals) -> dict[tuple[str, str], int]:
    """How many of the leads that :func:`ids` gives are in which state of which version; erased ones aside."""
    query = sa.select(lead.c.digest, lead.c.state, sa.func.count())
    query = query.where(_is_one(workflow, finals), sa.not_(_IS_ERASED))
    rows = connection.execute(query.group_by(lead.c.digest, lead.c.state))
    return {(digest, state): number for digest, state, number in rows}


def ids(connection: Connection, workflow: str, finals: Finals, after: int, most: int) -> list[int]:
    """The next leads of the versions in *finals* that are in no final state, or have an open clock."""
    query = sa.select(lead.c.id).where(_is_one(workflow, finals), lead.c.id > after)
    return list(connection.execute(query.order_by(lead.c.id).limit(most)).scalars())


def _is_one(workflow: str, finals: Finals) -> ColumnElement[bool]:
    older = [
        sa.and_(
            lead.c.digest == digest,
            sa.or_(lead.c.state.not_in(sorted(names)), _HAS_OPEN_CLOCK) if names else sa.true(),
        )
        for digest, names in finals.items()
    ]
    return sa.and_(lead.c.workflow == workflow, sa.or_(sa.false(), *older))
