"""What reports need of SQL and the two databases say differently: JSON values, whole seconds, ranks.

Every expression means the same on both, to the second and to the letter: tests compare them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Float, Text, bindparam, case, cast, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from slaflow.store.log.indexes import in_stream
from slaflow.store.tables.log import entry

Column = ColumnElement[Any]


class _At(FunctionElement[Any]):
    """The value at a path of a JSON text; ``type`` says as what. Null where there is none."""

    inherit_cache = True

    def __init__(self, column: Column, path: Column, type_: Any) -> None:
        self.type = type_
        super().__init__(column, path)


class _TextAt(_At):
    inherit_cache = True


class _NumberAt(_At):
    inherit_cache = True


@compiles(_TextAt, "postgresql")
def _text_of_json(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    column, path = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(CAST({column} AS JSON) #>> string_to_array({path}, '.'))"


@compiles(_NumberAt, "postgresql")
def _number_of_json(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    wanted = "DOUBLE PRECISION" if isinstance(element.type, Float) else "BIGINT"
    return f"CAST({_text_of_json(element, compiler, **kw)} AS {wanted})"


@compiles(_TextAt, "sqlite")
def _text_in_sqlite(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    column, path = (compiler.process(clause, **kw) for clause in element.clauses)
    # json_extract makes 1 and 0 of true and false, and would make 1 of "1" too.
    return (
        f"(CASE json_type({column}, '$.' || {path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
        f"ELSE CAST(json_extract({column}, '$.' || {path}) AS TEXT) END)"
    )


@compiles(_NumberAt, "sqlite")
def _number_in_sqlite(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    column, path = (compiler.process(clause, **kw) for clause in element.clauses)
    wanted = "REAL" if isinstance(element.type, Float) else "INTEGER"
    return f"CAST(json_extract({column}, '$.' || {path}) AS {wanted})"


def _path(names: tuple[str, ...]) -> Column:
    return bindparam(None, ".".join(names), type_=Text(), unique=True)


def data_of(row: Any) -> Column:
    """The data of an entry; of one that was erased, what its lead's ``erased`` entry has kept of it."""
    erased = entry.alias("erased")
    place = literal("kept.", Text()) + cast(row.c.seq, Text())
    kept = (
        select(_TextAt(erased.c.data, place, Text()))
        .where(
            erased.c.stream == row.c.stream, erased.c.seq > row.c.seq, in_stream(erased.c.kind) == "erased"
        )
        .order_by(erased.c.seq)
        .limit(1)
        .correlate_except(erased)
    )
    return case((row.c.data.is_not(None), row.c.data), else_=kept.scalar_subquery())


def text_at(column: Column, *path: str) -> Column:
    """The value as text; ``true`` and ``false`` as JSON writes them."""
    return _TextAt(column, _path(path), Text())


def integer_at(column: Column, *path: str) -> Column:
    return _NumberAt(column, _path(path), BigInteger())


def float_at(column: Column, *path: str) -> Column:
    """A number, or one that is written as text."""
    return _NumberAt(column, _path(path), Float(53))


class _Epoch(FunctionElement[int]):
    inherit_cache = True
    type = BigInteger()


@compiles(_Epoch, "postgresql")
def _epoch_of_timestamp(element: _Epoch, compiler: SQLCompiler, **kw: Any) -> str:
    at = compiler.process(element.clauses, **kw)
    return f"CAST(floor(extract(epoch FROM CAST({at} AS TIMESTAMPTZ))) AS BIGINT)"


@compiles(_Epoch, "sqlite")
def _epoch_of_text(element: _Epoch, compiler: SQLCompiler, **kw: Any) -> str:
    # The whole second: strftime would round up what lies just below the next one.
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **kw)}, 1, 19)) AS INTEGER)"


def epoch(at: Column) -> Column:
    """Whole seconds since 1970 of an instant, whether a column or the text in an entry's data."""
    return _Epoch(at)


def elapsed(start: Column, end: Column) -> Column:
    """Elapsed seconds from the whole second of *start* to that of *end*."""
    return epoch(end) - epoch(start)


class _Keys(FunctionElement[Any]):
    """The keys and values of a JSON object at a path, as a table; see :func:`members_at`."""

    inherit_cache = True


@compiles(_Keys, "postgresql")
def _keys_of_json(element: _Keys, compiler: SQLCompiler, **kw: Any) -> str:
    column, path = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"json_each_text(CAST({column} AS JSON) #> string_to_array({path}, '.'))"


@compiles(_Keys, "sqlite")
def _keys_in_sqlite(element: _Keys, compiler: SQLCompiler, **kw: Any) -> str:
    column, path = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"json_each({column}, '$.' || {path})"


def members_at(column: Column, *path: str) -> Any:
    """A table with ``key`` and ``value`` (both as text or number) of each member of the object there."""
    return _Keys(column, _path(path)).table_valued("key", "value").alias("member")


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
