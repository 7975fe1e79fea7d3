"""An engine on every kind of database, with an agreement in force and its people there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from support.databases import new_postgresql
from support.office import Present, staffed

from slaflow.engine.app import Engine
from slaflow.store.database import Database


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


@pytest.fixture(scope="session")
def staffed_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the office agreement in force and its people recorded, to copy."""
    file = tmp_path_factory.mktemp("staffed") / "slaflow.db"
    shutil.copy(sqlite_template, file)
    with _opened(f"sqlite:///{file}") as database:
        staffed(Engine(database))
    return file


@pytest.fixture(scope="session")
def staffed_template(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """The same in PostgreSQL: the name of a database to copy."""
    with new_postgresql(postgresql_server, postgresql_template) as url:
        with _opened(url) as database:
            staffed(Engine(database))
        yield make_url(url).database or ""


@pytest.fixture
def office_url(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """Where the office is, for who wants connections of their own."""
    if dialect == "sqlite":
        file = tmp_path / "office.db"
        shutil.copy(request.getfixturevalue("staffed_file"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgresql_server")
    with new_postgresql(server, request.getfixturevalue("staffed_template")) as url:
        yield url


@pytest.fixture
def present() -> Present:
    """The clock that ``app`` reads; Friday afternoon, until a test sets it."""
    return Present()


@pytest.fixture
def app(office_url: str, present: Present) -> Iterator[Engine]:
    """An engine with the office agreement in force and its people recorded."""
    with _opened(office_url) as database:
        yield Engine(database, now=present)


@pytest.fixture
def other(staffed_file: Path, tmp_path: Path, present: Present) -> Iterator[Engine]:
    """A second one, on a SQLite file of its own, to compare with."""
    file = tmp_path / "other.db"
    shutil.copy(staffed_file, file)
    with _opened(f"sqlite:///{file}") as database:
        yield Engine(database, now=present)


@pytest.fixture
def empty(database: Database, present: Present) -> Engine:
    """An engine on tables with nothing in them."""
    return Engine(database, now=present)


@pytest.fixture
def elsewhere(sqlite_template: Path, tmp_path: Path, present: Present) -> Iterator[Engine]:
    """A second engine on empty tables, to compare with."""
    shutil.copy(sqlite_template, tmp_path / "elsewhere.db")
    database = Database(f"sqlite:///{tmp_path}/elsewhere.db")
    yield Engine(database, now=present)
    database.dispose()
