"""What reports count with: the data of entries, sums, ranks and percentiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, case, cast, func, literal, select

from slaflow.store.dialect import Column, in_stream, text_at
from slaflow.store.tables.log import entry

_ERASED = entry.alias("erased")
"""Made once: an alias with all its columns takes longer to make than most figures take to ask for."""


def data_of(row: Any) -> Column:
    """The data of an entry; of one that was erased, what its lead's ``erased`` entry has kept of it."""
    erased = _ERASED
    kept = (
        select(text_at(erased.c.data, "kept", cast(row.c.seq, Text())))
        .where(
            erased.c.stream == row.c.stream, erased.c.seq > row.c.seq, in_stream(erased.c.kind) == "erased"
        )
        .order_by(erased.c.seq)
        .limit(1)
        .correlate_except(erased)
    )
    return case((row.c.data.is_not(None), row.c.data), else_=kept.scalar_subquery())


def stream_of(lead_id: Column) -> Column:
    """The name of a lead's stream."""
    return literal("lead:", Text()) + cast(lead_id, Text())


def total(number: Column) -> Column:
    """The sum as an integer: PostgreSQL makes a decimal of a sum of big ones."""
    return cast(func.sum(number), BigInteger)


def rank_of(value: Column, *within: Column) -> tuple[Column, Column]:
    """The place of *value* among those of its group that are not null, from 1, and how many there are."""
    place = func.row_number().over(partition_by=within or None, order_by=value.asc().nulls_last())
    return place, func.count(value).over(partition_by=within or None)


def percentile(value: Column, place: Column, number: Column, percent: int) -> Column:
    """The nearest-rank percentile as an aggregate over rows that carry :func:`rank_of`.

    The least over parts of a group is that of the whole, so parts may be counted apart.
    """
    return func.min(case((place * 100 >= number * percent, value)))


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """The nearest-rank percentile of values in order, of which there is one at least."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def and_whole(rows: Iterable[Any], names: int) -> Iterator[tuple[Any, ...]]:
    """*rows* of a group, *names* and counts; and after those of groups their sums, under None.

    The group of all is None too where none were asked for. Counts add up, so that the log need not be gone
    through for the whole once more.
    """
    whole: dict[Any, list[int]] = {}
    for row in rows:
        yield tuple(row)
        if row[0] is not None:
            sums = whole.setdefault(tuple(row[1 : names + 1]), [0] * (len(row) - names - 1))
            sums[:] = map(int.__add__, sums, row[names + 1 :])
    for key, sums in whole.items():
        yield None, *key, *sums
