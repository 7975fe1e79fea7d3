"""A machine whose clock is ahead of the server's does not tick: it would find broken what is not due yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.stories.hourly import HOUR, breaches, promised, waiting

from slaflow.engine.app import Engine
from slaflow.engine.context import wall_clock
from slaflow.engine.machine_clock import ClockAhead
from slaflow.errors import ENVIRONMENT
from slaflow.store.database import Database

on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


@pytest.fixture
def app(database_url: str) -> Iterator[Engine]:
    database = Database(database_url)
    yield promised(Engine(database))
    database.dispose()


def a_machine(database: Database, ahead: timedelta) -> Engine:
    """Another machine on the same database, whose clock is ahead by so much."""
    return Engine(database, now=lambda: wall_clock() + ahead)


@on_postgresql
def test_a_clock_an_hour_ahead_breaks_no_promise(app: Engine, database: Database) -> None:
    waiting(app, breaks_in=HOUR / 2)
    with pytest.raises(ClockAhead, match=r"3[56]\d\d s ahead of the database server's") as refused:
        a_machine(database, HOUR).tick()
    assert refused.value.exit_code == ENVIRONMENT
    assert breaches(app) == []
    assert a_machine(database, HOUR).tick(dry_run=True).breached == 1


@on_postgresql
def test_a_clock_an_hour_behind_is_late_and_that_is_all(app: Engine, database: Database) -> None:
    waiting(app, breaks_in=-HOUR / 2)
    assert a_machine(database, -HOUR).tick().breached == 0
    assert app.tick().breached == 1


def test_an_instant_that_is_named_is_the_operators_own(app: Engine) -> None:
    waiting(app, breaks_in=HOUR / 2)
    assert app.tick(app.now() + HOUR).breached == 1
