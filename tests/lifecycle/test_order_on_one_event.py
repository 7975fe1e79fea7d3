"""rules.md, 7: on one event meet, cancel, pause, resume, start, in this order."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import Course, agreement

SCORING = "scoring: {engagement: {half_life: 30d}}"


def test_the_transition_that_meets_a_clock_may_leave_its_state() -> None:
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00")
    assert course.clock("respond").status == "met"
    assert course.all("clock_cancelled") == []


def test_another_transition_out_of_the_state_cancels_it_unbroken() -> None:
    targets = (
        "targets:\n  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}"
    )
    course = Course(agreement(targets=targets)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("return", "2026-03-02T11:00")
    clock = course.clock("respond")
    assert (clock.status, clock.ended_at, clock.breached_at) == ("cancelled", utc("2026-03-02T11:00"), None)
    assert course.last("clock_cancelled").data == {"because": "the lead entered nurturing", "broken": False}


def test_a_broken_clock_whose_state_is_left_ends_but_stays_breached() -> None:
    targets = (
        "targets:\n  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}"
    )
    course = Course(agreement(targets=targets)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.fire("return", "2026-03-02T15:30")
    clock = course.clock("respond")
    assert (clock.status, clock.ended_at) == ("breached", utc("2026-03-02T15:30"))
    assert course.last("clock_cancelled").data["late_seconds"] == 5400


def test_meeting_is_judged_before_the_event_resets_engagement() -> None:
    targets = """
targets:
  warm:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: return, when: "lead.engagement >= 10"}
    within: 4h
"""
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: return, from: mql, to: nurturing, by: sales, reset: [engagement]}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    course = Course(agreement(targets=targets, transitions=transitions, scoring=SCORING)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.record("visit", "2026-03-02T10:30")
    course.fire("return", "2026-03-02T10:30")
    assert course.clock("warm").status == "met"
    assert course.present.engagement == 0.0


THROUGH = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - trigger: skip
    from: mql
    to: accepted
    by: system
    auto: true
    when: "lead.employees > 50 && !lead.on_hold"
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
BOTH = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}
  hurry:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: {trigger: win}
    within: 1h
  close: {owed_by: sales, start: {enter: accepted}, meet: {trigger: win}, within: 30d}
  nurse: {owed_by: marketing, start: {enter: nurturing}, meet: {enter: mql}, within: 5d}
"""


def test_starts_are_judged_once_the_lead_rests() -> None:
    """It passes through mql: what lives only there never starts, what also lives further on does."""
    course = Course(agreement(transitions=THROUGH, targets=BOTH)).create(fields={"employees": 100})
    course.fire("promote", "2026-03-02T10:00")
    assert [(e.kind, e.target or e.trigger) for e in course.entries] == [
        ("created", None),
        ("clock_started", "nurse"),
        ("transition", "promote"),
        ("clock_met", "nurse"),
        ("transition", "skip"),
        ("clock_started", "hurry"),
        ("clock_started", "close"),
    ]


def test_an_auto_that_follows_is_an_event_of_its_own_that_cancels() -> None:
    course = Course(agreement(transitions=THROUGH, targets=BOTH)).create(
        fields={"employees": 100, "on_hold": True}
    )
    course.fire("promote", "2026-03-02T10:00")
    assert course.clock("respond").status == "running"
    course.set("2026-03-02T11:00", on_hold=False)
    auto = course.last("transition")
    assert (auto.trigger, auto.actor, auto.at) == ("skip", "system", utc("2026-03-02T11:00"))
    assert course.clock("respond").status == "cancelled"
    assert course.last("clock_cancelled").caused_by == auto.seq


def test_an_event_never_meets_a_clock_that_it_starts() -> None:
    targets = (
        "targets:\n  again: {owed_by: sales, start: {activity: call}, meet: {activity: call}, within: 4h}"
    )
    course = Course(agreement(targets=targets)).create()
    course.record("call", "2026-03-02T10:00")
    assert course.clock("again").status == "running"
    course.record("call", "2026-03-02T10:00")
    assert course.clock("again", 1).status == "met"
