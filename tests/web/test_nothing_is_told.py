"""No secret and no identity in what the server says of itself: its log, its faults, what doctor reports."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.api_requests import REQUESTS
from support.asking import ROOT, System, governed, system
from support.desk import guarded
from support.office import ANNA, Present, on_one_database
from support.worlds import Fill

from slaflow.engine.access import invitations, passwords, sessions
from slaflow.engine.app import Engine
from slaflow.engine.setup.doctor import examine
from slaflow.store.database import Database
from slaflow.web.access.cookies import OVER_HTTPS
from slaflow.web.principal import FORM_KEY

PASSWORD = "seven green kettles hum"
FROM_HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(governed), now=present)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """All that any logger of the server says, at its most talkative, tracebacks and all."""
    words = logging.Formatter("%(name)s %(levelname)s %(message)s")

    def everything() -> str:
        # The browser of these tests tells where it asks; rows are told by a logger that nobody can turn on.
        ours = (each for each in caplog.records if not each.name.startswith(("httpx", "sqlalchemy")))
        return "\n".join(map(words.format, ours))

    with caplog.at_level(logging.DEBUG):
        for name in ("slaflow", "slaflow.web", "uvicorn", "starlette", "fastapi"):
            caplog.set_level(logging.DEBUG, name)
        yield everything


@pytest.fixture
def secrets(app: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What nobody else may learn, of somebody who is signed in and of a system."""
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    link = invitations.invite(app, ROOT).secret
    typed = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(f"/invite/{link}", data=typed, headers=FROM_HERE).status_code == 200
    cookie = client.cookies[OVER_HTTPS]
    other = invitations.invite(app, ANNA).secret
    return {
        "cookie": cookie, "form": sessions.form_key(cookie), "password": PASSWORD, "used link": link,
        "link": other, "identity": "kim@example.com", "setup": invitations.set_up(app),
        "token": str(system(app, client, person=ROOT).secret),
    }  # fmt: skip


def asked_everything(client: TestClient, secrets: dict[str, str]) -> Iterator[tuple[str, int, str]]:
    """Every page, form and address, and what is shown at the wrong place; gives what each answered."""
    for _, method, path in guarded(client.app):  # type: ignore[arg-type]
        form = {FORM_KEY: secrets["form"], "email": "kim@example.com"} if method != "GET" else None
        answer = client.request(method, path, data=form, headers=FROM_HERE, follow_redirects=False)
        yield f"{method} {path}", answer.status_code, answer.text
    root = System(client, secrets["token"])
    for (verb, _), (path, told) in REQUESTS.items():
        answer = root(verb, path, told, key=None)
        yield f"{verb} {path}", answer.status_code, answer.text
    for name, secret in secrets.items():
        for path in (f"/invite/{secret}x", f"/setup/{secret}x", f"/problems/{secret}", f"/act/{secret}"):
            yield f"{path} {name}", client.get(path).status_code, ""
    wrong = {"email": "kim@example.com", "password": secrets["token"]}
    for _ in range(7):
        yield "sign in", client.post("/sign-in", data=wrong, headers=FROM_HERE).status_code, ""
    System(client, secrets["cookie"])("GET", "/leads")


@on_one_database
def test_whatever_is_asked_no_line_tells_a_secret_or_an_identity(
    app: Engine, client: TestClient, secrets: dict[str, str], said: Callable[[], str]
) -> None:
    for where, status, _ in asked_everything(client, secrets):
        assert status < 500, where
    told = said() + "".join(check.detail for check in examine(app))
    assert [name for name, secret in secrets.items() if secret in told] == []


@on_one_database
def test_whatever_breaks_neither_its_page_nor_its_line_tells_what_it_broke_on(
    app: Engine, client: TestClient, secrets: dict[str, str], said: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Each read and each write fails in the middle with an error that holds every secret there is."""
    everything = " ".join(secrets.values())

    def failing(self: Database, *rest: Any) -> Any:
        raise ValueError(everything)

    monkeypatch.setattr(Database, "read", failing)
    monkeypatch.setattr(Database, "write", failing)
    found = set()
    for where, status, text in asked_everything(client, secrets):
        found.add(status)
        assert [name for name, secret in secrets.items() if secret in text] == [], where
    assert 500 in found
    told = said()
    assert "a page failed: ValueError in slaflow." in told
    assert [name for name, secret in secrets.items() if secret in told] == []
