"""The pages on every kind of database; and in a real browser, one of each for all tests of a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.clicked import KEYS, REACH, founded
from support.office import FRIDAY, Present
from support.serving import answering
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.settings.reach import Reach
from slaflow.store.database import Database
from slaflow.web.app import made
from slaflow.web.site import Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def present() -> Present:
    return Present(FRIDAY)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(founded), now=present)


@pytest.fixture
def stopped() -> list[tuple[str, str, str]]:
    """Who asked for fewer messages."""
    return []


@pytest.fixture
def client(app: Engine, stopped: list[tuple[str, str, str]]) -> Iterator[TestClient]:
    """Asks for pages as one would from elsewhere; a fault of ours is an answer, not an exception."""

    def stop(address: str, channel: str, instead: str) -> str:
        stopped.append((address, channel, instead))
        return f"{address} hears otherwise"

    site = Site(app, REACH, KEYS, stop)
    with TestClient(made(site), base_url="https://sla.example.com", raise_server_exceptions=False) as asked:
        yield asked


@pytest.fixture(scope="session")
def clock() -> Present:
    return Present(FRIDAY)


@pytest.fixture(scope="session")
def served(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, clock: Present
) -> Iterator[tuple[Engine, str]]:
    """The pages on a port of this machine: their engine, and where they are."""
    file = tmp_path_factory.mktemp("served") / "slaflow.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    founded(database)
    engine = Engine(database, now=clock)
    with answering(Site(engine, REACH, KEYS)) as where:
        yield engine, where
    database.dispose()


@pytest.fixture(scope="session")
def at_home(served: tuple[Engine, str]) -> Iterator[tuple[Engine, str]]:
    """The same as a site that has no other name, so that a browser of this machine can be signed in."""
    engine, _ = served
    with answering(Site(engine, Reach(), None)) as where:
        yield engine, where


@pytest.fixture
def desk_of(present: Present) -> Iterator[Callable[[Engine], str]]:
    """Has the pages of an engine be answered on this machine alone; gives where."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(answering(Site(app, Reach(), None)))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real browser, without a screen."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
