"""Databases of a PostgreSQL that live as long as a test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from slaflow.store.database import Database


@contextmanager
def new_postgresql(server: str, template: str = "template0") -> Iterator[str]:
    """URL of a database that begins as *template* stands."""
    name = f"slaflow_test_{uuid.uuid4().hex}"
    identifiers = sql.Identifier(name), sql.Identifier(template)
    connection = _connected(server)
    # Copied as files a database leaves little behind in the write-ahead log, and is dropped sooner.
    strategy = sql.SQL("STRATEGY file_copy" if connection.info.server_version >= 150_000 else "")
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(*identifiers, strategy))
    try:
        yield _named(server, name)
    finally:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifiers[0]))


@lru_cache(1)
def _connected(server: str) -> psycopg.Connection:
    """One connection for all that are made and dropped: a process of the server for each takes longer."""
    return psycopg.connect(server, autocommit=True)


@contextmanager
def made_and_dropped(server: str) -> Iterator[str]:
    """*server*, in which databases are made until the end."""
    yield server
    _connected(server).close()
    _connected.cache_clear()


def _named(server: str, name: str) -> str:
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def known_rows(database: Database, table: str) -> int | None:
    """How many rows this PostgreSQL plans for in *table*; None where it has never looked."""
    with database.read() as connection:
        query = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)")
        found = int(connection.execute(query, {"table": table}).scalar_one())
    return None if found < 0 else found
