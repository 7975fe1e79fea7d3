"""The search leaves out nothing: wherever a random history leaves a lead, the search was there."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.stories.course import Course, agreement
from support.stories.histories import Story, story_of
from support.stories.strategies import histories
from support.stories.strategies_agreements import agreements
from support.stories.strategies_people import directories

from slaflow.lifecycle.owners.promises import is_waiting
from slaflow.workflow.limbo.configuration import Configuration, Terms
from slaflow.workflow.limbo.search import search
from slaflow.workflow.model.workflow import Workflow

stories = st.builds(story_of, agreements(), directories(), histories())


def where(terms: Terms, course: Course) -> Configuration:
    """Where the search has the lead of *course*."""
    clocks, waits, lead = [0] * len(terms.targets), 0, course.present
    for clock in course.open_clocks:
        target = terms.workflow.target(clock.target)
        fallen = (
            place for place in terms.acting[target.index] if target.steps[place].label in clock.carried_out
        )
        clocks[target.index] = 1 + sum(2 << place for place in fallen)
    for target in terms.targets:
        waits |= is_waiting(lead, target.name) << target.index
    return Configuration(lead.state, tuple(clocks), terms.tracks_owner and lead.owner is not None, waits)


@settings(
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None, max_examples=12
)
@given(stories)
def test_no_history_comes_to_where_the_search_was_not(story: Story) -> None:
    searched = search(story.workflow, work=15_000)
    assume(searched.is_whole)
    course = story.begun()
    assert where(searched.terms, course) in searched.links
    for each in story.arrivals:
        for at in each.ticks:
            course.tick(at)
            assert where(searched.terms, course) in searched.links
        each.reach(course)
        assert where(searched.terms, course) in searched.links
    course.tick(story.end)
    assert where(searched.terms, course) in searched.links


def limbos(workflow: Workflow) -> set[str]:
    return set(search(workflow).limbos)


def test_a_state_in_which_no_promise_lives_is_a_limbo() -> None:
    assert limbos(agreement()) == {"nurturing", "accepted"}


def test_a_state_marked_as_rest_is_none() -> None:
    states = """
states:
  nurturing: {held_by: marketing, initial: true, rest: true}
  mql: {held_by: sales}
  accepted: {held_by: sales, rest: true}
  won: {final: true}
"""
    assert limbos(agreement(states=states)) == set()


ENTERED = """
targets:
  triage: {owed_by: marketing, start: {enter: nurturing}, meet: {trigger: promote}, within: 5d}
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: [accept, return]}, within: 4h}
  close: {owed_by: sales, start: {enter: accepted}, meet: {trigger: [win, return]}, within: 30d}
"""


def test_promises_that_only_a_way_out_keeps_leave_nobody_lying() -> None:
    assert limbos(agreement(targets=ENTERED)) == set()


def test_a_touch_that_keeps_the_only_promise_leaves_the_lead_lying() -> None:
    targets = ENTERED.replace("meet: {trigger: promote}", "meet: [{trigger: promote}, {activity: nurture}]")
    assert limbos(agreement(targets=targets)) == {"nurturing"}
    again = targets.replace("within: 5d", "within: 5d, repeat: true")
    assert limbos(agreement(targets=again)) == set()


def test_a_timer_that_moves_the_lead_on_watches_over_it_and_one_that_only_tells_does_not() -> None:
    touched = ENTERED.replace("meet: {trigger: promote}", "meet: [{trigger: promote}, {activity: nurture}]")
    timer = "timers: {hurry: {start: {enter: nurturing}, after: 9d, do: [{%s}]}}"
    assert limbos(agreement(targets=touched, timers=timer % "fire: promote")) == set()
    assert limbos(agreement(targets=touched, timers=timer % "notify: marketing")) == {"nurturing"}


def test_a_promise_that_starts_under_a_condition_may_not_start() -> None:
    targets = ENTERED.replace("{enter: accepted}", "{enter: accepted, when: known.email}")
    assert limbos(agreement(targets=targets)) == {"accepted"}


def test_a_refused_trigger_told_late_may_keep_a_promise_and_moves_nothing() -> None:
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: sales, when: contacted}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    assert limbos(agreement(targets=ENTERED, transitions=transitions)) == {"mql"}


@pytest.mark.parametrize("width", [24, 200])
def test_an_agreement_made_to_blow_the_search_up_is_given_up_in_time(width: int) -> None:
    fields = ", ".join(f"f{n}: string" for n in range(width))
    clocks = "\n".join(
        f"  t{n}: {{owed_by: sales, start: {{set: f{n}}}, meet: {{activity: [call, mail]}}, within: 4h,"
        " while: [nurturing, mql, accepted]}"
        for n in range(width)
    )
    workflow = agreement(lead=f"lead:\n  identity: [email]\n  fields: {{email: email, {fields}}}",
                         targets=f"targets:\n{clocks}")  # fmt: skip
    searched = search(workflow)
    assert not searched.is_whole
    assert searched.configurations <= 100_000
    assert "nurturing" in searched.limbos


def test_steps_that_start_anew_what_falls_with_them_are_given_up_early() -> None:
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system], auto: true, when: known.email}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    targets = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps: {100%: [{fire: return}], +7d: [{fire: return}]}
timers:
  forgotten: {start: {enter: mql}, after: 9d, do: [{fire: return}]}
"""
    searched = search(agreement(targets=targets, transitions=transitions))
    assert not searched.is_whole
    assert len(searched.links) < 5_000
