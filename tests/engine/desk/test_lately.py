"""What came back, why, and what is close to being handed over, as the party sees it that hands over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.clicked import founded, new_lead
from support.office import ANNA, BO, FRIDAY, HOUR, MONDAY, NORA, Present
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.desk import lately
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database

SALES, MARKETING = Actor(ANNA, "sales"), Actor(NORA, "marketing")
FEEDBACK = {"reason": "not_ready", "feedback": "wants to wait until June"}


@pytest.fixture
def present() -> Present:
    return Present(FRIDAY)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(founded), now=present)


def test_what_came_back_is_told_newest_first_with_reason_and_feedback(app: Engine, present: Present) -> None:
    second, third, fourth = (new_lead(app, name) for name in ("second", "third", "fourth"))
    app.fire(1, "return", ANNA, FEEDBACK, at=FRIDAY + HOUR)
    app.fire(second, "escalate_return", "system", at=FRIDAY + HOUR)
    app.fire(third, "return", ANNA, FEEDBACK, at=FRIDAY)
    app.fire(third, "recycle", NORA, at=FRIDAY + HOUR)
    app.record(third, "demo", "lead", at=FRIDAY + HOUR)
    present.at = MONDAY
    found = lately.came_back(app, MARKETING).back
    assert [each.row.lead_id for each in found] == [second, 1], "the third was handed over again"
    told = found[1].event
    assert told is not None
    assert (told.sentence, told.by) == ("return: from “Marketing-qualified lead” to returned", "Anna Berg")
    assert dict(told.said) == {"Why": "not ready", "feedback": "wants to wait until June"}
    assert found[0].event is not None
    assert found[0].event.sentence == "escalate return: from “Marketing-qualified lead” to returned"
    assert lately.came_back(app, SALES).back == ()
    assert fourth not in [each.row.lead_id for each in found]


def test_what_is_close_stands_by_its_score_with_what_it_lacks(app: Engine, present: Present) -> None:
    for number, name in enumerate(("low", "lower"), 1):
        lead = app.add({"email": f"{name}@example.com"}, "marketing", at=FRIDAY)["id"]
        app.record(lead, "call", BO, at=FRIDAY + number * HOUR)
    app.fire(1, "return", ANNA, FEEDBACK, at=FRIDAY)
    app.record(1, "call", BO, at=FRIDAY)
    found = lately.close(app, MARKETING).close
    # From where lead 1 is nothing hands it over: it is recycled first.
    assert {each.row.key for each in found} == {"low@example.com", "lower@example.com"}
    assert all(len(each.lacks) == 1 and "score" in each.lacks[0].words for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert lately.begins_with(app, MARKETING)
    assert not lately.begins_with(app, SALES)


def test_both_are_bounded(app: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "SHOWN", 2)
    for number in range(4):
        lead = new_lead(app, f"back{number}")
        app.fire(lead, "return", ANNA, FEEDBACK, at=FRIDAY)
    assert len(lately.came_back(app, MARKETING).back) == 2
    for number in range(4):
        lead = app.add({"email": f"close{number}@example.com"}, "marketing", at=FRIDAY)["id"]
        app.record(lead, "call", BO, at=FRIDAY)
    assert len(lately.close(app, MARKETING).close) == 2
