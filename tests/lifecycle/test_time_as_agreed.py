"""Calendars per case, steps past due by share, months, times of day, recent attempts, reasons to pause."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import Course, agreement


def handed_over(terms: str, at: str = "2026-03-02T10:00", **fields: object) -> Course:
    """Handed to sales on a Monday; office hours are 9 to 17 in Stockholm, 8 to 16 in UTC."""
    targets = f"""
targets:
  respond:
    owed_by: sales
    start: {{enter: mql}}
    meet: {{trigger: accept}}
{terms}
"""
    course = Course(agreement(targets=targets)).create("2026-01-01", fields=fields)
    course.fire("promote", at)
    return course


BY_SIZE = """
    within: [{when: "lead.employees > 500", is: 2d, calendar: office}, {is: 24h}]
    pause: {when: lead.on_hold, at_most: 2h}
    steps: {+1h: {notify: sales}}
"""


@pytest.mark.parametrize(
    ("employees", "calendar", "due"), [(900, "office", "2026-03-04T16:00"), (9, "always", "2026-03-03T10:00")]
)
def test_a_case_counts_in_its_own_calendar(employees: int, calendar: str, due: str) -> None:
    clock = handed_over(BY_SIZE, employees=employees).clock("respond")
    assert (clock.calendar, clock.due_at) == (calendar, utc(due))


def test_its_steps_and_pauses_count_there_too() -> None:
    course = handed_over(BY_SIZE, employees=900)
    course.set("2026-03-02T15:00", on_hold=True)  # an hour today, one tomorrow
    course.tick("2026-03-09T10:00")
    assert course.last("clock_resumed").at == utc("2026-03-03T09:00")
    assert course.last("breached").at == utc("2026-03-05T10:00")
    assert course.last("escalated").at == utc("2026-03-05T11:00")


def test_steps_fall_in_proportion_past_due_and_escalate() -> None:
    steps = "steps: {50%: {notify: sales}, 150%: {notify: marketing}, 200%: {fire: return}}"
    course = handed_over(f"    within: 4h\n    calendar: office\n    {steps}", at="2026-03-02T12:00")
    course.tick("2026-03-04T10:00")
    fell = [(e.kind, e.step, e.at) for e in course.entries if e.step is not None]
    assert fell == [
        ("warned", "50%", utc("2026-03-02T14:00")),
        ("breached", "100%", utc("2026-03-02T16:00")),
        ("escalated", "150%", utc("2026-03-03T10:00")),
        ("escalated", "200%", utc("2026-03-03T12:00")),
    ]
    assert course.present.state == "nurturing"


def test_of_a_promise_in_days_the_open_time_until_due_is_the_measure() -> None:
    course = handed_over("    within: 1d\n    calendar: office\n    steps: {200%: {notify: sales}}")
    course.tick("2026-03-09T10:00")  # from 10 on Monday to 16 on Tuesday, fourteen open hours
    assert course.last("breached").at == utc("2026-03-03T16:00")
    assert course.last("escalated").at == utc("2026-03-05T14:00")


@pytest.mark.parametrize(
    ("at", "within", "calendar", "due"),
    [
        ("2026-01-31T10:30", "1mo", "always", "2026-02-28T10:30"),
        ("2026-03-02T10:30", "6mo", "always", "2026-09-02T09:30"),  # summer time: 11:30 there, as in March
        ("2026-02-28T01:30", "1mo", "always", "2026-03-28T01:30"),
        ("2026-02-28T23:30", "1mo", "always", "2026-03-31T22:30"),
        ("2026-03-02T10:30", "3mo", "office", "2026-06-02T15:00"),
        ("2026-03-07T10:30", "1mo", "office", "2026-04-07T15:00"),
        ("2026-04-04T10:30", "3mo", "office", "2026-07-06T15:00"),
    ],
)  # fmt: skip
def test_months_go_by_the_date(at: str, within: str, calendar: str, due: str) -> None:
    course = handed_over(f"    within: {within}\n    calendar: {calendar}", at=at)
    assert course.clock("respond").due_at == utc(due)
    assert course.last("clock_started").data["allowance"] == within


def test_months_stand_after_due_before_a_field_and_in_a_budget() -> None:
    course = handed_over(
        "    within: {until: lead.callback_on, before: 1mo}\n    steps: {+1mo: {notify: sales}}",
        callback_on="2026-04-15",
    )
    course.tick("2026-06-01T10:00")
    assert course.last("breached").at == utc("2026-03-15T23:00")
    assert course.last("escalated").at == utc("2026-04-15T22:00")


NIGHTLY = """
timers:
  nightly:
    start: {enter: mql}
    while: [mql, accepted]
    after: {at: "02:30"}
    pause: lead.on_hold
    do: {set: {note: "'called'"}}
"""


def promoted(at: str, **fields: object) -> Course:
    course = Course(agreement(timers=NIGHTLY)).create("2026-03-01T10:00", fields=fields)
    course.fire("promote", at)
    return course


@pytest.mark.parametrize(
    ("at", "fires"),
    [
        ("2026-03-02T10:00", "2026-03-03T01:30"),
        ("2026-03-03T01:29", "2026-03-03T01:30"),
        ("2026-03-03T01:30", "2026-03-04T01:30"),
        ("2026-03-28T22:00", "2026-03-29T01:00"),  # skipped: clocks go from two to three
        ("2026-03-29T01:00", "2026-03-30T00:30"),
        ("2026-10-24T22:00", "2026-10-25T00:30"),  # shown twice
        ("2026-10-25T00:45", "2026-10-26T01:30"),
    ],
)
def test_a_timer_waits_for_the_next_such_time_of_day(at: str, fires: str) -> None:
    course = promoted(at)
    course.tick("2026-12-01T10:00")
    assert course.last("timer_fired").at == utc(fires)


def test_a_pause_moves_no_time_of_day() -> None:
    course = promoted("2026-03-02T10:00", on_hold=True)
    course.set("2026-03-02T12:00", on_hold=False)
    assert course.clock("nightly").due_at == utc("2026-03-03T01:30")
    course.set("2026-03-02T13:00", on_hold=True)
    course.set("2026-03-03T08:00", on_hold=False)
    course.tick("2026-03-06T08:00")
    assert course.last("timer_fired").at == utc("2026-03-04T01:30")


WEEKLY = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
  - trigger: return
    from: [mql, accepted]
    to: nurturing
    by: sales
    when: [{that: "attempts.within('168h') >= 2", otherwise: "two attempts in a week"}]
"""


def test_attempts_of_late_are_those_that_count_and_came_since() -> None:
    course = Course(agreement(transitions=WEEKLY, attempts="attempts: {spacing: 2h}")).create()
    course.fire("promote", "2026-03-02T10:00")
    course.record("mail", "2026-03-02T12:00")
    course.record("mail", "2026-03-02T13:00")  # within the spacing: it does not count
    course.record("mail", "2026-03-05T12:00")
    fork = course.fork()
    assert fork.fire("return", "2026-03-09T11:59") is None
    refused = course.fire("return", "2026-03-09T12:00")
    assert refused is not None
    assert refused.because == (
        "two attempts in a week (not so: attempts.within('168h') >= 2 (attempts.within('168h') is 1))",
    )


WITH_REASON = "    within: 4h\n    pause: {when: lead.on_hold, at_most: 2h, reason: note}"


def test_a_pause_begins_once_somebody_says_why() -> None:
    course = handed_over(WITH_REASON)
    course.set("2026-03-02T11:00", on_hold=True)
    course.set("2026-03-02T11:30", note=" ")
    assert course.clock("respond").status == "running"
    course.set("2026-03-02T12:00", note="asked us to wait")
    assert course.last("clock_paused").at == utc("2026-03-02T12:00")
    course.set("2026-03-02T12:10", note=None)
    assert course.clock("respond").status == "paused"


def test_a_clock_starts_running_while_nobody_says_why_it_should_not() -> None:
    assert handed_over(WITH_REASON, on_hold=True).clock("respond").status == "running"
    assert handed_over(WITH_REASON, on_hold=True, note="wait").clock("respond").status == "paused"
