"""What a lead's page puts forward: what goes on with the lead, not what gives it up, or back."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from support.office import ANNA, FOUNDED, FRIDAY, MONDAY, Present, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk.form import form
from slaflow.lifecycle.lead import Actor

SALES = Actor(ANNA, "sales")
SHIPPED = Path(__file__).parents[3] / "workflows" / "b2b-standard.yaml"


def spoken_with(app: Engine) -> int:
    app.activate(SHIPPED.read_text("utf-8"), at=FOUNDED)
    given = {"email": "kim@example.com", "employees": 120, "country": "SE"}
    lead: int = app.add(given, "marketing", at=FRIDAY, workflow="b2b-standard")["id"]
    app.record(lead, "demo_request", "lead", at=FRIDAY)
    app.fire(lead, "accept", ANNA, at=FRIDAY)
    app.record(lead, "talk", ANNA, at=FRIDAY)
    return lead


def main_of(app: Engine, lead: int) -> tuple[str, str] | None:
    main = lead_desk.show(app, lead, SALES).main
    return None if main is None else (main.kind, main.name)


def qualified(app: Engine, lead: int, at: datetime = FRIDAY) -> None:
    for check, evidence in (
        ("value", {"expected_value": 20000}),
        ("profit", {"expected_return": 9, "investment": 1}),
        ("compete", {"competitors": 1, "win_probability": "0.5"}),
    ):
        app.answer(lead, check, ANNA, evidence, at=at)
    app.fire(lead, "qualify", ANNA, at=at)


@on_one_database
def test_what_goes_on_with_a_lead_is_put_forward(app: Engine, present: Present) -> None:
    present.at = MONDAY
    lead = spoken_with(app)
    assert main_of(app, lead) == ("record", "case_study"), "losing it would keep the promise too"
    qualified(app, lead)
    assert main_of(app, lead) == ("fire", "win"), "giving it back would keep the promise too"


@on_one_database
def test_time_that_never_stands_still_is_told_in_days_everywhere(app: Engine, present: Present) -> None:
    present.at = FRIDAY + timedelta(microseconds=400)
    lead = spoken_with(app)
    qualified(app, lead, present.at)
    present.at = MONDAY
    (bar,) = lead_desk.show(app, lead, SALES).bars
    assert bar.is_always
    assert bar.allowance_seconds == 90 * 86_400, "also where it began within a second"
    shown = form(app, lead, SALES, "fire", "win")
    assert shown is not None
    said = [each for each in shown.consequences if "It keeps" in each]
    assert [" 87 d 5 h before" in each for each in said] == [True], said
    app.fire(lead, "win", ANNA, {"amount": "46500"}, at=MONDAY)
    told = lead_desk.show(app, lead, SALES).timeline.events[0]
    assert any("with 87 d 5 h left" in each.sentence for each in told.consequences)
