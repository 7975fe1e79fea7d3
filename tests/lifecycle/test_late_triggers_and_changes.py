"""rules.md, 16: triggers, changes, answers and assignments that are told late."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.stories.course import ANNA, MARKETING, MIA, SALES, Course, agreement

from slaflow.lifecycle.events import Fired

RESPOND = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
    steps: {100%: [{notify: sales}], +2h: [{fire: return}]}
  close:
    owed_by: sales
    start: {enter: accepted}
    meet: {trigger: [win, return]}
    within: 4h
"""
GUARDED = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: sales, requires: {amount: decimal},
     when: "contacted"}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


def handed_over(**sections: str) -> Course:
    """In the hands of sales on Monday at 10:00; the answer is due at 14:00, taken back at 16:00."""
    course = Course(agreement(**{"targets": RESPOND, **sections})).create()
    course.fire("promote", "2026-03-02T10:00")
    return course


def about(course: Course, target: str) -> list[str]:
    return [entry.kind for entry in course.entries if entry.target == target]


def test_it_is_fired_where_its_entry_stands_and_counts_as_of_when_it_happened() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T15:00", late="2026-03-02T13:00")
    entry = course.last("transition")
    assert (entry.at, entry.occurred_at) == (utc("2026-03-02T15:00"), utc("2026-03-02T13:00"))
    assert entry.data["late"] == {"age_seconds": 7200, "is_evidence": True}
    assert course.present.entered_at == utc("2026-03-02T15:00")
    assert about(course, "respond") == ["clock_started", "breached", "breach_lifted"]
    assert course.clock("respond").ended_at == utc("2026-03-02T13:00")
    assert course.clock("close").started_at == utc("2026-03-02T15:00")


def test_refused_it_is_evidence_all_the_same() -> None:
    """Sales had accepted at 13:00; at 16:00 the lead was taken back, and there is nothing left to accept."""
    course = handed_over()
    refusal = course.fire("accept", "2026-03-02T17:00", late="2026-03-02T13:00")
    assert refusal is not None
    refused = course.last("refused")
    assert (refused.trigger, refused.occurred_at) == ("accept", utc("2026-03-02T13:00"))
    assert about(course, "respond")[-2:] == ["clock_cancelled", "breach_lifted"]
    assert course.last("breach_lifted").caused_by == refused.seq
    assert course.present.state == "nurturing"
    assert course.decisions[-1].is_evidence


def test_refused_in_time_it_is_no_evidence() -> None:
    course = handed_over(transitions=GUARDED)
    course.fire("accept", "2026-03-02T13:00")
    assert course.clock("respond").status == "running"
    assert not course.decisions[-1].is_evidence


@pytest.mark.parametrize(
    ("by", "inputs"), [(MARKETING, {}), (SALES, {"amount": "a lot"}), (SALES, {"amuont": "5"})]
)
def test_what_could_not_have_been_fired_then_is_no_evidence(by: object, inputs: dict[str, str]) -> None:
    """Not by that party, not with these inputs; a guard is not asked, nobody knows what it saw."""
    course = handed_over(transitions=GUARDED)
    course.put(Fired("accept", inputs), by, utc("2026-03-02T15:00"), "2026-03-02T13:00")  # type: ignore[arg-type]
    assert course.clock("respond").status == "breached"
    course.fire("accept", "2026-03-02T15:30", SALES, late="2026-03-02T13:30", amount="5")
    assert course.last("refused").at == utc("2026-03-02T15:30")
    assert course.clock("respond").lifted


def test_only_clocks_whose_state_it_may_leave_are_judged() -> None:
    """A win told late was not possible while the lead was to be answered, and leaves that promise alone."""
    elsewhere = RESPOND.replace("trigger: [accept, return]", "trigger: [accept, return, win]")
    course = handed_over(targets=elsewhere)
    course.fire("win", "2026-03-02T15:00", late="2026-03-02T13:00")
    assert course.clock("respond").status == "breached"


def test_a_clock_that_was_not_open_then_is_met_as_of_now() -> None:
    course = handed_over()
    course.fire("accept", "2026-03-02T11:00")
    course.record("visit", "2026-03-02T12:00")
    course.fire("win", "2026-03-02T13:00", late="2026-03-02T10:30")
    assert course.clock("close").ended_at == utc("2026-03-02T13:00")
    assert "completed_at" not in course.last("clock_met").data


def test_one_that_is_too_old_is_fired_and_meets_what_it_meets_now() -> None:
    course = handed_over(targets=RESPOND.replace("4h", "240h").replace(", +2h: [{fire: return}]", ""))
    course.record("visit", "2026-03-05T10:00")
    late = course.fork()
    late.fire("accept", "2026-03-06T10:00", late="2026-03-02T11:00")
    assert late.clock("respond").ended_at == utc("2026-03-06T10:00")
    course.fire("accept", "2026-03-05T11:00", late="2026-03-02T11:00")
    assert course.clock("respond").ended_at == utc("2026-03-02T11:00")


# --- changes


def test_a_change_told_late_applies_to_what_was_not_set_since() -> None:
    course = handed_over()
    course.set("2026-03-02T11:00", country="SE")
    course.set("2026-03-02T12:00", late="2026-03-02T10:30", country="NO", employees=20)
    assert (course.present.fields["country"], course.present.fields["employees"]) == ("SE", 20)
    entry = course.last("changed")
    assert entry.data["fields"] == {"country": "NO", "employees": 20}
    assert entry.data["late"] == {"age_seconds": 5400, "is_evidence": True, "outdated": ["country"]}


def test_of_two_told_late_the_one_that_happened_later_stays_whatever_the_order() -> None:
    for order in (("10:30", "10:45"), ("10:45", "10:30")):
        course = handed_over()
        course.record("visit", "2026-03-02T11:00")
        for minute, at in enumerate(order):
            course.set(f"2026-03-02T12:0{minute}", late=f"2026-03-02T{at}", note=at)
        assert course.present.fields["note"] == "10:45"


def test_a_step_that_set_the_field_since_stands() -> None:
    setting = RESPOND.replace("100%: [{notify: sales}]", "100%: [{set: {note: \"'broken'\"}}]")
    course = handed_over(targets=setting)
    course.set("2026-03-02T15:00", late="2026-03-02T13:00", note="promised")
    assert course.present.fields["note"] == "broken"


def test_what_applies_late_moves_due_instants_where_its_entry_stands() -> None:
    until = """
targets:
  callback:
    owed_by: sales
    start: {set: callback_on}
    while: [mql, accepted]
    meet: {activity: call}
    within: {until: "lead.callback_on"}
    calendar: office
"""
    course = handed_over(targets=until)
    course.set("2026-03-02T11:00", callback_on="2026-03-04")
    course.record("visit", "2026-03-02T12:00")
    course.set("2026-03-02T13:00", late="2026-03-02T11:30", callback_on="2026-03-05")
    assert course.last("clock_moved").at == utc("2026-03-02T13:00")


# --- answers


CHECKED = """
checks:
  value:
    fields: {n: int, employees: int}
    pass: "answer.n >= 3"
    valid_for: 1d
"""
RESETTING = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: sales, when: "check.value"}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: sales, reset: [checks]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""


def checked() -> Course:
    plain = RESPOND.replace(", +2h: [{fire: return}]", "")
    return handed_over(transitions=RESETTING, checks=CHECKED, targets=plain)


def test_an_answer_told_late_stands_where_the_check_was_not_answered_since() -> None:
    course = checked()
    course.record("visit", "2026-03-02T11:00")
    course.answer("value", "2026-03-02T12:00", late="2026-03-02T10:30", n=5, employees=9)
    answer = course.present.checks["value"]
    assert (answer.passed, answer.at) == (True, utc("2026-03-02T10:30"))
    course.set("2026-03-02T12:15", employees=11)
    course.answer("value", "2026-03-02T12:30", late="2026-03-02T10:15", n=1, employees=10)
    assert course.present.checks["value"] == answer
    assert course.present.fields["employees"] == 11
    assert course.last("checked").data["late"]["outdated"] == ["value", "employees"]


def test_an_answer_lapses_counted_from_when_it_was_given() -> None:
    course = checked()
    course.record("visit", "2026-03-03T09:00")
    course.answer("value", "2026-03-03T10:00", late="2026-03-02T10:30", n=5)
    assert course.fire("accept", "2026-03-03T10:30") is not None


def test_a_reset_since_has_wiped_it() -> None:
    course = checked()
    course.fire("return", "2026-03-02T11:00")
    course.fire("promote", "2026-03-02T11:30")
    course.answer("value", "2026-03-02T12:00", late="2026-03-02T10:30", n=5)
    assert "value" not in course.present.checks
    assert course.last("checked").data["late"]["outdated"] == ["value"]


# --- assignments


def test_a_late_assignment_is_logged_only() -> None:
    course = handed_over()
    course.assign(ANNA, "2026-03-02T11:00")
    course.assign(MIA, "2026-03-02T12:00", late="2026-03-02T10:30")
    assert course.present.owner == ANNA
    entry = course.last("assigned")
    assert (entry.owner, entry.data["to"], entry.data["late"]["age_seconds"]) == (ANNA, MIA, 5400)
