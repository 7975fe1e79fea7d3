"""Returns that are disputed, on every kind of database: told, owed an answer, replayed, erased, counted."""

from __future__ import annotations

import pytest
from support.agreement import changed
from support.office import AGREEMENT, FRIDAY, HOUR, MIA, MONDAY

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.errors import UnknownName
from slaflow.report.returns import returns
from slaflow.store.log.filter import LogFilter

RULE = """targets:
  explain:
    owed_by: sales
    start: {dispute: {return}}
    while: [mql, accepted, returned]
    meet: {ruling: {return: return_reason}}
    within: 2d
    calendar: office
"""
WHY = "they do fit"


def given_back(app: Engine) -> int:
    """A lead that sales gave back on Monday."""
    app.activate(changed(AGREEMENT, ("targets:\n", RULE)), at=FRIDAY)
    lead = app.add({"email": "kim@example.com", "company": "Nordic Kitchens"}, "marketing", at=FRIDAY)["id"]
    app.record(lead, "demo", "lead", at=FRIDAY + HOUR)
    app.fire(lead, "return", "sales", {"return_reason": "no_fit"}, at=MONDAY)
    return int(lead)


@pytest.mark.parametrize(("verb", "kind"), [("lift", "granted"), ("uphold", "upheld")])
def test_the_answer_is_owed_and_counted(app: Engine, verb: str, kind: str) -> None:
    lead = given_back(app)
    assert "disputed" not in returns(app, at=MONDAY)
    app.contest(lead, "dispute", "return_reason", WHY, "marketing", at=MONDAY + HOUR)
    explain = next(c for c in app.show(lead, at=MONDAY + HOUR)["clocks"] if c["target"] == "explain")
    assert (explain["status"], explain["owed_by"]) == ("running", "sales")
    app.contest(lead, verb, "return_reason", "so it is", MIA, at=MONDAY + 2 * HOUR)  # type: ignore[arg-type]
    explain = next(c for c in app.show(lead, at=MONDAY + 3 * HOUR)["clocks"] if c["target"] == "explain")
    assert explain["status"] == "met"
    told = returns(app, at=MONDAY + 3 * HOUR)
    assert (told["disputed"], told[kind], told["granted"] + told["upheld"]) == (1, 1, 1)
    assert app.verify().ok
    assert app.replay().ok
    app.erase(lead, "asked us to", "marketing", at=MONDAY + 4 * HOUR)
    assert returns(app, at=MONDAY + 5 * HOUR)["disputed"] == 1
    assert app.verify().ok


def test_what_may_not_be_said_is_refused_on_the_record_and_replays(app: Engine) -> None:
    lead = given_back(app)
    said = [
        ("dispute", "sales", "it went back to marketing, who alone disputes that, not sales"),
        ("uphold", MIA, "nobody disputes that sales gave it back"),
        ("uphold", "sales", "a manager of another party than the lead went back to or an admin upholds"),
        ("lift", "marketing", "it went back to marketing, who does not rule on its own disputes"),
    ]
    for verb, party, words in said:
        with pytest.raises(Refused, match=words):
            app.contest(lead, verb, "return_reason", WHY, party, at=MONDAY + HOUR)  # type: ignore[arg-type]
    app.contest(lead, "dispute", "return_reason", WHY, "marketing", at=MONDAY + HOUR)
    with pytest.raises(Refused, match="it is disputed already"):
        app.contest(lead, "dispute", "return_reason", WHY, "marketing", at=MONDAY + HOUR)
    with pytest.raises(UnknownName, match='unknown reason of a return "retrun_reason"; did you mean'):
        app.contest(lead, "dispute", "retrun_reason", WHY, "marketing", at=MONDAY + HOUR)
    refused = [entry for entry in app.log(LogFilter(lead=lead)) if entry.kind == "refused"]
    assert len(refused) == len(said) + 1
    assert app.replay().ok


def test_a_return_made_anew_is_disputed_anew(app: Engine) -> None:
    lead = given_back(app)
    app.contest(lead, "dispute", "return_reason", WHY, "marketing", at=MONDAY + HOUR)
    app.fire(lead, "recycle", "marketing", at=MONDAY + 2 * HOUR)
    app.record(lead, "demo", "lead", at=MONDAY + 3 * HOUR)
    app.fire(lead, "return", "sales", {"return_reason": "not_ready"}, at=MONDAY + 4 * HOUR)
    app.contest(lead, "dispute", "return_reason", WHY, "marketing", at=MONDAY + 5 * HOUR)
    assert returns(app, at=MONDAY + 6 * HOUR)["disputed"] == 2
    assert app.replay().ok
