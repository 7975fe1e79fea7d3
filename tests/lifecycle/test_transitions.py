"""workflow-file.md, "Transitions" and "Teams and routing", beside the chapters of rules.md."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import ANNA, MARKETING, MIA, Course, a_person, agreement, people

from slaflow.lifecycle.view import View

SEVERAL = """
transitions:
  - {trigger: promote, from: nurturing, to: accepted, by: marketing, when: "lead.employees > 100"}
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, sales], when: [{that: "known.country"}]}
  - trigger: note
    from: '*'
    by: [marketing, sales]
    requires: {note: string}
    set: {employees: "lead.employees + 1"}
  - {trigger: accept, from: mql, to: accepted, by: sales, assign: manager, notify: [owner, marketing]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


def test_of_several_rows_the_first_in_the_file_that_passes_is_taken() -> None:
    small, large = (Course(agreement(transitions=SEVERAL, targets=TARGETS)).create() for _ in range(2))
    small.set("2026-03-02T09:30", country="SE", employees=5)
    large.set("2026-03-02T09:30", country="SE", employees=500)
    for course in (small, large):
        course.fire("promote", "2026-03-02T10:00")
    assert (small.present.state, large.present.state) == ("mql", "accepted")


TARGETS = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}
"""


def test_if_none_passes_the_refusal_lists_all_and_names_what_is_missing() -> None:
    course = Course(agreement(transitions=SEVERAL, targets=TARGETS)).create()
    refusal = course.fire("promote", "2026-03-02T10:00")
    assert refusal is not None
    assert refusal.because == (
        "to accepted: lead.employees > 100: lead.employees is not set",
        "to mql: not so: known.country (known.country is false)",
    )


def test_without_to_the_lead_stays_and_no_clock_is_touched_by_enter() -> None:
    course = Course(agreement(transitions=SEVERAL, targets=TARGETS)).create()
    course.set("2026-03-02T09:30", country="SE", employees=5)
    course.fire("promote", "2026-03-02T10:00")
    course.fire("note", "2026-03-02T11:00", note="called")
    assert course.last("transition").from_state == course.last("transition").to_state == "mql"
    assert course.present.entered_at == utc("2026-03-02T10:00")
    assert course.kinds("clock_started", "clock_cancelled") == ["clock_started"]
    assert (course.present.fields["note"], course.present.fields["employees"]) == ("called", 6)


def test_every_state_but_a_final_one_is_what_the_star_means() -> None:
    course = Course(agreement(transitions=SEVERAL, targets=TARGETS)).create()
    course.set("2026-03-02T09:30", employees=500)
    course.fire("promote", "2026-03-02T10:00")
    course.fire("win", "2026-03-02T11:00")
    refusal = course.fire("note", "2026-03-02T12:00", note="x")
    assert refusal is not None
    assert refusal.because == ("note does not lead from won; possible from there: nothing",)


def test_a_final_state_without_a_holder_leaves_the_lead_with_the_party_before() -> None:
    course = Course(agreement(transitions=SEVERAL, targets=TARGETS)).create()
    course.set("2026-03-02T09:30", employees=500)
    course.fire("promote", "2026-03-02T10:00")
    course.fire("win", "2026-03-02T11:00")
    assert (course.present.held_by, course.last("transition").handoff) == ("sales", False)


def test_a_transition_may_assign_and_notify() -> None:
    team = people(a_person(MIA, order=1), a_person(ANNA, order=2, manager=MIA))
    course = Course(agreement(transitions=SEVERAL, targets=TARGETS), team).create()
    course.set("2026-03-02T09:30", country="SE", employees=5)
    course.fire("promote", "2026-03-02T10:00")
    course.assign(ANNA, "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00")
    assert course.present.owner == MIA
    assert [(m.recipient, m.kind) for m in course.messages] == [
        (MIA, "transition"),
        ("demand-desk@example.com", "transition"),
    ]


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({}, "note is required"),
        ({"note": "x", "nte": "y"}, 'unknown input "nte"; did you mean "note"?'),
    ],
)
def test_inputs_are_validated(given: dict[str, str], because: str) -> None:
    course = Course(agreement(transitions=SEVERAL, targets=TARGETS)).create()
    refusal = course.fire("note", "2026-03-02T10:00", **given)
    assert refusal is not None
    assert refusal.because == (because,)


CYCLES = """
transitions:
  - trigger: promote
    from: nurturing
    to: mql
    by: marketing
    set: {employees: cycles}
    reset: [engagement, stage]
  - {trigger: return, from: mql, to: nurturing, by: sales, reset: [checks], set: {note: "null"}}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
CHECKS = """
checks:
  value: {fields: {n: int}, pass: "answer.n >= 3", by: [marketing], valid_for: 10d}
"""


def test_set_sees_the_lead_as_it_was_before_the_move() -> None:
    """The move in hand is not counted among the cycles."""
    course = Course(agreement(transitions=CYCLES)).create()
    found = []
    for day in (2, 3, 4):
        course.fire("promote", f"2026-03-0{day}T10:00")
        found.append(course.present.fields["employees"])
        course.fire("return", f"2026-03-0{day}T11:00")
    assert (found, course.present.cycles) == ([0, 1, 2], 3)


def test_a_reset_sets_engagement_stage_and_checks_back_to_nothing() -> None:
    course = Course(agreement(transitions=CYCLES, checks=CHECKS)).create()
    course.set("2026-03-02T09:10", note="x")
    course.record("visit", "2026-03-02T09:30")
    course.answer("value", "2026-03-02T09:40", MARKETING, n=5)
    assert (course.present.stage, course.present.engagement) == ("interest", 10.0)
    course.fire("promote", "2026-03-02T10:00")
    assert (course.present.stage, course.present.engagement) == ("unaware", 0.0)
    assert course.present.tallies["visit"].count == 0
    assert course.present.tallies["visit"].last == utc("2026-03-02T09:30")
    assert "value" in course.present.checks
    course.fire("return", "2026-03-02T11:00")
    assert course.present.checks == {}
    assert "note" not in course.present.fields


def test_an_answer_lapses_after_its_time() -> None:
    course = Course(agreement(transitions=CYCLES, checks=CHECKS)).create()
    course.answer("value", "2026-03-02T10:00", MARKETING, n=5)
    before, at = utc("2026-03-12T09:59:59"), utc("2026-03-12T10:00")
    assert View(course.workflow, course.present, before).check_passed("value") is True
    assert View(course.workflow, course.present, at).check_passed("value") is None


def test_a_check_is_answered_by_the_holder_or_by_those_it_names() -> None:
    course = Course(agreement(transitions=CYCLES, checks=CHECKS)).create()
    refusal = course.answer("value", "2026-03-02T10:00", n=5)
    assert refusal is not None
    assert refusal.because == ("value is answered by marketing, not by sales",)
    course.fire("promote", "2026-03-02T11:00")
    assert course.answer("value", "2026-03-02T12:00", MARKETING, n=5) is None
    assert course.answer("value", "2026-03-02T12:00", n=1) is None
    assert course.last("checked").data["passed"] is False


def test_points_are_capped_per_kind_since_the_last_reset_before_decay() -> None:
    activities = """
activities:
  visit: {by: lead, points: 10, cap: 25, stage: interest}
  reply: {by: lead, contact: true}
  nurture: {by: marketing}
  call: {by: sales, attempt: phone}
  meeting: {by: sales, attempt: meeting, contact: true}
"""
    scoring = "scoring: {engagement: {half_life: 1d}}"
    course = Course(agreement(activities=activities, scoring=scoring)).create()
    for day in range(2, 7):
        course.record("visit", f"2026-03-0{day}T10:00")
    assert [e.data.get("points") for e in course.all("activity")] == ["10", "10", "5", None, None]
    assert course.present.engagement == 10 / 4 + 10 / 2 + 5


AUTOS = """
transitions:
  - trigger: count
    from: [nurturing, mql]
    by: [marketing, sales, system]
    auto: true
    when: known.note
    set: {employees: "lead.employees + 1"}
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


def test_an_auto_fires_at_most_once_per_event() -> None:
    course = Course(agreement(transitions=AUTOS, targets=TARGETS)).create(fields={"employees": 1})
    course.set("2026-03-02T10:00", note="x")
    course.record("visit", "2026-03-02T11:00")
    assert [(e.trigger, e.at) for e in course.all("transition")] == [
        ("count", utc("2026-03-02T10:00")),
        ("count", utc("2026-03-02T11:00")),
    ]
    assert course.present.fields["employees"] == 3


def test_one_that_was_fired_by_hand_does_not_fire_by_itself_on_that_event() -> None:
    course = Course(agreement(transitions=AUTOS, targets=TARGETS)).create(
        fields={"employees": 1, "note": "x"}
    )
    course.fire("count", "2026-03-02T10:00")
    assert course.present.fields["employees"] == 3


def test_nor_one_that_a_step_fired() -> None:
    timers = "timers:\n  later: {start: {enter: mql}, after: 1h, do: [{fire: count}]}"
    course = Course(agreement(transitions=AUTOS, targets=TARGETS, timers=timers))
    course.create(fields={"employees": 1, "note": "x"})
    course.fire("promote", "2026-03-02T10:00")
    before = len(course.all("transition"))
    course.tick("2026-03-02T12:00")
    assert [e.at for e in course.all("transition")[before:]] == [utc("2026-03-02T11:00")]


ASKED = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing, when: "known.touched && !known.worked"}
  - {trigger: accept, from: mql, to: accepted, by: sales, when: "known.worked"}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


def test_an_expression_can_ask_whether_anybody_has_touched_or_worked_a_lead() -> None:
    course = Course(agreement(transitions=ASKED, targets=TARGETS)).create()
    refusal = course.fire("promote", "2026-03-02T10:00", MARKETING)
    assert refusal is not None
    assert refusal.because == ("not so: known.touched (known.touched is false)",)
    course.record("visit", "2026-03-02T11:00")
    assert course.fire("promote", "2026-03-02T12:00", MARKETING) is None
    assert course.fire("accept", "2026-03-02T13:00") is not None
    course.record("call", "2026-03-02T14:00")
    assert course.fire("accept", "2026-03-02T15:00") is None


def test_a_field_called_touched_goes_before_the_instant() -> None:
    fields = (
        "lead: {identity: [email], fields: {email: email, employees: int, touched: string, on_hold: bool}}"
    )
    course = Course(agreement(lead=fields, transitions=ASKED, targets=TARGETS)).create()
    course.record("visit", "2026-03-02T11:00")
    assert course.fire("promote", "2026-03-02T12:00", MARKETING) is not None
    course.set("2026-03-02T13:00", touched="by hand")
    assert course.fire("promote", "2026-03-02T14:00", MARKETING) is None
