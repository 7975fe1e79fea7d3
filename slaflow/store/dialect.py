"""What the two databases say differently: values in JSON, whole seconds, what a planner should leave alone.

Every expression means the same on both, to the second and to the letter: tests compare them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Float, Integer, Text, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from slaflow.store.types import Instant

Column = ColumnElement[Any]

# Values in JSON


class _At(FunctionElement[Any]):
    """What stands in a JSON text under names, each in the one before, as ``type``; null where nothing is."""

    inherit_cache = True

    def __init__(self, column: Column, names: tuple[str | Column, ...], type_: Any = None) -> None:
        self.type = type_ or Text()
        parts = (literal(name, Text()) if isinstance(name, str) else name for name in names)
        super().__init__(column, *parts)


class _TextAt(_At):
    inherit_cache = True


class _ValueAt(_At):
    inherit_cache = True


class _NumberAt(_At):
    inherit_cache = True


class _MembersAt(_At):
    inherit_cache = True


def _column_and_names(element: _At, compiler: SQLCompiler, **kw: Any) -> tuple[str, list[str]]:
    column, *names = (compiler.process(clause, **kw) for clause in element.clauses)
    return column, names


def _in_sqlite(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    """The arguments of SQLite's functions: the column, and the path with its names in quotes."""
    column, names = _column_and_names(element, compiler, **kw)
    return f"{column}, '$'" + "".join(f""" || '."' || {name} || '"'""" for name in names)


def _in_postgresql(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    column, names = _column_and_names(element, compiler, **kw)
    return ", ".join((f"CAST({column} AS JSON)", *names))


@compiles(_TextAt, "postgresql")
@compiles(_ValueAt, "postgresql")
def _text_of_json(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_extract_path_text({_in_postgresql(element, compiler, **kw)})"


@compiles(_NumberAt, "postgresql")
def _number_of_json(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    wanted = "DOUBLE PRECISION" if isinstance(element.type, Float) else "BIGINT"
    return f"CAST({_text_of_json(element, compiler, **kw)} AS {wanted})"


@compiles(_MembersAt, "postgresql")
def _members_of_json(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each_text(json_extract_path({_in_postgresql(element, compiler, **kw)}))"


@compiles(_TextAt, "sqlite")
def _text_in_sqlite(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    place = _in_sqlite(element, compiler, **kw)
    # json_extract makes 1 and 0 of true and false, and would make 1 of "1" too.
    return (
        f"(CASE json_type({place}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
        f"ELSE CAST(json_extract({place}) AS TEXT) END)"
    )


@compiles(_ValueAt, "sqlite")
def _value_in_sqlite(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_extract({_in_sqlite(element, compiler, **kw)})"


@compiles(_NumberAt, "sqlite")
def _number_in_sqlite(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    wanted = "REAL" if isinstance(element.type, Float) else "INTEGER"
    return f"CAST({_value_in_sqlite(element, compiler, **kw)} AS {wanted})"


@compiles(_MembersAt, "sqlite")
def _members_in_sqlite(element: _At, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({_in_sqlite(element, compiler, **kw)})"


def text_at(column: Column, *names: str | Column) -> Column:
    """The value as text; ``true`` and ``false`` as JSON writes them."""
    return _TextAt(column, names)


def value_at(column: Column, *names: str | Column) -> Column:
    """A value that is a text, or of which only whether it is there matters; cheaper than :func:`text_at`."""
    return _ValueAt(column, names)


def integer_at(column: Column, *names: str | Column) -> Column:
    return _NumberAt(column, names, BigInteger())


def float_at(column: Column, *names: str | Column) -> Column:
    """A number, or one that is written as text."""
    return _NumberAt(column, names, Float(53))


def members_at(column: Column, *names: str | Column) -> Any:
    """A table with ``key`` and ``value`` (both as text or number) of each member of the object there."""
    return _MembersAt(column, names).table_valued("key", "value").alias("member")


# Time


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


# Columns that a planner is to find no entries by, where it knows too little to choose between indexes.
# SQLite keeps no statistics, and PostgreSQL none of what was just written: both then take any equality to
# leave next to nothing, and go through all entries of a kind or target where another index leaves a few.

_NOTHING = ((Instant, "+ interval '0'"), (Integer, "+ 0"))
"""What alters no value of such a column; of a text, nothing added to its end."""


class _Kept(FunctionElement[Any]):
    """A column's value, of which SQLite's planner makes no use: https://www.sqlite.org/optoverview.html"""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.type = column.type
        super().__init__(column)

    def self_group(self, against: Any = None) -> _Kept:
        """Itself, which needs no brackets."""
        return self


class _KeptEverywhere(_Kept):
    inherit_cache = True


@compiles(_Kept, "sqlite")
def _with_plus(element: _Kept, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


@compiles(_Kept, "postgresql")
def _as_it_is(element: _Kept, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(_KeptEverywhere, "postgresql")
def _with_nothing_added(element: _Kept, compiler: SQLCompiler, **kw: Any) -> str:
    nothing = next((each for kind, each in _NOTHING if isinstance(element.type, kind)), "|| ''")
    return f"({compiler.process(element.clauses, **kw)} {nothing})"


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """*column*, kept from SQLite's planner: the entries are found by their time, or by another name.

    PostgreSQL chooses by its statistics; at worst it goes through the entries of a kind once.
    """
    return _Kept(column)


def in_stream(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """*column*, a text, number or instant, of rows that are found by their lead or stream: each has few.

    Kept from both planners: asked lead by lead, any other index makes the square of the log of it.
    """
    return _KeptEverywhere(column)


def seldom(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """*condition*, said of few rows: PostgreSQL takes two columns that it compares to differ in each third.

    What was found so it then looks up one by one, and does not go through all of another table.
    """
    return case((condition, 1)) == 1
