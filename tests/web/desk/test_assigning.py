"""Managers give leads that they selected; what could not be given is said."""

from __future__ import annotations

from starlette.testclient import TestClient
from support.clicked import new_lead
from support.office import ANNA, BO, FRIDAY, MIA, NORA, on_one_database
from support.pages_sent import enter, form_to, words

from slaflow.engine.app import Engine


def test_a_manager_gives_those_that_are_selected_each_by_itself(app: Engine, client: TestClient) -> None:
    other, back = new_lead(app, "liv"), new_lead(app, "back")
    app.fire(back, "escalate_return", "system", at=FRIDAY)
    enter(app, client, MIA)
    listed = client.get("/leads?owner=" + ANNA)
    assert f'name="lead" value="{other}"' in listed.text
    address = f"/leads/assign?lead=1&lead={other}&lead={back}&lead=999&lead=x"
    page = client.get(address)
    said = words(page)
    assert "3 leads go to whom you choose" in said
    assert "Bo Ek (bo@example.com)" in said
    assert NORA not in said, "a manager gives what their own party holds"
    form = form_to(page, "/leads/assign")
    unchosen = client.post(address, data=form)
    assert (unchosen.status_code, "Choose who is to have them" in words(unchosen)) == (422, True)
    done = client.post(address, data={**form, "owner": BO})
    said = words(done)
    assert done.status_code == 200
    assert "2 leads were given" in said
    assert "1 lead was not given back@example.com" in said
    assert [app.latest(each)["owner"] for each in (1, other)] == [BO, BO]
    assert app.latest(back)["owner"] != BO
    own = [each for each in app.log() if each.kind == "assigned" and each.actor == MIA]
    assert [each.data["via"] for each in own] == ["web", "web"]
    assert app.replay().ok


@on_one_database
def test_who_may_not_give_leads_to_others_is_told_who_may(app: Engine, client: TestClient) -> None:
    enter(app, client, ANNA)
    assert "data-select" not in client.get("/leads?q=kim").text
    page = client.get("/leads/assign?lead=1")
    assert "A manager of the party that holds a lead" in words(page)
    enter(app, client, MIA)
    form = form_to(client.get("/leads/assign?lead=1"), "/leads/assign")
    enter(app, client, ANNA)
    key = form_to(client.get("/leads/1"), "/leads/1/accept")["form_key"]
    answer = client.post("/leads/assign", data={**form, "form_key": key, "owner": BO})
    assert answer.status_code == 422
    assert app.latest(1)["owner"] == ANNA


@on_one_database
def test_nobody_gets_a_hundred_and_one_and_nobody_unknown_gets_any(app: Engine, client: TestClient) -> None:
    leads = [new_lead(app, f"lead{number:03}") for number in range(105)]
    enter(app, client, MIA)
    address = "/leads/assign?" + "&".join(f"lead={each}" for each in leads)
    page = client.get(address)
    assert "100 leads go to" in words(page)
    form = form_to(page, "/leads/assign")
    unknown = client.post("/leads/assign", data={**form, "owner": "noone@example.com"})
    assert (unknown.status_code, "Nobody is recorded" in words(unknown)) == (422, True)
    assert "No lead is selected" in words(client.get("/leads/assign"))
