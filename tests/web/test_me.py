"""``/me``: one's own account, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from support.clicked import KEYS, PUBLIC
from support.office import ANNA, BO, Present, on_one_database
from support.pages_sent import enter, form_to, secret_of, words

from slaflow.engine.access import account, invitations, passwords, secrets
from slaflow.engine.access.sessions import asked
from slaflow.engine.app import Engine
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup import preferences
from slaflow.settings.reach import FileChannel, Reach
from slaflow.web.app import made
from slaflow.web.principal import FORM_KEY
from slaflow.web.site import Site

WORDS = "seven green kettles hum"
OTHER = "a quiet harbour in May 4"
REACH = Reach(
    public_url=PUBLIC,
    channels={name: FileChannel(kind="file", folder=Path(name)) for name in ("mail", "post")},
    recipients={"default": ("mail",)},
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)


@pytest.fixture
def desk(app: Engine) -> Iterator[TestClient]:
    site = Site(app, REACH, KEYS)
    with TestClient(
        made(site), base_url=PUBLIC, follow_redirects=False, raise_server_exceptions=False
    ) as client:
        enter(app, client, ANNA)
        yield client


def send(client: TestClient, path: str, **form: str) -> Response:
    return client.post(path, data={**form_to(client.get("/me"), path), **form})


def test_how_pages_look_and_read_is_kept_with_the_person(
    app: Engine, desk: TestClient, present: Present
) -> None:
    page = desk.get("/me").text
    assert '<html lang="en">' in page
    assert "data-keys" not in page.partition("<main")[0]
    answer = send(desk, "/me", theme="dark", zone="Asia/Tokyo", language="sv", keys="")
    assert (answer.status_code, answer.headers["location"]) == (303, "./me?done=pages")
    enter(app, desk, ANNA)
    page = desk.get("/me?done=pages").text
    assert 'data-theme="dark"' in page
    assert 'data-keys="off"' in page
    assert 'value="Asia/Tokyo" placeholder="Asia/Tokyo"' in page
    assert preferences.shown(app, REACH, ANNA)["language"] == "sv"
    assert send(desk, "/me/keys", keys="on").status_code == 303
    page = desk.get("/me").text
    assert ('data-keys="off"' in page, 'data-theme="dark"' in page) == (False, True)
    enter(app, desk, BO)
    assert "data-theme" not in desk.get("/me").text, "nobody else's"
    wrong = send(desk, "/me", zone="Asia/Tokio")
    assert (wrong.status_code, "did you mean" in wrong.text) == (422, True)
    assert send(desk, "/me", language="tlh").status_code == 422
    assert send(desk, "/me", theme="<b>", zone="x" * 5000).status_code == 422


def test_how_they_are_told_is_theirs_to_say(app: Engine, desk: TestClient) -> None:
    given = {"channel.post": "on", "digest": "on", "digest_at": "07:15", "quiet": "hours",
             "quiet_from": "19:00", "quiet_until": "07:00"}  # fmt: skip
    assert send(desk, "/me/told", **given).status_code == 303
    told = preferences.shown(app, REACH, ANNA)
    assert (told["channels"], told["digest"], told["quiet"]) == (["post"], "daily@07:15", "19:00-07:00")
    page = desk.get("/me").text
    assert 'name="channel.post" value="on" checked' in page
    assert send(desk, "/me/told", quiet="team").status_code == 303
    told = preferences.shown(app, REACH, ANNA)
    assert (told["channels"], told["digest"], told["quiet"]) == ([], None, "team")
    for wrong in ({"digest": "on", "digest_at": "25:00"}, {"quiet": "hours", "quiet_from": "9"}):
        assert send(desk, "/me/told", **wrong).status_code == 422


def test_their_sessions_are_shown_and_ended(app: Engine, desk: TestClient, present: Present) -> None:
    there, elsewhere, another = secret_of(app, ANNA), secret_of(app, ANNA), secret_of(app, BO)
    assert words(desk.get("/me")).count("Sign out there") == 2
    kept = re.findall(r'name="session" value="(\w+)"', desk.get("/me").text)
    assert len(kept) == 2
    assert send(desk, "/me/sessions", session=kept[0]).status_code == 303
    assert [asked(app, each) is None for each in (there, elsewhere)].count(True) == 1
    assert send(desk, "/me/sessions", session=secrets.kept(another)).status_code == 303
    assert asked(app, another) is not None, "another's is not theirs to end"
    assert send(desk, "/me/sessions", session="").status_code == 303
    assert [asked(app, each) for each in (there, elsewhere)] == [None, None]
    assert desk.get("/me").status_code == 200, "but this one"


def test_another_password_ends_their_other_sessions(app: Engine, desk: TestClient, present: Present) -> None:
    assert "Password now" not in words(desk.get("/me")), "who has none has none to change"
    link = f"/invite/{invitations.invite(app, ANNA).secret}"
    assert desk.post(link, data={"password": WORDS, "again": WORDS}).status_code == 303
    there = secret_of(app, ANNA)
    for old, new, again, status in (
        (OTHER, OTHER, OTHER, 422), (WORDS, OTHER, WORDS, 422), (WORDS, "short", "short", 422),
    ):  # fmt: skip
        answer = send(desk, "/me/password", old=old, password=new, again=again)
        assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
        assert OTHER not in answer.text
    assert asked(app, there) is not None
    assert send(desk, "/me/password", old=WORDS, password=OTHER, again=OTHER).status_code == 303
    assert asked(app, there) is None
    assert desk.get("/me?done=password").status_code == 200
    for _ in range(6):
        answer = send(desk, "/me/password", old="guessed and wrong", password=WORDS, again=WORDS)
    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)


def test_an_admin_signs_others_out_and_the_log_says_so(app: Engine, desk: TestClient) -> None:
    app.add_person("root@example.com", "sales", role="admin")
    there = secret_of(app, BO)
    with pytest.raises(NotPermitted):
        account.sign_out(app, BO, ANNA)
    assert asked(app, there) is not None
    enter(app, desk, "root@example.com")
    values = {FORM_KEY: form_to(desk.get("/me"), "/me")[FORM_KEY]}
    assert desk.post("/admin/people/sign-out", data={**values, "email": BO}).status_code == 303
    assert asked(app, there) is None
    (noted,) = [each for each in app.log() if each.kind == "access"]
    assert (noted.actor, noted.data) == ("root@example.com", {"change": "signed_out", "email": BO})
    assert desk.post("/admin/people/sign-out", data={**values, "email": "no@example.com"}).status_code == 404


@on_one_database
def test_a_browser_is_answered_in_its_language_and_the_api_in_english(
    app: Engine, desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slaflow.web import tongues

    monkeypatch.setattr(tongues, "languages", lambda: ("en", "sv"))
    for said, meant in (
        ("sv", "sv"), ("sv-SE,sv;q=0.9,en;q=0.8", "sv"), ("en,sv;q=0.5", "en"), ("de, fr", "en"), ("", "en"),
        ("sv;q=0", "en"), ("sv;q=x", "en"), ("*", "en"), ("," * 9999, "en"),
    ):  # fmt: skip
        assert tongues.preferred(said) == meant, said


@on_one_database
def test_who_looks_away_for_eight_hours_sees_that_session_no_more(
    app: Engine, desk: TestClient, present: Present
) -> None:
    secret_of(app, ANNA)
    present.at += timedelta(hours=8)
    enter(app, desk, ANNA)
    assert "Sign out there" not in words(desk.get("/me"))
