"""What holds for every agreement and every history: random ones, told with ticks and without."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from builders import MONDAY
from course import Course
from histories import Story, story_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import histories
from strategies_agreements import agreements, directories

from slaflow.clock.state import Clock
from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.events import Input
from slaflow.lifecycle.scoring import decayed
from slaflow.workflow.model import UntilField

stories = st.builds(story_of, agreements(), directories(), histories())
NEVER = timedelta(0)
ANEW = ("clock_restarted", "clock_moved")


def examples(count: int) -> settings:
    """Big examples: hypothesis is not to complain of their size or speed."""
    return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))


@examples(60)
@given(stories)
def test_the_log_does_not_depend_on_when_ticks_ran(story: Story) -> None:
    """WORKFLOW.md, "Time" 3; SEMANTICS 2 and 4."""
    ticked, unticked = story.told(ticks=True), story.told(ticks=False)
    assert ticked.entries == unticked.entries
    assert ticked.lead == unticked.lead
    assert ticked.every_clock == unticked.every_clock
    assert ticked.people.turns == unticked.people.turns


@examples(20)
@given(stories)
def test_settled_twice_is_settled_once(story: Story) -> None:
    course = story.told(ticks=False)
    before = len(course.entries), copy.deepcopy(course.lead), copy.deepcopy(course.every_clock)
    course.tick(story.end)
    assert (len(course.entries), course.lead, course.every_clock) == before
    assert not course.decisions[-1].messages
    assert not course.decisions[-1].changed
    assert not course.decisions[-1].fallen


@examples(25)
@given(stories)
def test_the_log_moves_forward_and_tells_where_the_lead_rests(story: Story) -> None:
    course = story.told(ticks=True)
    assert [entry.seq for entry in course.entries] == list(range(1, len(course.entries) + 1))
    for before, after in pairwise(course.entries):
        assert before.at <= after.at, (before, after)
    assert course.entries[-1].at == course.present.as_of
    moves = [e.to_state for e in course.entries if e.kind in ("created", "transition")]
    assert moves[-1] == course.present.state
    for entry in course.entries:
        assert entry.caused_by is None or entry.caused_by < entry.seq


@examples(20)
@given(stories)
def test_a_lead_that_is_not_closed_is_always_held_by_a_party(story: Story) -> None:
    course = story.told(ticks=True)
    assert all(entry.held_by in ("marketing", "sales") for entry in course.entries)
    state = story.workflow.states[course.present.state]
    assert course.present.held_by in ("marketing", "sales")
    if not state.final:
        assert course.present.held_by == state.held_by


@examples(40)
@given(stories)
def test_clocks_of_one_target_never_overlap_and_tell_a_consistent_story(story: Story) -> None:
    course = story.told(ticks=True)
    for target in story.workflow.targets:
        own = [c for (name, _), c in sorted(course.every_clock.items()) if name == target.name]
        assert [c.number for c in own] == list(range(1, len(own) + 1))
        for earlier, later in pairwise(own):
            assert earlier.ended_at is not None
            assert earlier.ended_at <= later.started_at
        for clock in own:
            _check_clock(clock, course)


def _check_clock(clock: Clock, course: Course) -> None:
    told = [e for e in course.entries if (e.target, e.clock) == (clock.target, clock.number)]
    kinds = Counter(e.kind for e in told)
    ends = kinds["clock_met"] + kinds["met_late"] + kinds["clock_cancelled"] + kinds["timer_fired"]
    after_all = [e.data["was"] for e in told if "completed_at" in e.data]
    again = sum(was in ("cancelled", "met_late") for was in after_all)
    assert kinds["clock_started"] == 1
    assert bool(ends + kinds["breach_lifted"]) == (not clock.is_open)
    assert ends <= 1 + again + kinds["met_late"] * kinds["clock_cancelled"]
    assert kinds["breach_lifted"] == clock.lifted <= clock.is_broken
    assert kinds["breached"] == clock.is_broken <= 1
    if clock.is_broken:
        assert clock.breached_at == clock.due_at
        assert next(e.at for e in told if e.kind == "breached") == clock.due_at
    if not clock.is_open:
        assert clock.wake_at is None
        assert clock.ended_at is not None
        assert clock.ended_at >= clock.started_at
    if clock.status == "met":
        assert clock.lifted == clock.is_broken
        assert clock.ended_at is not None
        assert clock.ended_at <= clock.due_at or kinds["clock_paused"]
    assert (clock.status == "met_late") == (kinds["met_late"] == 1 and not clock.lifted)
    assert kinds["clock_paused"] - kinds["clock_resumed"] in (0, 1)
    steps = Counter(e.step for e in told if e.kind in ("warned", "breached", "escalated"))
    assert kinds["clock_restarted"] or set(steps.values()) <= {1}
    assert clock.left >= NEVER
    if clock.budget is not None:
        assert clock.budget >= NEVER


@examples(25)
@given(stories)
def test_what_is_left_of_a_clock_and_where_it_lives(story: Story) -> None:
    course = story.told(ticks=True)
    for clock in course.open_clocks:
        assert course.present.state in clock.lives_in
        assert (clock.status == "paused") == (clock.paused_at is not None)
        assert clock.wake_at is None or clock.wake_at >= story.end
        if clock.status == "running":
            assert clock.due_at is not None
            assert clock.due_at >= story.end
        assert clock.is_broken == (clock.status == "breached")


@examples(40)
@given(stories)
def test_a_promise_is_broken_once_its_open_time_is_used_up_pauses_left_out(story: Story) -> None:
    """Counted from the log alone, by the calendar of each clock; a breach stands though it be lifted."""
    course = story.told(ticks=True)
    for clock in course.every_clock.values():
        told = [e for e in course.entries if (e.target, e.clock) == (clock.target, clock.number)]
        terms = story.workflow.target(clock.target).cases[clock.case].allowance
        if clock.breached_at is None or isinstance(terms, UntilField) or any(e.kind in ANEW for e in told):
            continue
        calendar = story.workflow.calendars[clock.calendar]
        used = calendar.open_time(clock.started_at, clock.breached_at)
        paused = [e.at for e in told if e.kind == "clock_paused"]
        resumed = [e.at for e in told if e.kind == "clock_resumed"]
        used -= sum((calendar.open_time(*ends) for ends in zip(paused, resumed, strict=True)), NEVER)
        assert clock.allowance - timedelta(seconds=1) < used <= clock.allowance


@examples(20)
@given(stories)
def test_deciding_leaves_what_it_was_given_as_it_was(story: Story) -> None:
    course = story.begun()
    for each in story.arrivals:
        given_ = copy.deepcopy((course.lead, course.open_clocks, course.people.turns))
        lead, clocks = course.lead, course.open_clocks
        event = Input(each.happening, each.by, each.occurred_at, each.arrived_at)
        decide(story.workflow, course.people, lead, clocks, event, each.arrived_at)
        assert (lead, clocks, course.people.turns) == given_
        course.put(each.happening, each.by, each.arrived_at, each.occurred_at)


@examples(25)
@given(stories)
def test_a_refused_input_leaves_what_was_settled_and_one_entry(story: Story) -> None:
    course = story.begun()
    for each in story.arrivals:
        before = course.fork()
        refusal = course.put(each.happening, each.by, each.arrived_at, each.occurred_at)
        if refusal is None:
            continue
        before.tick(each.arrived_at)
        if course.decisions[-1].is_evidence:
            assert {e.kind for e in course.entries[before.present.seq :]} >= {"refused"}
            continue
        *settling, refused = course.entries
        assert (refused.kind, refused.entry_class) == ("refused", "input")
        assert refused.reason == "; ".join(refusal.because)
        assert settling == before.entries
        assert course.every_clock == before.every_clock
        before.present.seq, before.present.as_of = refused.seq, refused.at
        assert course.lead == before.lead


@examples(25)
@given(stories)
def test_engagement_is_what_the_log_says_was_earned(story: Story) -> None:
    """SEMANTICS 4: re-based only by an activity with points or a reset, not by time or ticks."""
    course = story.told(ticks=True)
    half_life = story.workflow.scoring.half_life
    value, at = 0.0, MONDAY
    for entry in course.entries:
        if entry.kind == "activity" and "points" in entry.data:
            past = 0.5 ** ((entry.at - at) / half_life) if half_life else 1.0
            since = 0.5 ** ((entry.at - entry.occurred_at) / half_life) if half_life else 1.0
            value, at = value * past + float(entry.data["points"]) * since, entry.at
        elif "engagement" in entry.data.get("reset", ()):
            value, at = 0.0, entry.at
    past = 0.5 ** ((story.end - at) / half_life) if half_life else 1.0
    assert decayed(course.present, half_life, story.end) == pytest.approx(value * past)


@examples(25)
@given(stories)
def test_of_steps_settled_together_each_person_hears_one_message_per_clock(story: Story) -> None:
    """SEMANTICS 14."""
    course = story.told(ticks=True)
    for decision in course.decisions:
        about = Counter((m.recipient, m.target, m.clock) for m in decision.messages if m.clock is not None)
        assert set(about.values()) <= {1}
        seqs = [message.seq for message in decision.messages]
        assert seqs == sorted(seqs)
        assert {entry.seq for entry in decision.entries} >= set(seqs)
        ended = {(c.target, c.number) for c in decision.clocks if not c.is_open}
        assert not [m for m in decision.messages if m.kind == "warned" and (m.target, m.clock) in ended]


@examples(25)
@given(stories)
def test_the_system_keeps_nobodys_promise(story: Story) -> None:
    """SEMANTICS 11: whatever is met is met by an input, or an auto that follows from one."""
    course = story.told(ticks=False)
    by_seq = {entry.seq: entry for entry in course.entries}
    for entry in course.entries:
        if entry.kind in ("clock_met", "met_late"):
            *_, root = _causes(entry.caused_by, by_seq)
            assert root.entry_class == "input", (entry, root)


def _causes(seq: int | None, by_seq: dict) -> Iterator:
    while seq is not None:
        yield by_seq[seq]
        seq = by_seq[seq].caused_by
