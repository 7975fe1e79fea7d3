"""rules.md, 33: what was said at which stage, and how often a prospect is approached."""

from __future__ import annotations

from typing import Any

from support.builders import utc
from support.stories.course import PROSPECT, Course, agreement

from slaflow.lifecycle.approaches import next_welcome

ACTIVITIES = """
activities:
  visit: {by: lead, points: 10, stage: interest}
  call: {by: sales, attempt: phone, fits: [interest, decision]}
  nurture: {by: marketing, automated: true}
"""
PACE = "pace: {by: [sales, marketing], at_most: 2, per: 24h}"


def course(**sections: str) -> Course:
    return Course(agreement(activities=ACTIVITIES, **sections)).create()


def said(course: Course) -> list[dict[str, Any]]:
    """What the entries of activities say of the journey."""
    data = [entry.data for entry in course.all("activity")]
    return [
        {name: each[name] for name in ("stage", "reached", "misfit", "over_pace") if name in each}
        for each in data
    ]


def test_what_is_not_meant_for_the_stage_is_recorded_and_says_so() -> None:
    told = course()
    told.record("call", "2026-03-02T10:00")
    told.record("visit", "2026-03-02T11:00")
    told.record("call", "2026-03-02T12:00")
    assert said(told) == [
        {"stage": "unaware", "misfit": {"stage": "unaware"}},
        {"stage": "unaware", "reached": "interest"},
        {"stage": "interest"},
    ]
    assert len(told.lead.attempts) == 2


def test_an_agreement_that_does_not_speak_of_the_journey_logs_what_it_ever_did() -> None:
    told = Course(agreement()).create()
    told.record("call", "2026-03-02T10:00")
    assert said(told) == [{}]
    assert told.lead.approaches == []


def test_one_approach_too_many_is_recorded_and_says_so() -> None:
    """Of both parties together, by hand or not; what the prospect does is no approach."""
    told = course(pace=PACE)
    told.record("nurture", "2026-03-02T10:00")
    told.record("visit", "2026-03-02T11:00")
    told.record("visit", "2026-03-02T11:30")
    told.record("call", "2026-03-02T12:00")
    told.record("call", "2026-03-03T09:59")
    told.record("call", "2026-03-03T13:00")
    assert ["over_pace" in each for each in said(told)] == [False, False, False, False, True, False]


def test_the_next_is_welcome_when_the_oldest_of_the_latest_is_old_enough() -> None:
    told = course(pace=PACE)
    told.record("call", "2026-03-02T10:00")
    at = utc("2026-03-02T10:30")
    assert next_welcome(told.workflow, told.lead, at) is None
    told.record("call", "2026-03-02T12:00")
    assert next_welcome(told.workflow, told.lead, utc("2026-03-02T13:00")) == utc("2026-03-03T10:00")
    assert next_welcome(told.workflow, told.lead, utc("2026-03-03T10:00")) is None


def test_what_is_told_late_is_judged_by_when_it_happened() -> None:
    told = course(pace=PACE)
    told.record("call", "2026-03-02T10:00")
    told.record("call", "2026-03-05T10:00")
    told.record("call", "2026-03-05T12:00", late="2026-03-05T09:00")
    assert ["over_pace" in each for each in said(told)] == [False, False, False]
    assert told.lead.approaches == [utc("2026-03-05T09:00"), utc("2026-03-05T10:00")]


def test_a_described_stage_is_a_stage() -> None:
    told = course(
        stages="stages: [unaware, {name: interest, about: looks around, signal: reads prices}, decision]"
    )
    told.record("visit", "2026-03-02T10:00", PROSPECT)
    assert told.lead.stage == "interest"
    assert [each.about for each in told.workflow.described] == [None, "looks around", None]
