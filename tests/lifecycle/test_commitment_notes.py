"""What a commitment asks of the lead at an event is noted at that event, before anything it resets."""

from __future__ import annotations

from typing import Any

from support.builders import MONDAY
from support.stories.course import Course, agreement

LEAD = """
lead:
  identity: [email]
  fields: {email: email, country: string, worth: decimal, on_hold: {type: bool, default: false}}
"""
STATES = """
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  accepted: {held_by: sales}
"""
TRANSITIONS = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales, requires: {worth: {type: decimal, required: false}}}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: sales, reset: [engagement]}
"""


def owing(*commitments: str) -> Course:
    """A lead under the small agreement with these commitments, ``c0`` first; created on Monday."""
    lines = [f"  c{n}: {{owed_by: sales, every: month, {each}}}" for n, each in enumerate(commitments)]
    parts = "\n".join(["commitments:", *lines]) if lines else ""
    workflow = agreement(lead=LEAD, states=STATES, transitions=TRANSITIONS, commitments=parts)
    return Course(workflow).create(fields={"country": "SE"})


def noted(course: Course) -> list[tuple[str, Any]]:
    """What each entry that has notes is about, and its notes."""
    entries = [entry for entry in course.entries if "counts" in entry.data]
    return [(entry.trigger or entry.target or entry.kind, entry.data["counts"]) for entry in entries]


def test_an_agreement_that_asks_nothing_of_the_lead_notes_nothing() -> None:
    course = owing("count: {enter: mql}, at_least: 5", "share: {met: respond}, at_least: 5%")
    course.fire("promote", "2026-03-02T10:00")
    assert noted(course) == []
    assert noted(owing()) == []


def test_a_condition_is_judged_with_the_fields_of_that_moment() -> None:
    course = owing("count: {trigger: [promote, return], when: \"lead.country == 'SE'\"}, at_least: 5")
    course.fire("promote", "2026-03-02T10:00")
    course.set("2026-03-02T11:00", country="DE")
    course.fire("return", "2026-03-02T12:00")
    assert noted(course) == [("promote", {"c0": True})]


def test_an_input_that_is_stored_is_seen_at_its_own_event() -> None:
    course = owing("count: {trigger: accept, when: lead.worth > 100}, at_least: 5")
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00", worth="100.5")
    assert noted(course) == [("accept", {"c0": True})]


def test_the_score_is_the_one_before_the_event_resets_it() -> None:
    course = owing("count: {trigger: return, when: lead.score >= 10}, at_least: 5")
    course.record("visit", "2026-03-02T09:30")
    course.fire("promote", "2026-03-02T10:00")
    course.fire("return", "2026-03-02T11:00")
    assert course.present.engagement == 0.0
    assert noted(course) == [("return", {"c0": True})]


def test_what_is_not_set_means_no() -> None:
    course = owing("count: {trigger: promote, when: lead.worth > 1}, at_least: 5")
    course.fire("promote", "2026-03-02T10:00")
    assert noted(course) == []


def test_a_sum_notes_the_value_as_it_stood_and_nothing_where_there_is_none() -> None:
    course = owing("sum: {field: worth, of: {enter: [mql, accepted]}}, at_least: 5")
    course.fire("promote", "2026-03-02T10:00")
    course.fire("accept", "2026-03-02T11:00", worth="2500.50")
    course.set("2026-03-02T12:00", worth="9")
    assert noted(course) == [("accept", {"c0": "2500.5"})]


def test_creation_enters_the_initial_state() -> None:
    course = owing("count: {enter: nurturing, when: '!lead.on_hold'}, at_least: 5")
    assert noted(course) == [("created", {"c0": True})]


def test_several_commitments_note_beside_each_other() -> None:
    course = owing(
        "count: {activity: visit, when: lead.score >= 10}, at_least: 5",
        "share: {of: {activity: visit, when: lead.on_hold}, among: {activity: visit, when: '!lead.on_hold'}}"
        ", at_least: 5%",
    )
    course.record("visit", "2026-03-02T10:00")
    assert noted(course) == [("activity", {"c0": True, "c1.among": True})]


def test_a_verdict_is_judged_when_it_falls() -> None:
    """Broken while on hold, the second met while not: only the first counts as asked."""
    course = owing("share: {met: respond, when: lead.on_hold}, at_least: 5%")
    course.fire("promote", "2026-03-02T10:00")
    course.set("2026-03-02T11:00", on_hold=True)
    course.tick("2026-03-02T15:00")
    course.fire("return", "2026-03-02T16:00")
    course.set("2026-03-02T17:00", on_hold=False)
    course.fire("promote", "2026-03-02T18:00")
    course.fire("accept", "2026-03-02T19:00")
    assert noted(course) == [("respond", {"c0": True})]
    assert [entry.kind for entry in course.entries if "counts" in entry.data] == ["breached"]
    assert course.entries[0].at == MONDAY
