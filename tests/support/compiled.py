"""Statements compiled once for a worker, where SQLAlchemy compiles them for each database anew.

A test opens a database of its own and sends it what a thousand tests before it sent to theirs.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

ROOM = 3000


def share_compiled_statements() -> None:
    """Gives every engine made from now on one cache, in which dialects of a kind count as one."""
    statements: LRUCache[Any, Any] = LRUCache(ROOM)
    made = Engine.__init__

    def make(engine: Engine, *words: Any, **options: Any) -> None:
        made(engine, *words, **options)
        engine._compiled_cache = statements

    def is_of_its_kind(one: object, other: object) -> bool:
        return type(one) is type(other)

    def kind(dialect: object) -> int:
        return hash(type(dialect))

    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        dialect.__eq__ = is_of_its_kind  # type: ignore[method-assign]
        dialect.__hash__ = kind  # type: ignore[method-assign]
    Engine.__init__ = make  # type: ignore[method-assign]
