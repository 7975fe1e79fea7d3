"""Overrides on every kind of database: told, replayed, erased, and counted beside what they flatter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.agreement import changed
from support.office import AGREEMENT, DAY, FRIDAY, HOUR

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.engine.leads.reasons import ReasonUnusable
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.returns import returns
from slaflow.report.review import page, record
from slaflow.store.log.filter import LogFilter

TERMS = changed(
    AGREEMENT,
    ('when: "lead.score >= 50"}', 'when: "lead.score >= 50", override: {by: {marketing: manager}}}'),
)
WHY = "the board wants it"
PROMOTED = {"trigger": "promote", "from": "nurturing", "to": "mql", "by": "marketing", "moves": 1}
LATER = FRIDAY + 10 * DAY


def overridden(app: Engine) -> int:
    """A lead without a score that marketing handed over all the same."""
    app.activate(TERMS, at=FRIDAY)
    lead = app.add({"email": "kim@example.com", "company": "Nordic Kitchens"}, "marketing", at=FRIDAY)["id"]
    app.fire(lead, "promote", "marketing", override=WHY, at=FRIDAY + HOUR)
    return int(lead)


def test_reports_count_it_beside_the_moves_and_the_review_gives_the_reason(app: Engine) -> None:
    lead = overridden(app)
    app.tick(LATER)
    for report in (funnel, handoffs, returns):
        assert report(app, at=LATER)["overridden"] == [PROMOTED]
        assert "overridden" not in report(app, FRIDAY + DAY, LATER, at=LATER)
    figures = record(app, FRIDAY - DAY, LATER, LATER)
    (told,) = figures["overrides"]
    assert (told["lead"], told["reason"], told["by"]) == (lead, WHY, "marketing")
    assert WHY in page(figures)
    assert app.replay().ok


def test_it_still_counts_when_the_lead_is_erased(app: Engine) -> None:
    lead = overridden(app)
    app.erase(lead, "asked us to", "marketing", at=LATER)
    assert funnel(app, at=LATER + HOUR)["overridden"] == [PROMOTED]
    assert app.verify().ok


@pytest.mark.parametrize("why", [" ", "x" * 501, "for Nordic Kitchens"])
def test_a_reason_that_may_not_stay_is_refused_and_nothing_is_stored(app: Engine, why: str) -> None:
    app.activate(TERMS, at=FRIDAY)
    lead = app.add({"email": "kim@example.com", "company": "Nordic Kitchens"}, "marketing", at=FRIDAY)["id"]
    before = [entry.id for entry in app.log(LogFilter())]
    with pytest.raises(ReasonUnusable):
        app.fire(lead, "promote", "marketing", override=why, at=FRIDAY + HOUR)
    assert [entry.id for entry in app.log(LogFilter())] == before


def test_who_lacks_the_role_is_refused_and_the_log_replays(app: Engine) -> None:
    app.activate(TERMS, at=FRIDAY)
    app.add_person("max@example.com", "marketing", role="manager", at=FRIDAY)
    lead = app.add({"email": "kim@example.com"}, "marketing", at=FRIDAY)["id"]
    with pytest.raises(Refused, match=r"promote is overridden by marketing \(manager\)"):
        app.fire(lead, "promote", "marketing", override=WHY, at=FRIDAY + HOUR)
    app.fire(lead, "promote", "max@example.com", override=WHY, at=FRIDAY + timedelta(hours=2))
    assert app.replay().ok
