"""The database is gone, locked, read only or of another revision: every page and address says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient
from support.api_requests import REQUESTS
from support.asking import ROOT, all_rows, governed, system
from support.desk import guarded
from support.office import Present, on_one_database
from support.pages_sent import enter, secret_of
from support.worlds import Fill

from slaflow.engine.access import sessions
from slaflow.engine.app import Engine
from slaflow.store import database
from slaflow.store.database import Database
from slaflow.store.tables.metadata import REVISIONS
from slaflow.web.access.cookies import OVER_HTTPS
from slaflow.web.principal import FORM_KEY

Broken = Callable[[Engine], AbstractContextManager[None]]


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(governed), now=present)


@contextmanager
def gone(app: Engine) -> Iterator[None]:
    """The file is away, or the server knows no such database any more."""
    if app.database.file is not None:
        aside = app.database.file.rename(f"{app.database.file}.aside")
        yield
        aside.rename(app.database.file)
        return
    name = sql.Identifier(make_url(app.database.url).database or "")
    aside_name = sql.Identifier(f"{make_url(app.database.url).database}_aside")
    with psycopg.connect(_server(app), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (make_url(app.database.url).database,),
        )
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, aside_name))
        yield
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(aside_name, name))


def _server(app: Engine) -> str:
    plain = make_url(app.database.url).set(drivername="postgresql", database="postgres")
    return plain.render_as_string(hide_password=False)


def of_revision(other: str) -> Broken:
    """As another slaflow left it, which a server that runs finds when it looks again."""

    @contextmanager
    def broken(app: Engine) -> Iterator[None]:
        _note_revision(app, REVISIONS[-1], other)
        app.database.check_again()
        yield
        _note_revision(app, other, REVISIONS[-1])
        app.database.check_again()

    return broken


def _note_revision(app: Engine, old: str, new: str) -> None:
    with app.database.migrating() as conn:
        conn.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{new}' WHERE version_num = '{old}'")


def test_without_its_database_everything_says_so_and_nothing_is_half_done(
    app: Engine, client: TestClient
) -> None:
    nothing_is_answered(app, client, gone)


@on_one_database
@pytest.mark.parametrize("other", [REVISIONS[-2], "9999"], ids=["older", "newer"])
def test_tables_of_another_slaflow_are_left_alone(app: Engine, client: TestClient, other: str) -> None:
    nothing_is_answered(app, client, of_revision(other))


def nothing_is_answered(app: Engine, client: TestClient, broken: Broken) -> None:
    """Neither a page nor the API; and all of it is as it was once that is over."""
    secret = secret_of(app, ROOT)
    client.cookies.set(OVER_HTTPS, secret)
    root, before = system(app, client, person=ROOT), all_rows(app)
    with broken(app):
        for _, method, path in guarded(client.app):  # type: ignore[arg-type]
            form = {FORM_KEY: sessions.form_key(secret)} if method != "GET" else None
            headers = {"sec-fetch-site": "same-origin"}
            answer = client.request(method, path, data=form, headers=headers, follow_redirects=False)
            assert (answer.status_code, answer.headers.get("retry-after")) == (503, "60"), (method, path)
            assert "cannot get at its data" in answer.text
            assert "sqlite" not in answer.text.lower()
            assert "postgres" not in answer.text.lower()
        for (verb, _), (path, said) in REQUESTS.items():
            told = root(verb, path, said)
            assert (told.status_code, told.json()["code"]) == (503, "unavailable"), (verb, path)
            assert told.headers["retry-after"]
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["ok"]) == (503, False)
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/page.css").status_code == 200
    assert all_rows(app) == before
    assert client.get("/queue").status_code == 200
    assert root("GET", "/queue").status_code == 200


@contextmanager
def locked(app: Engine) -> Iterator[None]:
    """Somebody else writes, and does not end."""
    app.database.is_hurried = lambda: True
    file = app.database.file or ""
    with pytest.MonkeyPatch.context() as patch, closing(sqlite3.connect(file, isolation_level=None)) as other:
        patch.setattr(database, "SLICE_MILLISECONDS", 1)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    app.database.is_hurried = lambda: False


@contextmanager
def read_only(app: Engine) -> Iterator[None]:
    whole = app.database
    whole.dispose()
    app.database = Database(f"sqlite:///file:{app.database.file}?mode=ro&uri=true")
    yield
    app.database.dispose()
    app.database = whole


@on_one_database
@pytest.mark.parametrize("broken", [locked, read_only])
def test_while_nobody_can_write_pages_are_read_and_what_is_sent_says_so(
    app: Engine, client: TestClient, broken: Broken, tmp_path: Path
) -> None:
    enter(app, client, ROOT)
    own = sessions.form_key(client.cookies[OVER_HTTPS])
    root, before = system(app, client, person=ROOT), all_rows(app)
    with broken(app):
        found = set()
        for _, method, path in guarded(client.app):  # type: ignore[arg-type]
            form = (
                {FORM_KEY: own, "in.return_reason": "no_fit", "reason": "asked"} if method != "GET" else None
            )
            answer = client.request(method, path, data=form, follow_redirects=False)
            assert answer.status_code < 500 or (answer.status_code == 503 and method == "POST"), (
                method, path, answer.status_code,
            )  # fmt: skip
            found.add(answer.status_code)
        assert {200, 503} <= found
        for (verb, _), (path, said) in REQUESTS.items():
            told = root(verb, path, said)
            assert told.status_code < 500 or (told.status_code == 503 and verb != "GET"), (verb, path)
        assert root("POST", "/leads/1/fire/accept", {}).json()["code"] == "unavailable"
        assert client.get("/readyz").status_code == 200
    assert all_rows(app) == before
