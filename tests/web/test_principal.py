"""Who asks for a page: known by a cookie, let in by the table of rights, and only from our own pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import APIRouter
from httpx2 import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient
from support.clicked import KEYS, PUBLIC, REACH
from support.desk import enter, wall
from support.office import ANNA, HOUR, MIA, Present, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.sweeping import forget_over
from slaflow.store.tables.access import session
from slaflow.web.access.cookies import OVER_HTTPS
from slaflow.web.app import made
from slaflow.web.principal import FORM_KEY, RouteUnnamed
from slaflow.web.site import Site

ROOT, AUDITOR = "root@example.com", "audrey@example.com"


@pytest.fixture
def desk(app: Engine) -> Iterator[TestClient]:
    """A site of three pages; redirects are looked at, not followed."""
    site = Site(app, REACH, KEYS)
    app.add_person(ROOT, "marketing", role="admin")
    app.add_person(AUDITOR, "marketing", role="auditor")
    with TestClient(made(site, [wall]), base_url=PUBLIC, follow_redirects=False) as asked:
        yield asked


def paint_it(client: TestClient, key: str, **headers: str) -> Response:
    sent = {"Sec-Fetch-Site": "same-origin", **{name.replace("_", "-"): it for name, it in headers.items()}}
    return client.post("/wall", data={"colour": "red", FORM_KEY: key}, headers=sent)


def kept(app: Engine) -> int:
    with app.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(session)).scalar_one())


def test_a_route_that_names_no_operation_stops_the_start(app: Engine) -> None:
    unnamed = APIRouter()

    @unnamed.get("/forgotten")
    def forgotten() -> None: ...

    with pytest.raises(RouteUnnamed, match="/forgotten"):
        made(Site(app, REACH, KEYS), [wall, unnamed])


def test_nobody_is_sent_to_sign_in_and_back_to_where_they_were(app: Engine, desk: TestClient) -> None:
    answer = desk.get("/wall?whose=me&a=%2F")
    assert answer.status_code == 303
    assert answer.headers["location"] == "./sign-in?next=/wall%3Fwhose%3Dme%26a%3D%252F"
    assert desk.get("/open").status_code == 200
    assert desk.get("/nowhere").status_code == 404
    for made_up in ("", "x", "x" * 5000, "\x00", "å"):
        assert desk.get("/wall", headers={"Cookie": f"{OVER_HTTPS}={made_up}".encode()}).status_code == 303
    enter(app, desk, ANNA)
    assert desk.get("/wall").json()["who"] == ANNA


def test_who_is_removed_or_gets_another_role_is_signed_out_with_the_next_request(
    app: Engine, desk: TestClient
) -> None:
    enter(app, desk, ANNA)
    app.add_person(ANNA, name="Anna B")
    assert desk.get("/wall").status_code == 200, "a name changes nothing"
    app.add_person(ANNA, role="manager")
    assert desk.get("/wall").status_code == 303
    app.add_person(ANNA, role="member")
    assert desk.get("/wall").status_code == 303, "nor does it come back"
    enter(app, desk, ANNA)
    app.remove_person(ANNA)
    assert desk.get("/wall").status_code == 303
    app.add_person(ANNA, "sales")
    assert desk.get("/wall").status_code == 303
    assert kept(app) == 0


def test_a_session_ends_by_itself(app: Engine, desk: TestClient, present: Present) -> None:
    enter(app, desk, ANNA)
    present.at += 7 * HOUR
    assert desk.get("/wall").status_code == 200
    present.at += 7 * HOUR
    assert desk.get("/wall").status_code == 200, "it was used meanwhile"
    present.at += 8 * HOUR
    assert desk.get("/wall").status_code == 303
    enter(app, desk, ANNA)
    forget_over(app)
    assert kept(app) == 1
    for _ in range(47):
        present.at += 7 * HOUR
        assert desk.get("/wall").status_code == 200
    present.at += 7 * HOUR
    assert desk.get("/wall").status_code == 303, "after fourteen days"


def test_the_table_lets_in(app: Engine, desk: TestClient) -> None:
    for email, may_paint in ((ANNA, False), (MIA, False), (AUDITOR, False), (ROOT, True)):
        enter(app, desk, email)
        key = desk.get("/wall").json()["key"]
        answer = paint_it(desk, key)
        assert answer.status_code == (200 if may_paint else 403), email
        assert may_paint or f"An admin invites people, not {email}" in answer.text


@on_one_database
def test_a_form_is_taken_from_our_own_pages_of_the_same_session(app: Engine, desk: TestClient) -> None:
    enter(app, desk, ROOT)
    key = desk.get("/wall").json()["key"]
    for site in ("cross-site", "same-site", "none"):
        assert paint_it(desk, key, Sec_Fetch_Site=site).status_code == 403, site
    form = {"colour": "red", FORM_KEY: key}
    assert desk.post("/wall", data=form).status_code == 403, "nothing says where it is from"
    for origin in ("null", "https://evil.example", "http://sla.example.com", "http://127.0.0.1"):
        assert desk.post("/wall", data=form, headers={"Origin": origin}).status_code == 403, origin
    assert desk.post("/wall", data=form, headers={"Origin": PUBLIC}).json()["painted"] == "red"
    enter(app, desk, ROOT)
    for wrong in (key, "", "å", key[:-1]):
        assert paint_it(desk, wrong).status_code == 403, wrong
    again = desk.get("/wall").json()["key"]
    desk.cookies.clear()
    lost = paint_it(desk, again)
    assert (lost.status_code, 'href="./sign-in?next=/wall"' in lost.text) == (401, True)


@on_one_database
def test_a_page_that_is_looked_at_writes_at_most_now_and_then(
    app: Engine, desk: TestClient, present: Present
) -> None:
    enter(app, desk, ANNA)
    used = select(session.c.used_at)
    for minutes in (1, 4, 6):
        present.at = present.at + timedelta(minutes=minutes)
        assert desk.get("/wall").status_code == 200
    with app.database.read() as conn:
        assert conn.execute(used).scalar_one() == present.at
    present.at += timedelta(minutes=4)
    assert desk.get("/wall").status_code == 200
    with app.database.read() as conn:
        assert conn.execute(used).scalar_one() == present.at - timedelta(minutes=4)
