"""What holds for every pair of agreements and every history, wherever in it the lead moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.stories.course import Course
from support.stories.histories import Story, story_of
from support.stories.strategies import histories
from support.stories.strategies_agreements import agreements
from support.stories.strategies_people import directories

from slaflow.clock.due import time_used
from slaflow.lifecycle.decision import Decision
from slaflow.lifecycle.lead import Lead
from slaflow.workflow.model.workflow import Workflow

stories = st.builds(story_of, agreements(), directories(), histories())
SECOND = timedelta(seconds=1)


def told_until(story: Story, moment: int) -> Course:
    course = story.begun()
    for each in story.arrivals[:moment]:
        each.reach(course)
    return course


def no_clock_breaks_by_moving(course: Course, moved: Course, to: Workflow) -> None:
    (entry,) = moved.all("migrated")
    assert {e.digest for e in moved.entries if e.seq >= entry.seq} == {to.digest}
    for clock in moved.open_clocks:
        assert clock.digest == to.digest
        if clock.breached_at is None and clock.status == "running":
            assert clock.due_at >= entry.at
            assert clock.wake_at is None or clock.wake_at >= entry.at
    broken = {(e.target, e.clock) for e in moved.all("breached")}
    assert broken == {(e.target, e.clock) for e in course.all("breached")}


def open_time_used_stays(course: Course, moved: Course, to: Workflow) -> None:
    at = moved.all("migrated")[0].at
    for key, before in course.every_clock.items():
        after = moved.every_clock[key]
        if not (before.is_open and after.is_open) or before.is_broken:
            continue
        used = time_used(before, course.workflow.calendars[before.calendar], at)
        assert abs(time_used(after, to.calendars[after.calendar], at) - used) <= SECOND, (before, after)


def what_is_not_written_whole_stayed(before: Lead, decision: Decision) -> None:
    if not decision.is_moved:
        after = decision.lead
        end = {name: getattr(after, name) for name in ("digest", "as_of", "step_at", "seq", "head")}
        assert after == replace(before, **end)


def the_log_goes_on_from_the_move(moved: Course, story: Story) -> None:
    at = moved.all("migrated")[0].at
    moved.tick(max(at, story.end) + timedelta(days=3))
    assert [entry.seq for entry in moved.entries] == list(range(1, len(moved.entries) + 1))
    assert all(before.at <= after.at for before, after in pairwise(moved.entries))


@settings(max_examples=16, suppress_health_check=list(HealthCheck))
@given(stories, agreements(), st.integers(0, 12), st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_lead_moves_between_any_two_agreements(
    story: Story, other: Workflow, moment: int, later: timedelta
) -> None:
    course = told_until(story, moment)
    at = course.present.as_of + later
    course.tick(at)
    same = replace(story.workflow, digest="e" * 64)
    unmoved = course.fork()
    decision = unmoved.move(same, max(at, unmoved.present.as_of))
    assert [entry.kind for entry in decision.entries] == ["migrated"]
    assert {move.what for move in decision.moves} <= {"untouched"}
    assert not decision.is_moved
    for key, clock in course.every_clock.items():
        clock = replace(clock, digest=same.digest) if clock.is_open else clock
        assert unmoved.every_clock[key] == clock
    moved, to = course.fork(), replace(other, digest="f" * 64)
    decision = moved.move(to, max(at, moved.present.as_of), "2h")
    what_is_not_written_whole_stayed(course.present, decision)
    no_clock_breaks_by_moving(course, moved, to)
    open_time_used_stays(course, moved, to)
    the_log_goes_on_from_the_move(moved, story)
