"""An engine on every kind of database, with an agreement in force and its people there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.office import Present, staffed

from slaflow.engine.app import Engine
from slaflow.store.database import Database


@pytest.fixture
def present() -> Present:
    """The clock that ``app`` reads; Friday afternoon, until a test sets it."""
    return Present()


@pytest.fixture
def app(database: Database, present: Present) -> Engine:
    """An engine with the office agreement in force and its people recorded."""
    return staffed(Engine(database, now=present))


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path, present: Present) -> Iterator[Engine]:
    """A second one, on a SQLite file of its own, to compare with."""
    file = tmp_path / "other.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield staffed(Engine(database, now=present))
    database.dispose()
