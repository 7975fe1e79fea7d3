"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, TIMESTAMP, BigInteger, Boolean, Integer, Text, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import BindParameter, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from slaflow.hours.errors import NaiveInstant

_WHOLE_SECONDS = len('"2026-03-02T09:00:00+00:00"')
MICROSECOND = timedelta(microseconds=1)
BigId = BigInteger().with_variant(Integer, "sqlite")
"""A primary key that numbers itself on both databases."""
Word = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in byte order: the same order on both databases and in Python."""


def instant_in_utc(at: datetime) -> datetime:
    """*at* in UTC; a naive one raises :class:`~slaflow.hours.errors.NaiveInstant`."""
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise NaiveInstant(at)
    return at.astimezone(UTC)


@lru_cache(4096)
def instant_as_text(at: datetime) -> str:
    """*at* in UTC, always 27 characters, so that text sorts like time."""
    # Kept, because a batch writes the same instants over and over: on the lead, its clocks, its entries.
    # Some 0.5 microseconds; isoformat takes three times as long.
    text = orjson.dumps(instant_in_utc(at)).decode()
    return f"{text[1:20]}.000000Z" if len(text) == _WHOLE_SECONDS else f"{text[1:27]}Z"


def instant_writer(dialect: str) -> Callable[[datetime], Any]:
    """What turns an instant into the value that *dialect*'s driver is given in bulk statements."""
    return instant_as_text if dialect == "sqlite" else instant_in_utc


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class Instant(TypeDecorator[datetime]):
    """An aware instant, always UTC when read: ``timestamptz``, or fixed-width text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        write = instant_writer(dialect.name)
        return lambda at: None if at is None else write(at)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        # Every PostgreSQL session runs in UTC, which makes psycopg give datetime.UTC by itself.
        return None if dialect.name == "postgresql" else _from_text


class Span(TypeDecorator[timedelta]):
    """A length of time, exact: whole microseconds in a big integer."""

    impl = BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[timedelta | None], int | None]:
        return span_as_number

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], timedelta | None]:
        return lambda number: None if number is None else timedelta(microseconds=number)


def span_as_number(span: timedelta | None) -> int | None:
    """*span* in whole microseconds."""
    return None if span is None else span // MICROSECOND


class JsonText(TypeDecorator[Any]):
    """A JSON value kept as text, the same on both databases; never null."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        return lambda value: orjson.dumps(value).decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return orjson.loads


def unread(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """*column* as the driver gives it, for who reads whole rows: a call for each value costs more than
    deciding what is in it."""
    return type_coerce(column, NullType()) if isinstance(column.type, Instant | Span | JsonText) else column


class Many(TypeDecorator[Any]):
    """A list as one parameter: an array, or JSON text on SQLite, whose number of parameters is bounded."""

    impl = Text
    cache_ok = True

    def __init__(self, of: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.of))
        return dialect.type_descriptor(Text())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        if dialect.name == "postgresql":
            return list
        return lambda values: orjson.dumps(list(values)).decode()


class _OneOf(FunctionElement[bool]):
    """``column`` is among the values of one list parameter."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> _OneOf:
        """Itself: grouped, SQLite would be given ``... = 1``, and no index would serve it."""
        return self


@compiles(_OneOf, "postgresql")
def _any_of_array(element: _OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **kw)} = ANY ({compiler.process(values, **kw)})"


@compiles(_OneOf, "sqlite")
def _any_of_json(element: _OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    return (
        f"{compiler.process(column, **kw)} IN (SELECT value FROM json_each({compiler.process(values, **kw)}))"
    )


def one_of(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Whether *column* is in the list bound to *parameter*; one statement text whatever its length."""
    of: type[TypeEngine[Any]] = BigInteger if isinstance(column.type, Integer) else Text
    return _OneOf(column, BindParameter(parameter, type_=Many(of)))
