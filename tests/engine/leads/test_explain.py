"""Explaining a due instant: the spans from start to due add up to what was promised."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from support.office import (
    AGREEMENT,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    a_history,
    handed_over,
    on_one_database,
    one_by_one,
)

from slaflow.engine.app import Engine

pytestmark = on_one_database
CLOSED = "closed: outside the hours"


def spans(told: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    return [(span["from"][5:16], span["to"][5:16], span["seconds"], span["what"]) for span in told["spans"]]


def counted(told: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(begins, ends, seconds) for begins, ends, seconds, _ in spans(told) if seconds]


def test_four_hours_over_a_weekend_are_shown_span_by_span(app: Engine) -> None:
    told = app.explain(handed_over(app), "respond", at=MONDAY)
    assert counted(told) == [
        ("03-06T13:30", "03-06T16:00", 9000),
        ("03-09T08:00", "03-09T09:30", 5400),
    ]
    assert told["due_at"] == "2026-03-09T09:30:00Z"
    assert (told["within"], told["calendar"], told["open_seconds"]) == ("4h", "office", 14400)
    assert told["left_seconds"] == 5400
    assert told["plain"][0] == "respond: sales owes 4h on the calendar office, counted in Europe/Stockholm"
    assert told["plain"][1] == "started Fri 2026-03-06 14:30"
    assert told["plain"][-1] == "due Mon 2026-03-09 10:30"


def test_a_holiday_is_named(app: Engine) -> None:
    maundy_thursday = FRIDAY + 27 * DAY
    told = app.explain(handed_over(app, at=maundy_thursday), "respond", at=maundy_thursday)
    assert any("holiday" in what and seconds == 0 for _, _, seconds, what in spans(told))
    assert sum(seconds for *_, seconds, _ in spans(told)) == 14400


def test_a_pause_counts_nothing_and_is_shown(app: Engine) -> None:
    lead = handed_over(app, at=MONDAY)
    app.change(lead, {"on_hold": True}, "sales", at=MONDAY + HOUR)
    paused = app.explain(lead, "respond", at=MONDAY + 2 * HOUR)
    assert spans(paused) == [("03-09T08:00", "03-09T09:00", 3600, paused["spans"][0]["what"])]
    assert paused["left_seconds"] == 3 * 3600
    app.change(lead, {"on_hold": False}, "sales", at=MONDAY + 3 * HOUR)
    told = app.explain(lead, "respond", at=MONDAY + 3 * HOUR)
    assert [(a, b, s) for a, b, s, _ in spans(told)] == [
        ("03-09T08:00", "03-09T09:00", 3600),
        ("03-09T09:00", "03-09T11:00", 0),
        ("03-09T11:00", "03-09T14:00", 10800),
    ]
    assert spans(told)[1][3] == "paused"


def test_resumed_and_paused_again_at_one_instant_is_paused(app: Engine) -> None:
    lead = handed_over(app, at=MONDAY)
    app.change(lead, {"on_hold": True}, "sales", at=MONDAY + HOUR)
    for value in (False, True):
        app.change(lead, {"on_hold": value}, "sales", at=MONDAY + 2 * HOUR)
    app.change(lead, {"on_hold": False}, "sales", at=MONDAY + 4 * HOUR)
    told = app.explain(lead, "respond", at=MONDAY + 4 * HOUR)
    assert counted(told) == [("03-09T08:00", "03-09T09:00", 3600), ("03-09T12:00", "03-09T15:00", 10800)]


def test_a_pause_that_ran_out_is_seen_before_a_tick_says_so(app: Engine) -> None:
    """``at_most: 1d``: until the close of the next open day."""
    lead = handed_over(app, at=MONDAY)
    app.change(lead, {"on_hold": True}, "sales", at=MONDAY + HOUR)
    later = MONDAY + 2 * DAY
    told = app.explain(lead, "respond", at=later)
    assert told["due_at"] == "2026-03-11T11:00:00Z"
    assert sum(seconds for *_, seconds, _ in spans(told)) == 14400
    app.tick(later)
    assert app.explain(lead, "respond", at=later) == told


@pytest.mark.parametrize("seed", [51, 52])
def test_the_spans_of_every_clock_are_without_gaps_and_add_up(app: Engine, seed: int) -> None:
    """From start to due, whatever pauses and moves there were; a paused clock's up to the pause."""
    one_by_one(app, a_history(app.active(), seed, leads=4, events=50), FRIDAY + 40 * DAY)
    explained = 0
    for lead in app.leads(at=FRIDAY + 30 * DAY):
        for target in {clock["target"] for clock in lead["clocks"]}:
            told = app.explain(lead["id"], target, at=FRIDAY + 30 * DAY)
            assert all(one["to"] == two["from"] for one, two in pairwise(told["spans"]))
            assert told["spans"][0]["from"] == told["started_at"]
            total = sum(span["seconds"] for span in told["spans"])
            clock = [c for c in lead["clocks"] if c["target"] == target][-1]
            if clock["paused_at"] is None and clock["ended_at"] is None:
                assert told["spans"][-1]["to"] == told["due_at"]
                assert total == told["open_seconds"]
                explained += 1
    assert explained > 1


def test_without_a_name_every_open_clock_and_trigger_is_told(app: Engine) -> None:
    told = app.explain(handed_over(app), at=MONDAY)
    assert [clock["target"] for clock in told["clocks"]] == ["respond", "first_contact"]
    assert {row["trigger"]: row["allowed"] for row in told["available"]} == {
        "accept": True, "return": True, "escalate_return": True,
    }  # fmt: skip


def test_a_trigger_is_explained_clause_by_clause(app: Engine) -> None:
    lead = handed_over(app)
    told = app.explain(lead, "win", at=MONDAY)
    assert (told["allowed"], told["because"]) == (False, ["win does not lead from mql"])
    app.fire(lead, "accept", "sales", at=FRIDAY)
    told = app.explain(lead, "win", at=FRIDAY)
    assert (told["trigger"], told["state"], told["allowed"]) == ("win", "accepted", False)
    assert len(told["because"]) == 1
    assert "check.value" in told["because"][0]
    app.answer(lead, "value", "sales", {"expected_value": "10000"}, at=FRIDAY)
    assert app.explain(lead, "win", at=FRIDAY)["allowed"] is True


def test_a_target_that_never_started_says_so(app: Engine) -> None:
    told = app.explain(handed_over(app), "callback", at=FRIDAY)
    assert (told["spans"], told["due_at"], told["plain"]) == (
        [], None, ["no clock of callback has started for this lead"],
    )  # fmt: skip


def test_a_case_names_its_condition(app: Engine) -> None:
    lead = handed_over(app, at=FRIDAY - timedelta(days=1))
    told = app.explain(lead, "respond", at=FRIDAY)
    assert (told["case"], told["when"]) == (0, None)
    assert told["late_seconds"] is not None


def test_each_stretch_is_counted_by_the_terms_that_ruled_then(app: Engine) -> None:
    """Two hours are used by the move, half an hour of them on hold; what is left runs in the new hours."""
    lead = handed_over(app, at=MONDAY)
    for value, at in ((True, MONDAY + HOUR / 2), (False, MONDAY + HOUR)):
        app.change(lead, {"on_hold": value}, "sales", at=at)
    half = AGREEMENT.replace("holidays: [SE]}", "holidays: [SE]}\n  half: {hours: {mon-fri: [09:00-12:00]}}")
    moved = half.replace("  respond:\n", "  answer:\n").replace(
        "within: 4h\n    calendar: office", "within: 4h\n    calendar: half"
    )
    app.activate(moved, at=MONDAY + 2 * HOUR)
    app.migrate("office-deal", {}, {"respond": "answer"}, at=MONDAY + 2 * HOUR)
    before = [
        ("03-09T08:00", "03-09T08:30", 1800),
        ("03-09T08:30", "03-09T09:00", 0),
        ("03-09T09:00", "03-09T10:00", 3600),
    ]
    told = app.explain(lead, "answer", at=MONDAY + 2 * HOUR)
    assert [each[:3] for each in spans(told)] == [
        *before,
        ("03-09T10:00", "03-09T11:00", 3600),
        ("03-09T11:00", "03-10T08:00", 0),
        ("03-10T08:00", "03-10T09:30", 5400),
    ]
    assert told["due_at"] == "2026-03-10T09:30:00Z"
    was = "until Mon 2026-03-09 11:00 it was respond: 4h on the calendar office, paused while lead.on_hold"
    assert told["plain"][2] == f"{was} for at most 1d"
    assert told["before"][0] | {"digest": ""} == {
        "until": "2026-03-09T10:00:00Z", "target": "respond", "digest": "", "within": "4h",
        "calendar": "office", "pause": {"when": "lead.on_hold", "at_most": "1d"},
    }  # fmt: skip
    assert app.explain(lead, "respond", at=MONDAY + 2 * HOUR) == told
    asked_before = app.explain(lead, "respond", at=MONDAY + HOUR)
    assert asked_before["target"] == "respond"
    assert "before" not in asked_before


def test_a_move_to_other_terms_disputes_nothing(app: Engine) -> None:
    lead = handed_over(app, at=MONDAY)
    half = AGREEMENT.replace("holidays: [SE]}", "holidays: [SE]}\n  half: {hours: {mon-fri: [09:00-12:00]}}")
    app.activate(half.replace("4h\n    calendar: office", "1h\n    calendar: half"), at=MONDAY + HOUR)
    app.migrate("office-deal", at=MONDAY + HOUR)
    assert not any("disputed" in line for line in app.explain(lead, "respond", at=MONDAY + HOUR)["plain"])
