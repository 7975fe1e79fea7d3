"""The office of the engine's tests, to report on; and weeks of its leads, made once and only read."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from engine.conftest import _opened as opened
from engine.conftest import app, office_url, other, present, staffed_file, staffed_template
from support.databases import new_postgresql
from support.office import Present, a_history, together
from support.weeks import END, START, TICKED
from support.worlds import Fill

from slaflow.engine.app import Engine

__all__ = ["app", "office_url", "other", "present", "staffed_file", "staffed_template"]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kind_of_database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def office_copied(request: pytest.FixtureRequest, kind_of_database: str, folder: Path) -> Iterator[str]:
    """URL of an office that is nobody else's, with people and the agreement in it."""
    if kind_of_database == "sqlite":
        shutil.copy(request.getfixturevalue("staffed_file"), folder / "office.db")
        yield f"sqlite:///{folder}/office.db"
        return
    server = request.getfixturevalue("postgresql_server")
    with new_postgresql(server, request.getfixturevalue("staffed_template")) as url:
        yield url


@pytest.fixture(scope="session")
def weeks_url(
    request: pytest.FixtureRequest, kind_of_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the office is that nobody but :func:`weeks` writes to."""
    with office_copied(request, kind_of_database, tmp_path_factory.mktemp("weeks")) as url:
        yield url


@pytest.fixture(scope="module")
def office_of(
    request: pytest.FixtureRequest, kind_of_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Fill], Engine]]:
    """Gives the office with what a function puts in, made once for a module's tests to read."""
    with ExitStack() as stack:

        def made(fill: Fill) -> Engine:
            copy = office_copied(request, kind_of_database, tmp_path_factory.mktemp(fill.__name__))
            database = stack.enter_context(opened(stack.enter_context(copy)))
            fill(database)
            return Engine(database, now=Present(END))

        yield made


@pytest.fixture(scope="session")
def weeks(weeks_url: str) -> Iterator[Engine]:
    """Weeks of leads, ticked for the first three of them only; to be read, not written."""
    with opened(weeks_url) as database:
        engine = Engine(database, now=Present(END))
        together(engine, a_history(engine.active(), 71, leads=24, events=340, start=START), END)
        engine.tick(TICKED)
        yield engine
