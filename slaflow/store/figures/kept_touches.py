"""Touches and ends of leads as their rows tell them: the columns that would be found in the log otherwise.

Touches are read lead by lead, those of one lead in one text, as its rows lie together: neither database then
sorts all of them to count them, and what many leads were told is taken apart once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, case, cast, func, literal, null, select
from sqlalchemy.sql.functions import aggregate_strings

from slaflow.store.dialect import Column
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.kept import in_bounds, is_reckoned
from slaflow.store.figures.terms import NONE
from slaflow.store.kept.touches import How, told_how, told_what
from slaflow.store.tables.touches import ending, touch

_NEXT, _PART = "\x1e", "\x1f"
"""What stands in no JSON and no name: between touches, and between what is told of one."""
_LEADS = 5000
Said = tuple[str | None, str, str | None, How, int]
"""Group, activity, party, how, number of touches."""


def rows_tell(asked: Asked) -> bool:
    """Whether the rows of touches can answer; they know neither fields of touches nor their versions."""
    if asked.reckonings is None or (asked.by or "").startswith("touch."):
        return False
    return asked.by != "month" or len({terms.timezone for terms in asked.versions.values()}) <= 1


def touches(connection: Connection, asked: Asked) -> Iterator[Said]:
    """The touches of the period by group, kind and how they were."""
    found: Counter[tuple[str | None, str, str]] = Counter()
    for story in stories(connection, asked):
        for each in story.touches:
            found[each.group, each.what, each.how] += story.leads
    for (group, what, how), number in found.items():
        activity, party = told_what(what)
        yield group, activity or NONE, party, told_how(how), number


def kept_endings(asked: Asked) -> Select[Any]:
    """One row per end of the period, with its group, in the order of :class:`~.losses.Ending`."""
    row = ending.c
    group = asked.group(owner=row.owner, at=row.at, digest=row.digest, of=row.lead)
    fresh = is_reckoned(asked, row)

    def unless_known(column: Column) -> Column:
        return case((fresh == 1, None), else_=column)

    return select(
        group.label("grp"), row.what, row.state, row.trigger, row.gave,
        func.coalesce(row.reason, literal(NONE)).label("reason"), row.by_system, row.owner, row.digest,
        unless_known(row.since_at).label("since_at"), unless_known(row.at).label("at"),
        row.elapsed, case((fresh == 1, row.open)).label("open"), row.effort,
    ).where(*in_bounds(asked, row.at))  # fmt: skip


class Told(NamedTuple):
    """One touch, in the order of the parts of a text; ``what`` and ``how`` as their columns."""

    seq: int
    what: str
    how: str
    is_in_period: bool
    group: str | None


class Story(NamedTuple):
    """What was told to so many leads, and the outcomes that each came to: a text, or None."""

    touches: list[Told]
    outcomes: str | None
    leads: int


def stories(connection: Connection, asked: Asked, outcomes: dict[int, str] | None = None) -> Iterator[Story]:
    """What leads were told: of each all touches with their places, and its *outcomes*.

    Without *outcomes* only the touches of the period, in no order. A story may come more than once.
    """
    is_placed = outcomes is not None
    query = _query(asked, is_placed=is_placed).execution_options(yield_per=_LEADS)
    with connection.execute(query) as rows:
        for some in rows.partitions():
            found = Counter((group, text, (outcomes or {}).get(lead)) for lead, group, text in some)
            for (group, text, came), leads in found.items():
                yield Story(_touches(text, group, is_placed, is_placed and asked.is_bounded), came, leads)


def _query(asked: Asked, *, is_placed: bool) -> Select[Any]:
    """Lead, its group where groups are of leads, and its text."""
    row, unknown = touch.c, cast(null(), Text())
    parts: list[Column] = [row.what, row.how]
    if is_placed:
        parts.insert(0, cast(row.seq, Text()))
    if is_placed and asked.is_bounded:
        parts.insert(1, case((asked.in_bounds(row.at), "1"), else_="0"))
    if asked.by is not None and not asked.is_by_lead:
        parts.append(asked.group(owner=row.owner, at=row.at, digest=unknown, of=row.lead))
    text: Column = parts[0]
    for part in parts[1:]:
        text = text + literal(_PART, Text()) + part
    each = select(row.lead, aggregate_strings(text, _NEXT).label("story")).group_by(row.lead)
    if asked.is_bounded and not is_placed:
        each = each.where(asked.in_bounds(row.at))
    told = each.subquery("told").c
    group = (
        asked.group(owner=unknown, at=unknown, digest=unknown, of=told.lead) if asked.is_by_lead else unknown
    )
    return select(told.lead, group.label("grp"), told.story)


def _touches(text: str, group: str | None, is_placed: bool, is_bounded: bool) -> list[Told]:
    """The touches in *text*, in order if they have places; each of its own group, or that of the lead."""
    found = []
    for each in text.split(_NEXT):
        parts = each.split(_PART)
        seq = int(parts.pop(0)) if is_placed else 0
        is_in = parts.pop(0) == "1" if is_bounded else True
        found.append(Told(seq, parts[0], parts[1], is_in, parts[2] if len(parts) > 2 else group))
    return sorted(found) if is_placed else found
