"""Tabs for the party that hands over, and what each party owes per period beside its queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient
from support.clicked import AGREEMENT, KEYS, REACH, new_lead
from support.office import ANNA, FOUNDED, FRIDAY, MONDAY, NORA, Present, on_one_database
from support.pages_sent import enter, words
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.figures.counting import Counter
from slaflow.report.record.reports import COUNTS
from slaflow.store.database import Database
from slaflow.web.app import made
from slaflow.web.site import Site

PROMISED = (
    AGREEMENT
    + """\
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 200, title: Leads handed over}
  speed: {owed_by: sales, every: month, share: {met: [respond]}, at_least: 95%}
"""
)


def promising(database: Database) -> None:
    app = Engine(database, now=lambda: FRIDAY)
    app.activate(PROMISED, at=FOUNDED)
    app.add_person(ANNA, "sales", team="nordics", at=FOUNDED)
    app.add_person(NORA, "marketing", at=FOUNDED)
    new_lead(app)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(promising), now=present)


@pytest.fixture
def client(app: Engine) -> Iterator[TestClient]:
    with TestClient(made(Site(app, REACH, KEYS)), base_url="https://sla.example.com") as asked:
        yield asked


def test_each_party_sees_its_own_promises_per_period_as_they_were_counted(
    app: Engine, client: TestClient, present: Present
) -> None:
    present.at = MONDAY
    enter(app, client, NORA)
    assert "It is being counted" in words(client.get("/queue"))
    list(Counter(app, COUNTS).round())
    said = words(client.get("/queue"))
    assert "Leads handed over, 2026-03 1 owed at least 200" in said
    assert "As of Mon 9 Mar 09:00" in said
    assert "Speed" not in said
    enter(app, client, ANNA)
    said = words(client.get("/queue?whose=party"))
    assert "Speed, 2026-03" in said
    assert "Leads handed over" not in said


def test_the_party_that_hands_over_sees_what_came_back_and_what_is_close(
    app: Engine, client: TestClient, present: Present
) -> None:
    given = {"reason": "not_ready", "feedback": "<b>wants</b> to wait until June"}
    app.fire(1, "return", ANNA, given, at=FRIDAY)
    lead = app.add({"email": "close@example.com"}, "marketing", at=FRIDAY)["id"]
    app.record(lead, "call", ANNA, at=FRIDAY)
    enter(app, client, NORA)
    back = client.get("/queue?whose=back")
    said = words(back)
    for part in ("Came back", "kim@example.com", "Why not ready", "Feedback <b>wants</b> to wait until June"):
        assert part in said, part
    assert "<b>" not in back.text
    said = words(client.get("/queue?whose=close"))
    assert "close@example.com" in said
    assert "the score is 0" in said
    enter(app, client, ANNA)
    said = words(client.get("/queue?whose=back"))
    assert "Came back" not in said
    assert "Mine" in said


@on_one_database
def test_nobody_reads_more_than_they_are_shown(app: Engine, client: TestClient) -> None:
    enter(app, client, NORA)
    assert "Nothing came back lately" in words(client.get("/queue?whose=back"))
    assert "No lead that you hold was touched lately" in words(client.get("/queue?whose=close"))
