"""rules.md, 11: what a step or timer fires meets no target; it ends its clock."""

from __future__ import annotations

from support.builders import utc
from support.stories.course import Course, agreement

TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps:
      +1h: [{fire: accept}]
  reach:
    owed_by: sales
    start: {enter: mql}
    meet: {enter: accepted}
    within: 8h
"""
AUTO = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system], auto: true, when: "known.note"}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system], set: {note: "null"}}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
STEP_THAT_SETS = TARGETS.replace("{fire: accept}", "{set: {note: \"'nobody came'\"}}")


def test_what_a_step_fires_ends_an_unbroken_clock_as_cancelled_with_its_cause() -> None:
    course = Course(agreement(targets=TARGETS)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-02T18:00")
    reach = course.clock("reach")
    assert (reach.status, reach.ended_at) == ("cancelled", utc("2026-03-02T15:00"))
    said = next(e for e in course.all("clock_cancelled") if e.target == "reach")
    assert said.data["because"] == "what the system fires keeps nobody's promise"
    assert said.caused_by == course.last("transition").seq


def test_a_broken_clock_that_it_ends_stays_breached() -> None:
    course = Course(agreement(targets=TARGETS)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-02T18:00")
    assert (course.clock("respond").status, course.clock("respond").is_open) == ("breached", False)
    assert course.all("met_late") == []


def test_an_auto_that_follows_from_a_step_meets_nothing_either() -> None:
    course = Course(agreement(targets=STEP_THAT_SETS, transitions=AUTO)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.tick("2026-03-02T18:00")
    assert course.present.state == "accepted"
    assert [c.status for c in course.every_clock.values()] == ["breached", "cancelled"]


def test_an_auto_after_an_arriving_input_does() -> None:
    course = Course(agreement(targets=STEP_THAT_SETS, transitions=AUTO)).create()
    course.fire("promote", "2026-03-02T10:00")
    course.set("2026-03-02T11:00", note="come in")
    assert course.last("transition").actor == "system"
    assert [c.status for c in course.every_clock.values()] == ["met", "met"]
