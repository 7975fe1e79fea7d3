"""What can happen to a clock. Office hours are 9 to 17 in Stockholm, which is UTC+1 in early March."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.builders import a_clock, utc

from slaflow.clock import rules
from slaflow.clock.state import Clock
from slaflow.hours import Calendar
from slaflow.workflow.expressions.cel import Scope
from slaflow.workflow.model.clocks import Case, Days, OpenTime, Pause, Step, Target, UntilField

OFFICE = Calendar.parse({"hours": {"mon-fri": ["09:00-17:00"]}}, timezone="Europe/Stockholm")
ALWAYS = Calendar.always("Europe/Stockholm")
HOUR = timedelta(hours=1)
FOUR_HOURS = OpenTime(4 * HOUR, "4h")
ON_HOLD = Scope({"lead.on_hold": "bool"}).compile("lead.on_hold", "bool")
WHEN = Scope({"lead.when": "timestamp"}).compile("lead.when", "timestamp")
STEPS = (
    Step("50%", "percent", percent=50),
    Step("100%", "percent", percent=100),
    Step("+1h", "after", offset=HOUR),
)
START = utc("2026-03-02T08:00")


def target(at_most: OpenTime | Days | None = None) -> Target:
    pause = Pause(ON_HOLD, at_most)
    return Target(0, "respond", "sales", (), (Case(None, FOUR_HOURS),), "office", pause=pause, steps=STEPS)


def until(*, is_date: bool, before: OpenTime | Days | None = None) -> UntilField:
    return UntilField("when", WHEN, is_date, before, "until lead.when")


def running() -> Clock:
    """Four hours from Monday 9:00 in Stockholm on: half of it at 11:00, due at 13:00."""
    clock = a_clock(started_at=START, base_at=START, due_at=START + 4 * HOUR, calendar="office")
    rules.refresh(clock, target(), OFFICE)
    return clock


def paused(at: str = "2026-03-02T09:00", at_most: OpenTime | Days | None = None) -> Clock:
    clock = running()
    rules.pause(clock, target(at_most), OFFICE, utc(at))
    return clock


def test_a_running_clock_wakes_for_its_next_step() -> None:
    assert running().wake_at == utc("2026-03-02T10:00")


def test_pausing_stops_its_time_and_keeps_its_due_as_it_stood() -> None:
    clock = paused()
    assert (clock.status, clock.left, clock.due_at) == ("paused", 3 * HOUR, utc("2026-03-02T12:00"))
    assert (clock.wake_at, clock.budget) == (None, None)


def test_resuming_gives_the_time_it_had_left() -> None:
    clock = paused()
    rules.resume(clock, target(), OFFICE, utc("2026-03-02T15:00"))
    assert (clock.status, clock.due_at) == ("running", utc("2026-03-03T10:00"))
    assert clock.wake_at == utc("2026-03-02T16:00")


def test_a_pause_over_a_closed_night_moves_nothing() -> None:
    """Two hours are left at closing time on Monday; on hold from six to seven next morning."""
    clock = running()
    clock.started_at = clock.base_at = utc("2026-03-02T14:00")
    clock.due_at = utc("2026-03-03T10:00")
    rules.pause(clock, target(), OFFICE, utc("2026-03-02T17:00"))
    rules.resume(clock, target(), OFFICE, utc("2026-03-03T06:00"))
    assert (clock.left, clock.due_at) == (2 * HOUR, utc("2026-03-03T10:00"))


def test_the_budget_is_one_for_the_clocks_life() -> None:
    terms = OpenTime(2 * HOUR, "2h")
    clock = paused("2026-03-02T08:30", terms)
    assert clock.wake_at == utc("2026-03-02T10:30")
    rules.resume(clock, target(terms), OFFICE, utc("2026-03-02T10:00"))
    assert clock.budget == timedelta(minutes=30)
    rules.pause(clock, target(terms), OFFICE, utc("2026-03-02T11:00"))
    assert clock.wake_at == utc("2026-03-02T11:30")


def test_a_budget_used_up_resumes_the_clock_for_good() -> None:
    terms = OpenTime(2 * HOUR, "2h")
    clock = paused("2026-03-02T09:00", terms)
    rules.exhaust(clock, target(terms), OFFICE, utc("2026-03-02T11:00"))
    assert (clock.status, clock.budget, clock.due_at) == ("running", timedelta(0), utc("2026-03-02T14:00"))
    assert not rules.may_pause(clock)


def test_only_a_running_unbroken_clock_pauses() -> None:
    assert rules.may_pause(running())
    assert not rules.may_pause(paused())
    broken, ended = running(), running()
    rules.break_promise(broken)
    rules.cancel(ended, utc("2026-03-02T09:00"))
    assert not rules.may_pause(broken)
    assert not rules.may_pause(ended)


def test_a_moved_due_takes_the_steps_not_yet_carried_out_along() -> None:
    """Moved at 10:00 to Tuesday 13:00: an hour is used, eleven are left; half of twelve is at 15:00."""
    clock = running()
    rules.move_due(clock, target(), OFFICE, utc("2026-03-02T09:00"), utc("2026-03-03T12:00"))
    assert (clock.allowance, clock.left) == (12 * HOUR, 11 * HOUR)
    assert (clock.due_at, clock.wake_at) == (utc("2026-03-03T12:00"), utc("2026-03-02T14:00"))


def test_a_due_moved_into_the_past_is_due_a_minute_after_the_move() -> None:
    clock = running()
    rules.move_due(clock, target(), OFFICE, utc("2026-03-02T09:00:00.500"), utc("2026-03-01"))
    assert clock.due_at == utc("2026-03-02T09:01:00")


def test_met_in_time_met_late_and_cancelled_close_it() -> None:
    in_time, late, left = running(), running(), running()
    rules.meet(in_time, utc("2026-03-02T09:00"))
    rules.break_promise(late)
    rules.meet(late, utc("2026-03-02T13:00"))
    rules.cancel(left, utc("2026-03-02T09:00"))
    assert [c.status for c in (in_time, late, left)] == ["met", "met_late", "cancelled"]
    assert [c.breached_at for c in (in_time, late, left)] == [None, utc("2026-03-02T12:00"), None]
    assert {c.wake_at for c in (in_time, late, left)} == {None}


def test_a_broken_clock_that_ends_unfulfilled_stays_breached() -> None:
    clock = running()
    rules.break_promise(clock)
    rules.cancel(clock, utc("2026-03-02T15:00"))
    assert (clock.status, clock.ended_at) == ("breached", utc("2026-03-02T15:00"))


def test_a_broken_clock_wakes_for_what_comes_after_due() -> None:
    clock = running()
    rules.break_promise(clock)
    rules.refresh(clock, target(), OFFICE)
    assert clock.wake_at == utc("2026-03-02T13:00")


def test_a_timer_that_did_its_work_has_fired() -> None:
    clock = running()
    rules.fire_timer(clock, utc("2026-03-02T12:00"))
    assert (clock.status, clock.is_open) == ("fired", False)


@pytest.mark.parametrize(
    ("calendar", "allowance", "value", "due"),
    [
        (OFFICE, until(is_date=True), "2026-03-05", "2026-03-05T16:00"),
        (OFFICE, until(is_date=True), "2026-03-07", "2026-03-09T16:00"),
        (ALWAYS, until(is_date=True), "2026-03-07", "2026-03-07T23:00"),
        (ALWAYS, until(is_date=True), "2026-03-29", "2026-03-29T22:00"),
        (OFFICE, until(is_date=True, before=Days(1, "1d")), "2026-03-07", "2026-03-06T16:00"),
        (OFFICE, until(is_date=True, before=OpenTime(20 * HOUR, "20h")), "2026-03-06", "2026-03-05T20:00"),
        (OFFICE, until(is_date=False), "2026-03-07T11:00:00.750Z", "2026-03-07T11:00"),
        (
            OFFICE,
            until(is_date=False, before=OpenTime(2 * HOUR, "2h")),
            "2026-03-07T11:00:00Z",
            "2026-03-07T09:00",
        ),
        (OFFICE, until(is_date=False, before=Days(3, "3d")), "2026-03-30T10:00:00Z", "2026-03-27T11:00"),
    ],
)
def test_until_names_the_close_of_a_day_or_an_instant(
    calendar: Calendar, allowance: UntilField, value: str, due: str
) -> None:
    """Three local days before 12:00 on the Monday after clocks are turned is 12:00 on Friday."""
    assert rules.until_instant(allowance, calendar, value) == utc(due)


@pytest.mark.parametrize("value", ["2026-03-02T08:00:00Z", "2026-02-01T08:00:00Z"])
def test_an_instant_not_after_the_start_gives_due_one_minute_after_it(value: str) -> None:
    due, left = rules.due_at_start(until(is_date=False), OFFICE, START, value)
    assert (due, left) == (utc("2026-03-02T08:01"), timedelta(minutes=1))


def test_the_allowance_of_an_until_is_the_open_time_to_it() -> None:
    due, left = rules.due_at_start(until(is_date=False), OFFICE, START, "2026-03-07T11:00:00Z")
    assert (due, left) == (utc("2026-03-07T11:00"), 40 * HOUR)
