"""The office on every kind of database: an agreement in force, its people there, a clock to set."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.office import Present, staffed
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.store.database import Database


def an_office(database: Database) -> None:
    """The office agreement in force and its people recorded."""
    staffed(Engine(database))


@pytest.fixture
def present() -> Present:
    """The clock that ``app`` reads; Friday afternoon, until a test sets it."""
    return Present()


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    """An engine with the office agreement in force and its people recorded."""
    return Engine(world_of(an_office), now=present)
