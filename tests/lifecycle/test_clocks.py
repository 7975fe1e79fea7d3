"""workflow-file.md, "Clocks" and "Durations", beside the chapters of rules.md."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import ANNA, BERIT, CARL, Course, a_person, agreement, people

TEAMS = """
teams:
  nordics: {party: sales, calendar: office}
  nights: {party: sales, calendar: late}
"""
CALENDARS = """
calendars:
  office: {hours: {mon-fri: ["09:00-17:00"]}}
  late: {hours: {mon-sun: ["17:00-24:00"]}}
"""
PEOPLE = people(
    a_person(ANNA, order=1, team="nordics"), a_person(BERIT, order=2, team="nights"), a_person(CARL, order=3)
)


def course_under(targets: str, **sections: str) -> Course:
    """Created on Monday at 10:00 in Stockholm, one hour ahead of UTC."""
    found = agreement(targets=targets, calendars=CALENDARS, teams=TEAMS, **sections)
    return Course(found, PEOPLE).create("2026-03-02T09:00")


RESTART = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    calendar: owner
    restart: [assign, {activity: [reply]}]
    steps: {50%: [{notify: owner}]}
timers:
  forget:
    start: {enter: mql}
    after: 6h
    restart: [assign, {activity: [reply]}]
    do: [{fire: return}]
"""


def test_changing_the_owner_does_not_restart_a_clock_that_does_not_ask_for_it() -> None:
    course = Course(agreement(), PEOPLE).create()
    course.fire("promote", "2026-03-02T10:00")
    course.assign(ANNA, "2026-03-02T11:00")
    assert (course.clock("respond").due_at, course.clock("respond").owner) == (utc("2026-03-02T14:00"), None)
    assert course.last("assigned").owner == ANNA


def test_a_restart_starts_afresh_in_the_new_owners_calendar_and_steps_fall_again() -> None:
    course = course_under(RESTART)
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-02T13:00")
    course.assign(BERIT, "2026-03-02T13:30")
    clock = course.clock("respond")
    assert (clock.calendar, clock.owner, clock.due_at) == ("late", BERIT, utc("2026-03-02T20:00"))
    course.tick("2026-03-02T19:00")
    assert [e.at for e in course.all("warned")] == [utc("2026-03-02T12:00"), utc("2026-03-02T18:00")]


def test_a_restart_at_the_very_instant_of_the_start_counts_too() -> None:
    course = course_under(RESTART)
    course.fire("promote", "2026-03-02T10:00")
    course.assign(BERIT, "2026-03-02T10:00")
    assert course.clock("respond").due_at == utc("2026-03-02T20:00")


def test_a_timer_restarts_too() -> None:
    course = course_under(RESTART)
    course.fire("promote", "2026-03-02T10:00")
    course.record("reply", "2026-03-02T15:00")
    course.tick("2026-03-03")
    assert course.last("timer_fired").at == utc("2026-03-02T21:00")


def test_a_broken_clock_is_not_restarted_it_stays_owed() -> None:
    course = course_under(RESTART)
    course.fire("promote", "2026-03-02T10:00")
    course.record("reply", "2026-03-02T15:00")
    assert [e.target for e in course.all("clock_restarted")] == ["forget"]
    assert course.clock("respond").status == "breached"


@pytest.mark.parametrize(
    ("owner", "calendar", "due"),
    [
        (ANNA, "office", "2026-03-02T14:00"),
        (BERIT, "late", "2026-03-02T20:00"),
        (CARL, "office", "2026-03-02T14:00"),
        (None, "office", "2026-03-02T14:00"),
    ],
)
def test_calendar_owner_is_the_owners_teams_else_the_first(
    owner: str | None, calendar: str, due: str
) -> None:
    course = course_under(RESTART, routing="routing: [{to: {field: note}}]")
    course.set("2026-03-02T09:30", note=owner)
    course.fire("promote", "2026-03-02T10:00")
    assert (course.clock("respond").calendar, course.clock("respond").due_at) == (calendar, utc(due))


MEETS = """
targets:
  nurse: {owed_by: marketing, start: {enter: nurturing}, meet: {activity: nurture, times: 3}, within: 5d}
  reach: {owed_by: sales, start: {enter: mql}, while: [mql, accepted], meet: {contact: true}, within: 5d}
  either:
    owed_by: sales
    start: {enter: mql}
    meet: [{activity: [call, mail]}, {enter: accepted}]
    within: 5d
"""


def test_an_activity_may_have_to_happen_several_times() -> None:
    course = course_under(MEETS)
    for hour in (10, 11):
        course.record("nurture", f"2026-03-02T{hour}:00")
    assert course.clock("nurse").status == "running"
    course.record("nurture", "2026-03-02T12:00")
    assert course.clock("nurse").ended_at == utc("2026-03-02T12:00")


def test_contact_meets_whoever_made_it() -> None:
    course = course_under(MEETS)
    course.fire("promote", "2026-03-02T10:00")
    course.record("call", "2026-03-02T11:00")
    assert (course.clock("reach").status, course.clock("either").status) == ("running", "met")
    course.record("reply", "2026-03-02T12:00")
    assert course.clock("reach").status == "met"


def test_what_lives_on_in_the_next_state_is_not_ended_by_the_move() -> None:
    course = course_under(MEETS)
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00")
    assert (course.clock("reach").status, course.clock("either").status) == ("running", "met")
    course.fire("return", "2026-03-02T12:00")
    assert course.clock("reach").status == "cancelled"


def test_where_no_case_of_within_holds_there_is_no_clock() -> None:
    targets = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: [{when: "lead.employees > 100", is: 1h}, {when: "lead.country == 'SE'", is: 4h}]
"""
    course = course_under(targets)
    course.fire("promote", "2026-03-02T10:00")
    assert course.open_clocks == []
    course.fire("return", "2026-03-02T11:00")
    course.set("2026-03-02T11:00", country="SE")
    course.fire("promote", "2026-03-02T12:00")
    assert (course.clock("respond").case, course.clock("respond").due_at) == (1, utc("2026-03-02T16:00"))


def test_what_happens_once_it_is_met_breaks_it_no_more_and_lateness_is_frozen_once_closed() -> None:
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T14:30")
    course.tick("2026-04-02T14:30")
    clock = course.clock("respond")
    assert (clock.status, clock.breached_at, clock.ended_at) == (
        "met_late",
        utc("2026-03-02T14:00"),
        utc("2026-03-02T14:30"),
    )
    assert course.last("met_late").data == {"late_seconds": 1800}


def test_a_restarted_clock_on_hold_stays_on_hold_with_its_whole_allowance() -> None:
    targets = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    pause: {when: lead.on_hold, at_most: 3h}
    restart: [{activity: reply}]
"""
    course = course_under(targets)
    course.fire("promote", "2026-03-02T10:00")
    course.set("2026-03-02T11:00", on_hold=True)
    course.record("reply", "2026-03-02T12:00")
    course.tick("2026-03-03")
    assert course.last("clock_resumed").at == utc("2026-03-02T14:00")
    assert course.clock("respond").breached_at == utc("2026-03-02T18:00")


def test_a_broken_callback_is_not_moved_by_a_new_day_and_emptying_it_ends_the_debt() -> None:
    targets = """
targets:
  callback:
    owed_by: sales
    start: {set: callback_on}
    while: [mql]
    meet: {activity: call}
    within: {until: lead.callback_on}
    calendar: office
"""
    course = course_under(targets)
    course.fire("promote", "2026-03-02T10:00")
    course.set("2026-03-02T10:00", callback_on="2026-03-03")
    course.set("2026-03-04T10:00", callback_on="2026-03-10")
    clock = course.clock("callback")
    assert (clock.due_at, clock.breached_at) == (utc("2026-03-03T16:00"), utc("2026-03-03T16:00"))
    assert course.all("clock_moved") == []
    course.set("2026-03-05T10:00", callback_on=None)
    assert (course.clock("callback").status, course.clock("callback").is_open) == ("breached", False)
