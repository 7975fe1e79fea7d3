"""When clocks are due and their steps fall.

Office hours are 9 to 17 in Stockholm, which is UTC+1 in early March.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.builders import a_clock, utc

from slaflow.clock.due import (
    due_after,
    due_with,
    next_step,
    open_budget,
    pause_end,
    pending_steps,
    step_instant,
    time_left,
    time_used,
    wake_instant,
)
from slaflow.clock.state import Clock
from slaflow.hours import Calendar
from slaflow.workflow.model.clocks import Case, Days, OpenTime, Step, Target

OFFICE = Calendar.parse({"hours": {"mon-fri": ["09:00-17:00"]}}, timezone="Europe/Stockholm")
ALWAYS = Calendar.always("Europe/Stockholm")
HOUR = timedelta(hours=1)
FOUR_HOURS = OpenTime(4 * HOUR, "4h")
DUE = Step("100%", "percent", percent=100)


def share(percent: int) -> Step:
    return Step(f"{percent}%", "percent", percent=percent)


def before(offset: timedelta) -> Step:
    return Step("-", "before", offset=offset)


def after(offset: timedelta) -> Step:
    return Step("+", "after", offset=offset)


def target(*steps: Step) -> Target:
    return Target(0, "respond", "sales", (), (Case(None, FOUR_HOURS),), "office", steps=steps)


def started(at: str, allowance: timedelta = 4 * HOUR, calendar: Calendar = OFFICE, **given: object) -> Clock:
    start = utc(at)
    values = {"due_at": due_with(calendar, start, allowance), "allowance": allowance, "left": allowance}
    return a_clock(**{"started_at": start, "base_at": start, **values, **given})


@pytest.mark.parametrize(
    ("calendar", "start", "within", "due"),
    [
        (OFFICE, "2026-03-06T15:30", FOUR_HOURS, "2026-03-09T11:30"),
        (OFFICE, "2026-03-06T12:00", FOUR_HOURS, "2026-03-06T16:00"),
        (OFFICE, "2026-03-07T10:00", OpenTime(timedelta(minutes=1), "1m"), "2026-03-09T08:01"),
        (OFFICE, "2026-03-06T09:00", Days(1, "1d"), "2026-03-09T16:00"),
        (OFFICE, "2026-03-07T09:00", Days(1, "1d"), "2026-03-09T16:00"),
        (OFFICE, "2026-03-02T23:30", Days(2, "2d"), "2026-03-05T16:00"),
        (ALWAYS, "2026-03-06T09:00", Days(1, "1d"), "2026-03-07T09:00"),
        (ALWAYS, "2026-03-28T12:00", Days(1, "1d"), "2026-03-29T12:00"),
        (OFFICE, "2026-03-27T09:00", Days(1, "1d"), "2026-03-30T15:00"),
        (ALWAYS, "2026-03-06T09:00:00.999", FOUR_HOURS, "2026-03-06T13:00"),
    ],
)
def test_a_promise_is_due(calendar: Calendar, start: str, within: OpenTime | Days, due: str) -> None:
    assert due_after(calendar, utc(start), within) == utc(due)


@pytest.mark.parametrize(
    ("start", "percent", "falls"),
    [
        ("2026-03-02T08:00", 50, "2026-03-02T10:00"),
        ("2026-03-02T08:00", 100, "2026-03-02T12:00"),
        ("2026-03-02T14:00", 50, "2026-03-02T16:00"),
        ("2026-03-02T14:00", 51, "2026-03-03T08:02:24"),
        ("2026-03-07T10:00", 25, "2026-03-09T09:00"),
        ("2026-03-02T08:00", 1, "2026-03-02T08:02:24"),
    ],
)
def test_a_percentage_is_a_share_of_the_allowance(start: str, percent: int, falls: str) -> None:
    assert step_instant(started(start), share(percent), OFFICE) == utc(falls)


def test_of_a_target_in_days_it_is_that_share_of_the_open_time_until_due() -> None:
    """From Monday 10:00 in Stockholm 1d is Tuesday 17:00: 15 open hours, of which 20% are three."""
    start = utc("2026-03-02T09:00")
    due = due_after(OFFICE, start, Days(1, "1d"))
    allowance = OFFICE.open_time(start, due)
    clock = started("2026-03-02T09:00", allowance, due_at=due)
    assert step_instant(clock, share(20), OFFICE) == utc("2026-03-02T12:00")


@pytest.mark.parametrize(
    ("start", "offset", "falls"),
    [
        ("2026-03-02T08:00", HOUR, "2026-03-02T11:00"),
        ("2026-03-06T15:00", HOUR, "2026-03-09T10:00"),
        ("2026-03-06T15:00", 3 * HOUR, "2026-03-09T08:00"),
        ("2026-03-02T08:00", 4 * HOUR, None),
        ("2026-03-02T08:00", 5 * HOUR, None),
        ("2026-03-07T10:00", 4 * HOUR, "2026-03-09T08:00"),
    ],
)
def test_before_due_counts_back_in_open_time_and_is_left_out_unless_after_the_start(
    start: str, offset: timedelta, falls: str | None
) -> None:
    assert step_instant(started(start), before(offset), OFFICE) == (utc(falls) if falls else None)


def test_a_share_that_rounds_down_to_the_start_is_left_out() -> None:
    clock = started("2026-03-02T08:00:00", timedelta(seconds=60))
    assert step_instant(clock, share(1), OFFICE) is None
    assert step_instant(clock, share(2), OFFICE) == utc("2026-03-02T08:00:01")


def test_what_was_left_out_at_the_start_does_not_come_back_with_a_resumption() -> None:
    base = utc("2026-03-02T09:00")
    clock = started(
        "2026-03-02T08:00", timedelta(seconds=60), base_at=base, due_at=base + timedelta(seconds=60)
    )
    assert step_instant(clock, share(1), OFFICE) is None


def test_after_due_counts_open_time_or_open_days() -> None:
    clock = started("2026-03-06T12:00")
    assert clock.due_at == utc("2026-03-06T16:00")
    assert step_instant(clock, after(2 * HOUR), OFFICE) == utc("2026-03-09T10:00")
    assert step_instant(clock, Step("+2d", "after_days", days=2), OFFICE) == utc("2026-03-10T16:00")


def test_a_clock_without_due_has_no_steps() -> None:
    assert step_instant(started("2026-03-02T08:00", due_at=None), DUE, OFFICE) is None


def test_what_was_used_before_a_pause_counts_towards_the_shares_after_it() -> None:
    """An hour was used; resumed on Tuesday at 9:00, half the allowance is reached an hour later."""
    base = utc("2026-03-03T08:00")
    clock = started("2026-03-02T08:00", base_at=base, left=3 * HOUR, due_at=due_with(OFFICE, base, 3 * HOUR))
    assert step_instant(clock, share(50), OFFICE) == utc("2026-03-03T09:00")
    assert step_instant(clock, share(20), OFFICE) == base


def test_no_step_falls_before_the_resumption_from_which_time_is_counted() -> None:
    """Whole seconds are rounded down, but not past a resumption in the middle of one."""
    base = utc("2026-03-03T08:00:00.600")
    clock = started("2026-03-02T08:00", base_at=base, left=3 * HOUR, due_at=due_with(OFFICE, base, 3 * HOUR))
    assert step_instant(clock, share(25), OFFICE) == base
    assert step_instant(clock, before(3 * HOUR), OFFICE) == base


def test_steps_before_due_are_pending_while_unbroken_those_after_it_once_broken() -> None:
    terms = target(share(50), DUE, after(HOUR))
    clock = started("2026-03-02T08:00", carried_out=["50%"])
    assert [step.label for _, step in pending_steps(clock, terms, OFFICE)] == ["100%"]
    clock.breached_at = clock.due_at
    assert [step.label for _, step in pending_steps(clock, terms, OFFICE)] == ["+"]


def test_of_several_steps_at_one_instant_the_first_in_the_file_is_next() -> None:
    terms = target(Step("-2h", "before", offset=2 * HOUR), share(50), DUE)
    found = next_step(started("2026-03-02T08:00"), terms, OFFICE)
    assert found is not None
    assert (found[0], found[1].label) == (utc("2026-03-02T10:00"), "-2h")


@pytest.mark.parametrize(
    ("given", "wakes"),
    [
        ({}, "2026-03-02T10:00"),
        ({"carried_out": ["50%"]}, "2026-03-02T12:00"),
        ({"lifted": True}, None),
        ({"ended_at": utc("2026-03-02T09:00")}, None),
        ({"breached_at": utc("2026-03-02T12:00"), "status": "breached"}, None),
        ({"status": "paused", "paused_at": utc("2026-03-02T09:00")}, None),
        ({"status": "paused", "paused_at": utc("2026-03-02T15:00"), "budget": 2 * HOUR}, "2026-03-03T09:00"),
    ],
)
def test_a_clock_wakes_when_time_alone_next_does_something(
    given: dict[str, object], wakes: str | None
) -> None:
    clock = started("2026-03-02T08:00", **given)
    assert wake_instant(clock, target(share(50), DUE), OFFICE) == (utc(wakes) if wakes else None)


def test_a_pause_without_bound_has_no_end() -> None:
    clock = started("2026-03-02T08:00", status="paused", paused_at=utc("2026-03-02T09:00"))
    assert pause_end(clock, OFFICE) is None


def test_a_budget_in_days_is_the_open_time_until_the_close_of_that_many_open_days() -> None:
    friday = utc("2026-03-06T15:00")
    assert open_budget(OFFICE, friday, Days(1, "1d")) == 9 * HOUR
    assert open_budget(OFFICE, friday, OpenTime(2 * HOUR, "2h")) == 2 * HOUR


def test_time_left_and_used_are_open_time_and_negative_after_due() -> None:
    clock = started("2026-03-06T14:00")
    assert clock.due_at == utc("2026-03-09T10:00")
    assert time_left(clock, OFFICE, utc("2026-03-07T12:00")) == 2 * HOUR
    assert time_used(clock, OFFICE, utc("2026-03-07T12:00")) == 2 * HOUR
    assert time_left(clock, OFFICE, utc("2026-03-09T11:30")) == timedelta(hours=-1, minutes=-30)


def test_a_paused_clock_uses_no_time() -> None:
    clock = started("2026-03-06T14:00", status="paused", paused_at=utc("2026-03-06T15:00"), left=3 * HOUR)
    assert time_left(clock, OFFICE, utc("2026-03-20")) == 3 * HOUR
    assert time_used(clock, OFFICE, utc("2026-03-20")) == HOUR
