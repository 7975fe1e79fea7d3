"""What holds for every agreement and every history: random ones, told with ticks and without."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.builders import MONDAY
from support.stories.course import Course
from support.stories.histories import Story, story_of
from support.stories.strategies import histories
from support.stories.strategies_agreements import agreements
from support.stories.strategies_people import directories

from slaflow.clock.state import Clock
from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.events import Input
from slaflow.lifecycle.scoring import decayed
from slaflow.workflow.model.clocks import UntilField

stories = st.builds(story_of, agreements(), directories(), histories())
NEVER = timedelta(0)
ANEW = ("clock_restarted", "clock_moved")


@dataclass(frozen=True)
class Telling:
    """A story told with ticks in between, and told without any."""

    story: Story
    ticked: Course
    unticked: Course


def the_log_does_not_depend_on_when_ticks_ran(telling: Telling) -> None:
    """workflow-file.md, "Time" 3; rules.md, 2 and 4."""
    ticked, unticked = telling.ticked, telling.unticked
    assert ticked.entries == unticked.entries
    assert ticked.lead == unticked.lead
    assert ticked.every_clock == unticked.every_clock
    assert ticked.people.turns == unticked.people.turns


def settled_twice_is_settled_once(telling: Telling) -> None:
    course = telling.unticked.fork()
    before = len(course.entries), copy.deepcopy(course.lead), copy.deepcopy(course.every_clock)
    course.tick(telling.story.end)
    assert (len(course.entries), course.lead, course.every_clock) == before
    assert not course.decisions[-1].messages
    assert not course.decisions[-1].changed
    assert not course.decisions[-1].fallen


def the_log_moves_forward_and_tells_where_the_lead_rests(telling: Telling) -> None:
    course = telling.ticked
    assert [entry.seq for entry in course.entries] == list(range(1, len(course.entries) + 1))
    for before, after in pairwise(course.entries):
        assert before.at <= after.at, (before, after)
    assert course.entries[-1].at == course.present.as_of
    moves = [e.to_state for e in course.entries if e.kind in ("created", "transition")]
    assert moves[-1] == course.present.state
    for entry in course.entries:
        assert entry.caused_by is None or entry.caused_by < entry.seq


def a_lead_that_is_not_closed_is_always_held_by_a_party(telling: Telling) -> None:
    course = telling.ticked
    assert all(entry.held_by in ("marketing", "sales") for entry in course.entries)
    state = telling.story.workflow.states[course.present.state]
    assert course.present.held_by in ("marketing", "sales")
    if not state.final:
        assert course.present.held_by == state.held_by


def clocks_of_one_target_never_overlap_and_tell_a_consistent_story(telling: Telling) -> None:
    course, by_clock = telling.ticked, _by_clock(telling.ticked)
    for target in telling.story.workflow.targets:
        own = [c for (name, _), c in sorted(course.every_clock.items()) if name == target.name]
        assert [c.number for c in own] == list(range(1, len(own) + 1))
        for earlier, later in pairwise(own):
            assert earlier.ended_at is not None
            assert earlier.ended_at <= later.started_at
        for clock in own:
            _check_clock(clock, by_clock[clock.target, clock.number])


def _by_clock(course: Course) -> defaultdict[tuple[str | None, int | None], list[Draft]]:
    """What is told of each clock; gone through once, as a timer may start itself ten thousand times."""
    found: defaultdict[tuple[str | None, int | None], list[Draft]] = defaultdict(list)
    for each in course.entries:
        found[each.target, each.clock].append(each)
    return found


def _check_clock(clock: Clock, told: Sequence[Draft]) -> None:
    kinds = Counter(e.kind for e in told)
    over = kinds["clock_cancelled"] + kinds["clock_passed_on"]
    ends = kinds["clock_met"] + kinds["met_late"] + over + kinds["timer_fired"]
    after_all = [e.data["was"] for e in told if "completed_at" in e.data]
    again = sum(was in ("cancelled", "passed_on", "met_late") for was in after_all)
    # Lifted by hand the breach is excused, and what is owed is owed still (rules.md, 18).
    by_evidence = [e for e in told if e.kind == "breach_lifted" and e.entry_class != "input"]
    assert kinds["clock_started"] == 1
    assert bool(ends + len(by_evidence)) == (not clock.is_open)
    assert ends <= 1 + again + kinds["met_late"] * over
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
    assert (clock.status == "met_late") == (kinds["met_late"] == 1 and not by_evidence)
    assert kinds["clock_paused"] - kinds["clock_resumed"] in (0, 1)
    steps = Counter(e.step for e in told if e.kind in ("warned", "breached", "escalated"))
    assert kinds["clock_restarted"] or set(steps.values()) <= {1}
    assert clock.left >= NEVER
    if clock.budget is not None:
        assert clock.budget >= NEVER


def what_each_owner_owes_is_theirs_and_the_next_ones_begins_as_it_is_passed_on(telling: Telling) -> None:
    course = telling.ticked
    own = {each.name for each in telling.story.workflow.targets if each.per_owner}
    started = {(e.target, e.clock): e for e in course.entries if e.kind == "clock_started"}
    for clock in course.open_clocks:
        assert clock.target not in own or clock.owner == course.present.owner is not None
    for passed in course.all("clock_passed_on"):
        assert passed.target in own
        assert passed.clock is not None
        following = started.get((passed.target, passed.clock + 1))
        assert following is None or following.at >= passed.at
        if following is not None and following.caused_by == passed.caused_by:
            assert following.at == passed.at
            assert following.owner != passed.data["owner"]


def what_is_left_of_a_clock_and_where_it_lives(telling: Telling) -> None:
    course = telling.ticked
    for clock in course.open_clocks:
        assert course.present.state in clock.lives_in
        assert (clock.status == "paused") == (clock.paused_at is not None)
        assert clock.wake_at is None or clock.wake_at >= telling.story.end
        if clock.status == "running":
            assert clock.due_at is not None
            assert clock.due_at >= telling.story.end
        assert clock.is_broken == (clock.status == "breached")


def a_promise_is_broken_once_its_open_time_is_used_up_pauses_left_out(telling: Telling) -> None:
    """Counted from the log alone, by the calendar of each clock; a breach stands though it be lifted."""
    course, by_clock = telling.ticked, _by_clock(telling.ticked)
    for clock in course.every_clock.values():
        told = by_clock[clock.target, clock.number]
        terms = telling.story.workflow.target(clock.target).cases[clock.case].allowance
        if clock.breached_at is None or isinstance(terms, UntilField) or any(e.kind in ANEW for e in told):
            continue
        calendar = telling.story.workflow.calendars[clock.calendar]
        used = calendar.open_time(clock.started_at, clock.breached_at)
        paused = [e.at for e in told if e.kind == "clock_paused"]
        resumed = [e.at for e in told if e.kind == "clock_resumed"]
        used -= sum((calendar.open_time(*ends) for ends in zip(paused, resumed, strict=True)), NEVER)
        assert clock.allowance - timedelta(seconds=1) < used <= clock.allowance


def deciding_leaves_what_it_was_given_as_it_was(telling: Telling) -> None:
    course = telling.story.begun()
    for each in telling.story.arrivals:
        given_ = copy.deepcopy((course.lead, course.open_clocks, course.people.turns))
        lead, clocks = course.lead, course.open_clocks
        event = Input(each.happening, each.by, each.occurred_at, each.arrived_at)
        decide(telling.story.workflow, course.people, lead, clocks, event, each.arrived_at)
        assert (lead, clocks, course.people.turns) == given_
        each.reach(course)


def a_refused_input_leaves_what_was_settled_and_one_entry(telling: Telling) -> None:
    course = telling.story.begun()
    for each in telling.story.arrivals:
        before = course.fork()
        refusal = each.reach(course)
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
        # A late one may say again what kept a promise already; that is remembered, and alters nothing.
        assert unremembered(course) == unremembered(before)
        before.present.seq, before.present.as_of = refused.seq, refused.at
        assert course.lead == before.lead


def unremembered(course: Course) -> dict[tuple[str, int], Clock]:
    """Every clock but what it has seen that could keep its promise."""
    found = {key: clock.copy() for key, clock in course.every_clock.items()}
    for clock in found.values():
        clock.seen = {}
    return found


def engagement_is_what_the_log_says_was_earned(telling: Telling) -> None:
    """rules.md, 4: re-based only by an activity with points or a reset, not by time or ticks."""
    course = telling.ticked
    half_life = telling.story.workflow.scoring.half_life
    value, at = 0.0, MONDAY
    for entry in course.entries:
        if entry.kind == "activity" and "points" in entry.data:
            past = 0.5 ** ((entry.at - at) / half_life) if half_life else 1.0
            since = 0.5 ** ((entry.at - entry.occurred_at) / half_life) if half_life else 1.0
            value, at = value * past + float(entry.data["points"]) * since, entry.at
        elif "engagement" in entry.data.get("reset", ()):
            value, at = 0.0, entry.at
    past = 0.5 ** ((telling.story.end - at) / half_life) if half_life else 1.0
    assert decayed(course.present, half_life, telling.story.end) == pytest.approx(value * past)


def of_steps_settled_together_each_person_hears_one_message_per_clock(telling: Telling) -> None:
    """rules.md, 14."""
    course = telling.ticked
    for decision in course.decisions:
        about = Counter((m.recipient, m.target, m.clock) for m in decision.messages if m.clock is not None)
        assert set(about.values()) <= {1}
        seqs = [message.seq for message in decision.messages]
        assert seqs == sorted(seqs)
        assert {entry.seq for entry in decision.entries} >= set(seqs)
        ended = {(c.target, c.number) for c in decision.clocks if not c.is_open}
        assert not [m for m in decision.messages if m.kind == "warned" and (m.target, m.clock) in ended]


def the_system_keeps_nobodys_promise(telling: Telling) -> None:
    """rules.md, 11: whatever is met is met by an input, or an auto that follows from one."""
    course = telling.unticked
    by_seq = {entry.seq: entry for entry in course.entries}
    for entry in course.entries:
        if entry.kind in ("clock_met", "met_late"):
            *_, root = _causes(entry.caused_by, by_seq)
            assert root.entry_class == "input", (entry, root)


def _causes(seq: int | None, by_seq: dict) -> Iterator:
    while seq is not None:
        yield by_seq[seq]
        seq = by_seq[seq].caused_by


RULES: tuple[Callable[[Telling], None], ...] = (
    the_log_does_not_depend_on_when_ticks_ran,
    settled_twice_is_settled_once,
    the_log_moves_forward_and_tells_where_the_lead_rests,
    a_lead_that_is_not_closed_is_always_held_by_a_party,
    clocks_of_one_target_never_overlap_and_tell_a_consistent_story,
    what_each_owner_owes_is_theirs_and_the_next_ones_begins_as_it_is_passed_on,
    what_is_left_of_a_clock_and_where_it_lives,
    a_promise_is_broken_once_its_open_time_is_used_up_pauses_left_out,
    deciding_leaves_what_it_was_given_as_it_was,
    a_refused_input_leaves_what_was_settled_and_one_entry,
    engagement_is_what_the_log_says_was_earned,
    of_steps_settled_together_each_person_hears_one_message_per_clock,
    the_system_keeps_nobodys_promise,
)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(stories)
def test_every_rule_holds_for_every_agreement_and_every_history(story: Story) -> None:
    """Rules are asked of the same stories: to make up an agreement takes longer than to look at its log."""
    telling = Telling(story, story.told(ticks=True), story.told(ticks=False))
    for rule in RULES:
        rule(telling)
