"""Columns that a planner is to find no entries by, where it knows too little to choose between indexes.

SQLite keeps no statistics, and PostgreSQL none of what was just written: both then take any equality to leave
next to nothing, and go through all entries of a kind or target where another index leaves a few.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from slaflow.store.types import Instant

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
    """*column*, a text, number or instant, of entries that are found by their stream, as a lead's are few.

    Kept from both planners: asked lead by lead, any other index makes the square of the log of it.
    """
    return _KeptEverywhere(column)
