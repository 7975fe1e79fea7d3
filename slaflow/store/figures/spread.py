"""Median and 90th percentile of very many values, exactly, without sorting them all.

The database counts the values by coarse steps, which are few; then those few values are read among which a
percentile lies.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, FromClause, Select, and_, case, func, literal_column, or_, select

from slaflow.store.dialect import Column

_SIZES = ((1 << 10, 1 << 4), (1 << 14, 1 << 8), (1 << 18, 1 << 12))
"""Below so many seconds a step is so wide; beyond them it is as wide as the next would be."""
_WIDEST = 1 << 16
_STEPS = 64

Group = str | None
Part = tuple[str, ...]
"""What is counted apart within each group."""
Pair = tuple[int, int]


class Key(NamedTuple):
    group: Group
    part: Part


def step_of(value: Column) -> Column:
    """The coarse step of a whole number; of greater ones never a smaller one."""
    below = [(value < bound, place * _STEPS + value // width) for place, (bound, width) in enumerate(_SIZES)]
    return case((value.is_(None), None), *below, else_=len(_SIZES) * _STEPS + value // _WIDEST)


class Spread:
    """Values counted by step, of each part of each group, and of the whole under the group None."""

    def __init__(self) -> None:
        self._counts: dict[Key, Counter[int]] = defaultdict(Counter)

    def add(self, group: Group, part: Part, step: int | None, number: int) -> None:
        """Counts *number* values of one step; those that are null have none, and do not count."""
        if step is not None:
            for name in {group, None}:
                self._counts[Key(name, part)][step] += number

    def percentiles(self, connection: Connection, rows: FromClause, parts: Sequence[str]) -> dict[Key, Pair]:
        """Median and 90th percentile of each group and part that has values.

        *rows* are those that were counted, with ``grp``, ``seconds`` and the columns that name the part.
        """
        if not self._counts:
            return {}
        found: dict[tuple[Key, int], Counter[int]] = defaultdict(Counter)
        for group, step, value, number, *part in connection.execute(self._values(rows, parts)):
            for name in {group, None}:
                found[Key(name, tuple(part)), step][value] += number
        return {
            key: (_nth(found, key, counts, 50), _nth(found, key, counts, 90))
            for key, counts in self._counts.items()
        }

    def _values(self, rows: FromClause, parts: Sequence[str]) -> Select[Any]:
        """How many there are of each value in the steps that hold a percentile of any group."""
        part, step = [rows.c[name] for name in parts], step_of(rows.c.seconds)
        of_part = (
            and_(*(column == name for column, name in zip(part, names, strict=True)), step.in_(steps))
            for names, steps in self._asked().items()
        )
        keys = (rows.c.grp, step.label("step"), rows.c.seconds)
        query = select(*keys, func.count(), *part).where(or_(*of_part))
        return query.group_by(rows.c.grp, literal_column("step"), rows.c.seconds, *part)

    def _asked(self) -> dict[Part, list[int]]:
        steps: dict[Part, set[int]] = defaultdict(set)
        for key, counts in self._counts.items():
            steps[key.part].update(_place(counts, percent)[0] for percent in (50, 90))
        return {part: sorted(found) for part, found in steps.items()}


def _nth(found: Mapping[tuple[Key, int], Counter[int]], key: Key, counts: Counter[int], percent: int) -> int:
    step, place = _place(counts, percent)
    return _nth_of(found[key, step], place)[0]


def _place(counts: Counter[int], percent: int) -> tuple[int, int]:
    """The step with the nearest-rank percentile, and its place among the values there, from 1."""
    return _nth_of(counts, -(-counts.total() * percent // 100))


def _nth_of(counts: Counter[int], place: int) -> tuple[int, int]:
    """The least key up to which there are *place*, and how many of those are its own."""
    for value in sorted(counts):
        if place <= counts[value]:
            return value, place
        place -= counts[value]
    raise LookupError("fewer values than were counted")
