"""What a report asks: a period, an instant, and how to group; and what that means for a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.expression import ColumnElement

from slaflow.store.dialect import text_at, unindexed
from slaflow.store.figures.expressions import stream_of
from slaflow.store.figures.terms import NONE, Terms, Versions, by_version
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry
from slaflow.store.tables.people import person

Column = ColumnElement[Any]
Months = Sequence[tuple[datetime, str]]
"""The end of each month as an instant, and its name, oldest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``[start, end)`` bounds what is counted, ``at`` what is known: nothing logged after it is seen.

    ``by`` is ``owner``, ``team``, ``month``, ``sourced_by`` or a field of the lead; None asks for the whole
    alone.
    ``months`` gives those of the period, by the name of their time zone; ``spellings`` says for other
    spellings of an owner which one stands for them. ``reckonings`` is what open times of each version are
    reckoned by, where handoffs are read from their rows; None where only the log tells. ``renamed`` says
    whether any clock was called otherwise when its lead moved to another version.
    """

    at: datetime
    start: datetime | None = None
    end: datetime | None = None
    by: str | None = None
    versions: Versions = field(default_factory=dict)
    months: Mapping[str, Months] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    reckonings: Mapping[str, int] | None = None
    renamed: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether a period is asked for."""
        return self.start is not None or self.end is not None

    @property
    def is_by_lead(self) -> bool:
        """Whether groups are of leads, so that all that a lead has is of one."""
        return self.by not in (None, "owner", "team", "month")

    @property
    def _is_by_field(self) -> bool:
        return self.is_by_lead and self.by != "sourced_by"

    def groups_of_leads(self) -> CTE | None:
        """The group of each ``lead``, where it is a field of the lead: joined, it is read once of each."""
        if self.by is None or not self._is_by_field:
            return None
        named = func.coalesce(text_at(lead.c.fields, self.by), literal(NONE))
        return select(lead.c.id.label("lead"), named.label("grp")).cte("groups").prefix_with("MATERIALIZED")

    def as_one(self) -> Asked:
        """The same of the whole alone."""
        return replace(self, by=None)

    def in_period(self, at: Column) -> Column:
        """Whether the instant lies in the period and was known."""
        return and_(at <= self.at, self.in_bounds(at))

    def in_bounds(self, at: Column) -> Column:
        """Whether the instant lies in the period."""
        bounds: list[Column] = []
        if self.start is not None:
            bounds.append(at >= self.start)
        if self.end is not None:
            bounds.append(at < self.end)
        return and_(true(), *bounds)

    def since_period(self, at: Column) -> Column:
        """Whether the instant lies in the period or after it: what came of the period lies nowhere else."""
        return true() if self.start is None else at >= self.start

    def of_kind(self, row: Any, kind: str) -> Column:
        """Whether an entry is of that kind and lies in the period.

        Cost: the entries of the period by their instant, or, without a start, all of the kind.
        """
        of = row.c.kind if self.start is None else unindexed(row.c.kind)
        return and_(of == kind, self.in_period(row.c.at))

    def group(
        self, *, owner: Column, at: Column, digest: Column, of: Column, month_of: Column | None = None
    ) -> Column:
        """The name of the group: *owner*, their team as of *at*, a month, a field of the lead *of*.

        The month is that of *at*, or of *month_of*, in the zone of the version with that *digest*. Null
        where nothing is grouped.
        """
        if self.by is None:
            return cast(null(), Text())
        month = at if month_of is None else month_of
        found = self._group(self.by, owner, at, digest, of, month)
        return func.coalesce(found, literal(NONE))

    def _group(
        self, by: str, owner: Column, at: Column, digest: Column, of: Column, month_of: Column
    ) -> Column:
        if by == "owner":
            return self._spelt(owner)
        if by == "team":
            return self._team(owner, at)
        if by == "month":

            def named(zone: str) -> Column:
                return self._month(month_of, zone)

            return by_version(digest, self.versions, _zone, named, literal(NONE))
        if by == "sourced_by":
            first = entry.alias("brought")
            brought = select(first.c.party).where(first.c.stream == stream_of(of), first.c.seq == 1)
            return brought.correlate_except(first).scalar_subquery()
        fields = select(text_at(lead.c.fields, by)).where(lead.c.id == of)
        return fields.correlate_except(lead).scalar_subquery()

    def whole_and_groups(self, rows: CTE) -> CTE:
        """*rows*, which have a ``grp``: all of them under null, and, where groups are asked for, once more
        under the name of the group of each.

        Both from one reading: what *rows* are made of is what costs.
        """
        if self.by is None:
            return rows
        others = [column for column in rows.c if column.name != "grp"]
        whole = select(cast(null(), Text()).label("grp"), *others)
        return union_all(whole, select(rows.c.grp, *others)).cte(f"{rows.name}_and_groups")

    def _spelt(self, owner: Column) -> Column:
        """The person, whatever the spelling; the column itself where all are spelt in one way."""
        if not self.spellings:
            return owner
        return case(*((owner == other, literal(one)) for other, one in self.spellings.items()), else_=owner)

    def _team(self, owner: Column, at: Column) -> Column:
        """The team of that person as they stood then."""
        row = person.alias("member_of")
        stood = and_(row.c.valid_from <= at, or_(row.c.valid_until.is_(None), row.c.valid_until > at))
        theirs = self._spelt(row.c.email) == self._spelt(owner)
        found = select(row.c.team).where(theirs, stood).order_by(row.c.order, row.c.id).limit(1)
        return found.correlate_except(row).scalar_subquery()

    def _month(self, at: Column, zone: str) -> Column:
        months = self.months.get(zone, ())
        if not months:
            return literal(NONE)
        return case(*((at < end, literal(name)) for end, name in months), else_=literal(NONE))


def _zone(terms: Terms) -> str:
    return terms.timezone


def first_instant(connection: Connection) -> datetime | None:
    """The earliest instant of the log, None of an empty one."""
    found: datetime | None = connection.execute(select(func.min(entry.c.at))).scalar()
    return found
