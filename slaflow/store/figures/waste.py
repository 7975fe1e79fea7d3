"""How much was made of what was handed over: never touched, touched once, worked, given back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import and_whole, total
from slaflow.store.figures.passages import passages


class WasteFigure(NamedTuple):
    """So many handoffs to one party of one class, of which some are held still, some were never touched.

    Held still is what has not been handed on since, and is not closed.
    """

    group: str | None
    took: str
    what: str
    handoffs: int
    still_held: int
    untouched: int


def waste(connection: Connection, asked: Asked) -> Iterator[WasteFigure]:
    """The handoffs of the period by what their takers made of them.

    ``returned``: the next handoff was a person's who gave the lead back. Else by the taker's touches until
    then: ``never_touched``, ``touched_once``, ``worked`` (twice or more).
    """
    row = passages(asked).c
    what = case(
        (row.given_back == 1, "returned"),
        (row.touches == 0, "never_touched"),
        (row.touches == 1, "touched_once"),
        else_="worked",
    )
    kinds = select(row.grp, row.took, what.label("what"), row.is_held, row.touches).cte("kinds").c
    held = total(kinds.is_held)
    untouched = total(case((kinds.touches == 0, 1), else_=0))
    keys = (kinds.grp, kinds.took, kinds.what)
    query = select(*keys, func.count(), held, untouched).group_by(*keys).order_by(*keys)
    for each in and_whole(connection.execute(query), names=2):
        yield WasteFigure(*each)
