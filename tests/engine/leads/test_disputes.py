"""Disputes and rulings on every kind of database: told, replayed, erased, shown, and counted."""

from __future__ import annotations

import pytest
from support.agreement import changed
from support.office import AGREEMENT, DAY, FRIDAY, HOUR, MONDAY

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.engine.leads.reasons import ReasonUnusable
from slaflow.report.sla import sla
from slaflow.store.log.filter import LogFilter

RULE = """targets:
  rule:
    owed_by: marketing
    start: {dispute: respond}
    while: [mql, accepted, returned]
    meet: {ruling: respond}
    within: 2d
    calendar: office
"""
TERMS = changed(AGREEMENT, ("targets:\n", RULE))
LATER = MONDAY + 9 * DAY
WHY = "it reached us after hours"


def broken(app: Engine) -> int:
    """In the hands of sales since Friday, and not answered when it was due on Monday."""
    app.activate(TERMS, at=FRIDAY)
    lead = app.add({"email": "kim@example.com", "company": "Nordic Kitchens"}, "marketing", at=FRIDAY)["id"]
    app.record(lead, "demo", "lead", at=FRIDAY + HOUR)
    app.tick(MONDAY + 3 * HOUR)
    return int(lead)


def clocks(app: Engine, lead: int) -> dict[str, dict[str, object]]:
    return {clock["target"]: clock for clock in app.show(lead, at=LATER)["clocks"]}


def test_a_dispute_that_is_turned_down_is_shown_counted_and_replayed(app: Engine) -> None:
    lead = broken(app)
    app.dispute(lead, "respond", WHY, "sales", at=MONDAY + 4 * HOUR)
    app.uphold(lead, "respond", "it did not", "marketing", at=MONDAY + 5 * HOUR)
    respond, rule = clocks(app, lead)["respond"], clocks(app, lead)["rule"]
    assert (respond["disputed"], respond["upheld"], respond["lifted"]) == (True, True, False)
    assert "disputed" not in rule
    assert rule["status"] == "met"
    assert app.verify().ok
    assert app.replay().ok


def test_a_promise_that_was_made_good_meanwhile_is_disputed_and_ruled_on_all_the_same(app: Engine) -> None:
    lead = broken(app)
    app.fire(lead, "accept", "sales", at=MONDAY + 4 * HOUR)
    app.dispute(lead, "respond", WHY, "sales", at=MONDAY + 5 * HOUR)
    app.uphold(lead, "respond", "it did not", "marketing", at=MONDAY + 6 * HOUR)
    assert clocks(app, lead)["respond"]["upheld"]
    assert app.replay().ok


@pytest.mark.parametrize("by", [None, "owner", "month"])
def test_the_report_counts_what_the_entries_say(app: Engine, by: str | None) -> None:
    lead = broken(app)
    assert "disputed" not in sla(app, at=LATER)["targets"]["respond"]
    app.dispute(lead, "respond", WHY, "sales", at=MONDAY + 4 * HOUR)
    app.lift(lead, "respond", "it did", "marketing", at=MONDAY + 5 * HOUR)
    said = [entry.kind for entry in app.log(LogFilter(target="respond"))]
    told = sla(app, FRIDAY, LATER, by=by, at=LATER)
    respond = told["targets"]["respond"]
    assert respond["disputed"] == said.count("disputed") == 1
    assert (respond["upheld"], respond["lifted"]) == (said.count("upheld"), 1)
    for group in told.get("groups", {}).values():
        assert sum(target["disputed"] for target in group["targets"].values()) in (0, 1)
    assert "disputed" not in sla(app, MONDAY + DAY, LATER, at=LATER)["targets"].get("respond", {})
    assert "disputed" not in sla(app, at=MONDAY + 3 * HOUR)["targets"]["respond"]


def test_it_counts_on_when_the_lead_is_erased(app: Engine) -> None:
    lead = broken(app)
    app.dispute(lead, "respond", WHY, "sales", at=MONDAY + 4 * HOUR)
    app.erase(lead, "asked us to", "marketing", at=MONDAY + 5 * HOUR)
    assert sla(app, at=LATER)["targets"]["respond"]["disputed"] == 1
    assert app.verify().ok


def test_a_refused_dispute_is_logged_and_replays(app: Engine) -> None:
    lead = broken(app)
    for said in (app.dispute, app.uphold):
        with pytest.raises(Refused):
            said(lead, "rule", WHY, "sales", at=MONDAY + 4 * HOUR)
    assert [entry.kind for entry in app.log(LogFilter(lead=lead))][-2:] == ["refused", "refused"]
    assert app.replay().ok


def test_its_reason_may_not_hold_what_is_to_be_forgotten(app: Engine) -> None:
    lead = broken(app)
    with pytest.raises(ReasonUnusable):
        app.dispute(lead, "respond", "Nordic Kitchens was slow", "sales", at=MONDAY + 4 * HOUR)
