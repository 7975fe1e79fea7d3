"""rules.md, 4: time passing evaluates only what fell."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import Course, agreement

COOLING = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing, when: "lead.engagement >= 10"}
  - {trigger: cool, from: mql, to: nurturing, by: system, auto: true, when: "lead.engagement < 10"}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
TARGETS = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}
"""
DECAY = "scoring: {engagement: {half_life: 10d}}"


def cooling(**sections: str) -> Course:
    """Ten points on Monday at 10:00, handed over then; below ten points an auto would take it back."""
    course = Course(agreement(transitions=COOLING, targets=TARGETS, scoring=DECAY, **sections)).create()
    course.record("visit", "2026-03-02T10:00")
    course.fire("promote", "2026-03-02T10:00")
    return course


def test_an_auto_is_tried_after_an_entry_that_changes_the_lead_never_because_a_tick_ran() -> None:
    course = cooling()
    course.tick("2026-03-22T10:00")
    assert course.present.state == "mql"
    course.set("2026-03-22T11:00", note="still there?")
    assert (course.present.state, course.last("transition").at) == ("nurturing", utc("2026-03-22T11:00"))


def test_an_auto_that_follows_from_a_step_stands_at_the_steps_instant() -> None:
    timers = "timers:\n  ask: {start: {enter: mql}, after: 72h, do: [{set: {note: \"'still there?'\"}}]}"
    course = cooling(timers=timers)
    course.tick("2026-03-22T10:00")
    assert (course.present.state, course.last("transition").at) == ("nurturing", utc("2026-03-05T10:00"))


def test_pauses_are_looked_at_after_a_change_that_a_step_makes() -> None:
    targets = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h, pause: "lead.on_hold"}
timers:
  hold: {start: {enter: mql}, after: 1h, do: [{set: {on_hold: "true"}}]}
"""
    course = Course(agreement(targets=targets)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-09T10:00")
    assert course.last("clock_paused").at == utc("2026-03-02T11:00")
    assert course.last("clock_paused").caused_by == course.last("changed").seq


def test_engagement_is_rebased_only_by_points_or_a_reset() -> None:
    course = Course(agreement(scoring=DECAY)).create()
    course.record("visit", "2026-03-02T10:00")
    course.record("reply", "2026-03-07T10:00")
    course.tick("2026-03-11T10:00")
    assert (course.present.engagement, course.present.engagement_at) == (10.0, utc("2026-03-02T10:00"))
    course.record("visit", "2026-03-12T10:00")
    assert (course.present.engagement, course.present.engagement_at) == (15.0, utc("2026-03-12T10:00"))


@pytest.mark.parametrize(("seconds", "passes"), [(4, True), (50, False)])
def test_guards_see_scores_rounded_to_four_decimals(seconds: int, passes: bool) -> None:
    """4 s after the visit engagement is 9.99997, which is 10.0000; 50 s after it, 9.9996."""
    course = Course(agreement(transitions=COOLING, targets=TARGETS, scoring=DECAY)).create()
    course.record("visit", "2026-03-02T10:00")
    refusal = course.fire("promote", f"2026-03-02T10:00:{seconds:02}")
    assert (refusal is None) == passes


def test_due_instants_are_whole_seconds_rounded_down() -> None:
    course = Course(agreement()).create()
    course.fire("promote", "2026-03-02T10:00:00.900")
    assert course.clock("respond").due_at == utc("2026-03-02T14:00:00")
    assert course.clock("respond").started_at == utc("2026-03-02T10:00:00.900")
