"""A lead's clocks along time, its handoffs, and its checks: what is drawn and told of each, and how much."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from support.office import ANNA, BO, DAY, FRIDAY, HOUR, MONDAY, NORA, Present, handed_over, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk.shown.strip import LANES, MARKS, Lane, Strip
from slaflow.lifecycle.lead import Actor
from slaflow.web.desk import strips

SALES, MARKETING = Actor(ANNA, "sales"), Actor(NORA, "marketing")
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def strip_of(app: Engine, lead: int) -> Strip:
    found = lead_desk.show(app, lead, SALES).strip
    assert found is not None
    return found


def lane_of(strip: Strip, target: str) -> Lane:
    return next(each for each in strip.lanes if each.target == target)


def test_closed_hours_are_cut_out_and_what_fell_is_marked(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    present.at = MONDAY + 2 * HOUR
    strip = strip_of(app, lead)
    assert strip.calendars == ("office",)
    assert strip.periods[0] == (FRIDAY, FRIDAY + 2.5 * HOUR)
    assert strip.periods[1][0] == MONDAY
    respond = lane_of(strip, "respond")
    assert [(each.kind, each.start, each.end) for each in respond.spans] == [
        ("ran", FRIDAY, MONDAY + 1.5 * HOUR), ("late", MONDAY + 1.5 * HOUR, present.at),
    ]  # fmt: skip
    assert [each.kind for each in respond.marks] == ["warned", "warned", "breached"]
    assert [each.kind for each in strip.lanes[0].marks] == ["touch", "handoff"]
    drawn = strips.drawn(strip, STOCKHOLM)
    axis = strips.Axis(strip)
    assert axis.place(FRIDAY + 10 * HOUR) == axis.place(MONDAY), "the weekend has no room"
    assert drawn.cuts
    assert float(drawn.now.rstrip("%")) == pytest.approx(100 * axis.place(present.at), abs=0.01)
    assert {row.words for row in strips.rows(strip)} >= {mark.words for mark in respond.marks}


def test_a_pause_is_drawn_from_its_start_to_its_end(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    for hours, held in ((0.5, True), (1, False), (1.5, True)):
        app.change(lead, {"on_hold": held}, ANNA, at=FRIDAY + hours * HOUR)
    present.at = FRIDAY + 2 * HOUR
    paused = [each for each in lane_of(strip_of(app, lead), "respond").spans if each.kind == "paused"]
    assert [(each.start - FRIDAY, each.end - FRIDAY) for each in paused] == [
        (0.5 * HOUR, 1 * HOUR), (1.5 * HOUR, 2 * HOUR),
    ]  # fmt: skip


@on_one_database
def test_a_year_of_history_is_drawn_bounded(app: Engine, present: Present) -> None:
    """A promise that starts anew every time it is kept, kept twice a week for a year."""
    lead = handed_over(app)
    app.fire(lead, "accept", ANNA, at=FRIDAY)
    for number in range(100):
        app.record(lead, "call", ANNA, at=FRIDAY + number * timedelta(days=3.5))
    present.at = FRIDAY + 351 * DAY
    strip = strip_of(app, lead)
    assert len(strip.lanes) <= LANES + 1
    assert strip.left_out > 80
    assert all(len(lane.marks) <= MARKS for lane in strip.lanes)
    drawn = strips.drawn(strip, STOCKHOLM)
    assert len(drawn.cuts) <= strips.CUTS
    assert len(drawn.labels) <= strips.LABELS + 1
    shares = [float(each.x.rstrip("%")) for lane in drawn.lanes for each in (*lane.pieces, *lane.points)]
    assert all(0 <= each <= 100 for each in shares)


def test_where_no_clock_ran_nothing_is_drawn(app: Engine) -> None:
    lead = handed_over(app)
    app.erase(lead, "asked for it", "system")
    page = lead_desk.show(app, lead, SALES)
    assert page.handoffs == ()
    assert "kim" not in repr(page.strip)


def test_a_handoff_tells_what_there_was_to_show_and_what_came_of_it(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    app.record(lead, "call", BO, {"outcome": "no answer"}, at=FRIDAY + HOUR)
    app.fire(lead, "accept", BO, at=FRIDAY + 2 * HOUR)
    app.fire(lead, "return", BO, {"return_reason": "not_ready"}, at=MONDAY)
    present.at = MONDAY + HOUR
    back, forth = lead_desk.show(app, lead, MARKETING).handoffs
    assert (forth.gave.party, forth.took.party) == ("marketing", "sales")
    assert (forth.score, forth.touches) == (60, (("demo", 1),))
    assert forth.outcome is not None
    assert (forth.outcome.what, forth.outcome.decision_seconds) == ("accepted", 2 * 3600)
    assert forth.outcome.came_back_at == MONDAY
    assert forth.back == (("return reason", "not ready"),)
    assert [each.kind for each in back.deeds] == ["dispute_return"]
    assert back.event.said == (("return reason", "not ready"),)
    assert [each.deeds for each in lead_desk.show(app, lead, SALES).handoffs] == [(), ()]


@on_one_database
def test_a_check_tells_which_of_its_conditions_the_answer_fails(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    (asked,) = lead_desk.show(app, lead, SALES).checks
    assert [each.is_met for each in asked.passes] == [None]
    for value, passed in (("9000", False), ("25000", True)):
        app.answer(lead, "value", ANNA, {"expected_value": value}, at=FRIDAY)
        (check,) = lead_desk.show(app, lead, SALES).checks
        assert (check.passed, [each.is_met for each in check.passes]) == (passed, [passed])
        assert check.answered_by == ANNA
