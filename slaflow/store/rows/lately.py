"""What happened last, over all leads: which came back, which were touched. Bounded, whatever there is."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from slaflow.store.figures.terms import BACK
from slaflow.store.tables.log import entry
from slaflow.store.tables.passages import passage


class Back(NamedTuple):
    """A handoff that took a lead back, by its entry."""

    lead: int
    seq: int


def came_back(connection: Connection, party: str, looked_at: int, most: int) -> list[Back]:
    """Of the last *looked_at* handoffs those back to *party* after which the lead stayed; newest first."""
    last = select(passage).order_by(passage.c.at.desc(), passage.c.id.desc()).limit(looked_at).subquery()
    stays = (last.c.direction == BACK, last.c.took == party, last.c.until_at.is_(None))
    query = select(last.c.lead, last.c.seq).where(*stays).order_by(last.c.at.desc(), last.c.id.desc())
    return [Back(*row) for row in connection.execute(query.limit(most))]


def touched(connection: Connection, looked_at: int) -> list[int]:
    """The leads of the last *looked_at* activities, those touched last first."""
    last = select(entry.c.lead).where(entry.c.kind == "activity").order_by(entry.c.id.desc()).limit(looked_at)
    return list(dict.fromkeys(connection.execute(last).scalars()))


def entry_of(connection: Connection, back: Back) -> tuple[object, ...] | None:
    """The row of the entry that took it back."""
    query = select(*entry.c).where(entry.c.stream == f"lead:{back.lead}", entry.c.seq == back.seq)
    row = connection.execute(query).first()
    return None if row is None else tuple(row)
