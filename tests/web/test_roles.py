"""Every page and form there is, asked by everybody there is: the table of rights says who gets further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient
from support.clicked import KEYS, PUBLIC, REACH
from support.desk import enter, guarded, wall
from support.office import ANNA, BO, MIA, NORA, on_one_database

from slaflow.engine.access import sessions
from slaflow.engine.app import Engine
from slaflow.engine.permits import Asker, may_ever
from slaflow.store.tables.all import metadata
from slaflow.web.access.cookies import OVER_HTTPS
from slaflow.web.app import ROUTERS, made
from slaflow.web.principal import FORM_KEY, SIGNED_IN
from slaflow.web.site import Site

ROOT, AUDITOR, HEAD = (f"{name}@example.com" for name in ("root", "audrey", "head"))
ASKERS = (ANNA, MIA, ROOT, NORA, HEAD, AUDITOR)
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def site(app: Engine) -> FastAPI:
    app.add_person(ROOT, "sales", role="admin")
    app.add_person(HEAD, "marketing", role="manager")
    app.add_person(AUDITOR, "marketing", role="auditor")
    return made(Site(app, REACH, KEYS), (*ROUTERS, wall))


@pytest.fixture
def desk(site: FastAPI) -> Iterator[TestClient]:
    with TestClient(site, base_url=PUBLIC, follow_redirects=False) as client:
        yield client


def everything(app: Engine) -> dict[str, list[str]]:
    """Every row of every table, but for when a session was used."""
    with app.database.read() as conn:
        return {
            each.name: sorted(str(row) for row in conn.execute(select(each)))
            for each in metadata.sorted_tables
            if each.name != "session" and each.info.get("only", conn.dialect.name) == conn.dialect.name
        }


def test_nobody_and_who_was_removed_a_second_ago_get_nowhere(
    app: Engine, site: FastAPI, desk: TestClient
) -> None:
    secret = enter(app, desk, BO)
    app.remove_person(BO)
    before = everything(app)
    for cookie in (None, secret, "made-up"):
        desk.cookies.clear()
        if cookie is not None:
            desk.cookies.set(OVER_HTTPS, cookie)
        for _, method, path in guarded(site):
            form = {FORM_KEY: sessions.form_key(cookie or "")} if method != "GET" else None
            answer = desk.request(method, path, data=form, headers=FROM_HERE)
            assert answer.status_code == (303 if method == "GET" else 401), (method, path)
    assert everything(app) == before


def test_the_table_says_who_gets_further(app: Engine, site: FastAPI, desk: TestClient) -> None:
    for email in ASKERS:
        secret = enter(app, desk, email)
        person = next(each for each in app.people() if each.email == email)
        asker = Asker(email, person.party, person.role)
        for named, method, path in guarded(site):
            if method != "GET":
                continue
            answer = desk.get(path)
            lets_in = named == SIGNED_IN or may_ever(asker, named)  # type: ignore[arg-type]
            assert (answer.status_code != 403) is lets_in, (email, path)
            assert answer.status_code < 500, (email, path)
        assert desk.cookies[OVER_HTTPS] == secret


@on_one_database
def test_no_form_is_taken_without_its_key_or_from_elsewhere_or_of_who_may_not(
    app: Engine, site: FastAPI, desk: TestClient
) -> None:
    others = sessions.form_key(enter(app, desk, ROOT))
    before = everything(app)
    for email in ASKERS:
        own = sessions.form_key(enter(app, desk, email))
        person = next(each for each in app.people() if each.email == email)
        asker = Asker(email, person.party, person.role)
        for named, method, path in guarded(site):
            if method == "GET":
                continue
            lets_in = named == SIGNED_IN or may_ever(asker, named)  # type: ignore[arg-type]
            tries = [(own, {"Sec-Fetch-Site": "cross-site"}), (own, {}), (others, FROM_HERE), ("", FROM_HERE)]
            for key, headers in tries if lets_in else [*tries, (own, FROM_HERE)]:
                answer = desk.request(method, path, data={FORM_KEY: key}, headers=headers)
                assert answer.status_code == 403, (email, method, path, key == own)
    assert everything(app) == before
