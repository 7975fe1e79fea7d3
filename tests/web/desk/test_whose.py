"""Who waits for a team, and why a lead is whose it is, on the desk's pages and in the reader's language."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from support.clicked import AGREEMENT
from support.office import BO, FRIDAY, Present
from support.pages_sent import enter, words

from slaflow.engine.app import Engine


@pytest.fixture
def waiting(app: Engine, present: Present) -> int:
    """A lead that nobody of its team can take: each has one already."""
    present.at = FRIDAY
    app.activate(AGREEMENT.replace("teams: {nordics: {", "teams: {nordics: {capacity: 1, "))
    for number in range(6):
        lead: int = app.add({"email": f"lead{number}@example.com"}, "marketing")["id"]
        app.record(lead, "demo", "lead")
    return lead


def test_a_lead_that_waits_says_so_on_every_page(app: Engine, client: TestClient, waiting: int) -> None:
    enter(app, client, BO)
    since, place, of = "Fri 6 Mar 14:30", *_place(app, waiting)
    said = f"waits for nordics since {since}, number {place} of {of}"
    for path in ("/queue?whose=unowned", "/queue?whose=party", f"/leads/{waiting}"):
        assert said in words(client.get(path)), path
    page = words(client.get(f"/leads/{waiting}"))
    assert "Who of nordics could take it now:" in page
    assert "1 open of 1, full; needed: one open lead less" in page
    swedish = words(client.get(f"/leads/{waiting}", headers={"Accept-Language": "sv"}))
    assert f"väntar på nordics sedan fre 6 mars 14:30, nummer {place} av {of}" in swedish
    assert "1 öppna av 1, full; det behövdes: en öppen kontakt mindre" in swedish


def test_leads_that_wait_are_listed(app: Engine, client: TestClient, waiting: int) -> None:
    theirs = list(app.leads(waits_for="nordics"))
    assert (theirs[-1]["id"], {lead["owner"] for lead in theirs}) == (waiting, {None})
    assert theirs == list(app.leads(waits_for=True))
    assert theirs == list(app.leads(waits_for=True, at=app.present()))
    assert list(app.leads(waits_for=True, owner=BO)) == []
    enter(app, client, BO)
    for more, number in (("", len(theirs)), ("&team=nordics", len(theirs)), ("&team=growth", 0)):
        page = client.get(f"/leads?waiting=1{more}").text
        assert page.count("waits for nordics since") == page.count("data-row ") == number, more
    assert f'id="lead-{waiting}"' in client.get(f"/leads?waiting=1&q={waiting}").text
    assert "data-row " not in client.get("/leads?waiting=1&q=1").text


def _place(app: Engine, lead: int) -> tuple[int, int]:
    waits = app.explain(lead, "owner")["waits"]
    return waits["place"], waits["of"]
