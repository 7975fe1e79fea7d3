"""Fewer messages: looked at by GET, asked for by POST alone, also by a mail program of its own accord."""

from __future__ import annotations

from functools import partial

from starlette.testclient import TestClient
from support.clicked import ENVIRONMENT, KEYS, PUBLIC, REACH
from support.office import ANNA, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.setup import preferences
from slaflow.notify import links
from slaflow.web.app import made
from slaflow.web.site import Site

pytestmark = on_one_database
WHERE = str(links.stop_url_of(REACH, ANNA, "mail", ENVIRONMENT))
Stopped = list[tuple[str, str, str]]


def test_looking_stops_nothing(client: TestClient, stopped: Stopped) -> None:
    page = client.get(WHERE)
    assert (page.status_code, ANNA in page.text) == (200, True)
    assert client.head(WHERE).status_code == 200
    assert client.post(WHERE, data={"to": "everything"}).status_code == 422
    assert client.get(WHERE[:-4]).status_code == client.post(WHERE[:-4]).status_code == 404
    assert stopped == []


def test_a_mail_program_asks_in_either_form(client: TestClient, stopped: Stopped) -> None:
    assert client.post(WHERE, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    parts = {"List-Unsubscribe": (None, "One-Click")}
    assert client.post(WHERE, files=parts).status_code == 200
    assert stopped == [(ANNA, "mail", "none")] * 2


def test_a_person_chooses(client: TestClient, stopped: Stopped) -> None:
    assert "hears otherwise" in client.post(WHERE, data={"to": "digest"}).text
    assert (
        client.post(WHERE, data={"to": "none"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    )
    assert stopped == [(ANNA, "mail", "digest")]


def test_what_is_asked_for_holds(app: Engine) -> None:
    site = Site(app, REACH, KEYS, partial(preferences.stop, app))
    with TestClient(made(site), base_url=PUBLIC, raise_server_exceptions=False) as client:
        assert "one message a day over mail, at 08:30" in client.post(WHERE, data={"to": "digest"}).text
        assert client.post(WHERE, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    told = preferences.shown(app, REACH, ANNA)
    assert (told["digest"], told["digest_over"], told["stopped"]) == ("daily@08:30", ["mail"], ["mail"])
