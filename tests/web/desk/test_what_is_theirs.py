"""Where members act on what is theirs: pages offer nothing else and say why, and no way in allows more."""

from __future__ import annotations

from starlette.testclient import TestClient
from support.asking import system
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, Present
from support.pages_sent import enter, form_to, led_to, press, words

from slaflow.engine.app import Engine

WHY = "a member acts on what is theirs, and anna@example.com has this lead"


def test_a_page_offers_what_is_theirs_and_says_why_not_the_rest(app: Engine, client: TestClient) -> None:
    app.acts_on = "own"
    enter(app, client, BO)
    page = client.get("/leads/1")
    assert page.status_code == 200
    assert words(page).count(WHY.capitalize()) == 1
    assert 'href="./../leads/1/' not in page.text, "no way to anything that may be done"
    for path in ("/leads/1/accept", "/leads/1/return", "/leads/1/log/call", "/leads/1/set/remark"):
        shown = client.get(path)
        assert (shown.status_code, WHY.capitalize() in words(shown)) == (200, True), path
        assert 'action="./leads/1' not in client.get("/queue?whose=party").text
    enter(app, client, ANNA)
    assert press(client, "/leads/1/accept", "/leads/1/accept").status_code == 303


def test_what_is_sent_all_the_same_is_refused(app: Engine, client: TestClient) -> None:
    enter(app, client, BO)
    form = form_to(client.get("/leads/1/accept"), "/leads/1/accept")
    app.acts_on = "team"
    sent = client.post("/leads/1/accept", data=form, follow_redirects=False)
    assert sent.status_code == 409
    assert "A member acts on what is their team's, and anna@example.com has this lead" in words(sent)
    assert app.latest(1)["state"] == "mql"


def test_managers_and_what_nobody_has(app: Engine, client: TestClient, present: Present) -> None:
    app.acts_on = "own"
    enter(app, client, MIA)
    assert press(client, "/leads/1/note", "/leads/1/note", remark="seen").status_code == 303
    app.remove_person(ANNA, at=FRIDAY + HOUR)
    present.at = FRIDAY + HOUR
    app.add({"email": "free@example.com"}, "marketing", at=present.at)
    app.record(2, "demo", "lead", at=present.at)
    assert app.latest(2)["owner"] is None
    enter(app, client, BO)
    page = client.get("/leads/2")
    assert "A member acts on what is theirs, and nobody has this lead; take it first" in words(page)
    taken = press(client, "/leads/2/owner/me", "/leads/2/owner/me")
    assert (taken.status_code, led_to(taken)) == (303, "/leads/2?done=2")
    assert press(client, "/leads/2/accept", "/leads/2/accept").status_code == 303


def test_a_persons_token_does_no_more_than_the_person(app: Engine, client: TestClient) -> None:
    app.acts_on = "own"
    by_bo, crm = system(app, client, person=BO), system(app, client)
    refused = by_bo("POST", "/leads/1/fire/accept", {})
    assert (refused.status_code, refused.json()["because"]) == (403, [WHY])
    assert crm("POST", "/leads/1/fire/accept", {}).status_code == 200, "a token of the party is no member"
