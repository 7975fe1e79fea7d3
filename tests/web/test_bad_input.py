"""What is sent wrong on purpose, to every page and address: a line or a problem, and nothing half done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from support.asking import ROOT, all_rows, governed, system
from support.desk import guarded
from support.office import ANNA, Present, on_one_database
from support.pages_sent import enter, form_to
from support.worlds import Fill

from slaflow.engine.access import sessions
from slaflow.engine.app import Engine
from slaflow.store.database import Database
from slaflow.web.access.cookies import OVER_HTTPS
from slaflow.web.guarding import HEADERS, ONE_YEAR
from slaflow.web.principal import FORM_KEY

pytestmark = on_one_database
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(governed), now=present)


def bodies(key: str) -> list[tuple[str, bytes, set[int]]]:
    """Kind of body, the body, and what may be answered."""
    good = f"{FORM_KEY}={key}".encode()
    return [
        ("application/json", b'{"form_key": "' + key.encode() + b'"}', {415}),
        ("text/plain", good, {415}),
        ("", good, {415}),
        (FORM, b"\xff\xfe" + good, {400}),
        (FORM, good + b"&in.reason=%ff%fe", {400}),
        (FORM, good + b"&a=1" * 300, {400}),
        (FORM, good + b"&a=" + b"x" * (9 * 2**20), {413}),
        (FORM, b"", {403}),
        ("multipart/form-data; boundary=x", b"--x\r\nno end", {400, 415}),
        ("multipart/form-data", b"", {400, 415}),
    ]


def test_no_body_of_another_kind_is_a_form_of_any_page(app: Engine, client: TestClient) -> None:
    enter(app, client, ROOT)
    key = sessions.form_key(client.cookies[OVER_HTTPS])
    before = all_rows(app)
    for _, method, path in guarded(client.app):  # type: ignore[arg-type]
        if method == "GET":
            continue
        for kind, body, statuses in bodies(key):
            headers = {"content-type": kind} if kind else {}
            answer = client.request(method, path, content=body, headers=headers, follow_redirects=False)
            assert answer.status_code in statuses, (path, kind, body[:40], answer.status_code)
    assert all_rows(app) == before


def test_no_page_knows_a_verb_that_is_not_its_own(app: Engine, client: TestClient) -> None:
    enter(app, client, ROOT)
    before = all_rows(app)
    paths = {path for _, _, path in guarded(client.app)} | {"/sign-in", "/static/page.css"}  # type: ignore[arg-type]
    for path in paths:
        for verb in ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND"):
            answer = client.request(verb, path)
            assert answer.status_code == 405, (verb, path)
            assert answer.headers["allow"]
    assert all_rows(app) == before


def test_a_form_of_a_session_that_was_ended_does_nothing(app: Engine, client: TestClient) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/leads/1"), "/leads/1/accept")
    secret = client.cookies[OVER_HTTPS]
    out = client.post("/sign-out", data={FORM_KEY: form[FORM_KEY]}, follow_redirects=False)
    assert out.status_code == 303
    before = all_rows(app)
    for cookie in (None, secret):
        client.cookies.clear()
        if cookie is not None:
            client.cookies.set(OVER_HTTPS, cookie)
        late = client.post("/leads/1/accept", data=form, follow_redirects=False)
        assert late.status_code == 401
    assert all_rows(app) == before
    enter(app, client, ANNA)
    other = client.post("/leads/1/accept", data=form, follow_redirects=False)
    assert other.status_code == 403, "the form is of the session before"
    assert all_rows(app)["entry"] == before["entry"]


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/%2e%2e%2fapp.py",
     "/static/..%5capp.py", "/static//etc/passwd", "/static/%00", "/static/desk.css%00.png", "/static/",
     "/static", "/static/fonts/../../app.py", "/static/" + "a" * 5000],
)  # fmt: skip
def test_nothing_but_what_is_served_is_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 405), answer.status_code
    assert "import" not in answer.text


@pytest.mark.parametrize(
    "next",
    ["//evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example", "/%09/evil.example",
     "/\t/evil.example", "\\\\evil.example", "/ /evil.example", "/leads\r\nset-cookie: a=b", "", "évil",
     "data:text/html,x", "/" + "a" * 3000],
)  # fmt: skip
def test_a_deed_leads_on_to_nowhere_else(app: Engine, client: TestClient, next: str) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/leads/1"), "/leads/1/accept")
    done = client.post("/leads/1/accept", data={**form, "back": next}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "./../../queue?done=1")


def test_every_answer_has_what_keeps_browsers_from_doing_harm(
    app: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(app, client, ROOT)
    root = system(app, client, person=ROOT)
    answers: list[Response] = [
        client.get(path, follow_redirects=False)
        for _, method, path in guarded(client.app)  # type: ignore[arg-type]
        if method == "GET"
    ]
    answers += [
        client.get("/static/page.css"), client.get("/static/nothing"), client.get("/nothing"),
        client.post("/queue"), client.get("/", headers={"host": "evil.example"}), client.get("/healthz"),
        client.get("/sign-in", follow_redirects=False), client.get("/log/1/bytes"),
        client.get("/api/v1/leads"), root("GET", "/leads"), root("POST", "/leads", b"{"),
        client.get("/api/v1/openapi.json"), client.get("/record/sla.csv"),
    ]  # fmt: skip
    monkeypatch.setattr(Database, "read", lambda *_: 1 / 0)
    answers += [client.get("/queue"), root("GET", "/queue")]
    assert {200, 303, 404, 405, 421, 401, 400, 500} <= {each.status_code for each in answers}
    for each in answers:
        where = (each.request.url.path, each.status_code)
        for name, value in HEADERS.items():
            assert each.headers[name] == value, (where, name)
        assert each.headers["strict-transport-security"] == ONE_YEAR, where
        kept = each.headers["cache-control"]
        is_everybodys = where[1] == 200 and where[0] in ("/static/page.css", "/api/v1/openapi.json")
        assert (kept == "no-store") is not is_everybodys, (where, kept)
        assert "server" not in each.headers


def test_a_site_of_another_name_is_answered_by_nothing(app: Engine, client: TestClient) -> None:
    enter(app, client, ROOT)
    root = system(app, client, person=ROOT)
    for host in ("evil.example", "sla.example.com.evil.example", "", "[", "sla.example.com@evil.example"):
        for path in ("/queue", "/static/page.css", "/sign-in", "/nothing"):
            assert client.get(path, headers={"host": host}).status_code == 421, (host, path)
        assert root("GET", "/leads", host=host).status_code == 421
