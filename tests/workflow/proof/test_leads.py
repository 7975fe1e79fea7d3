"""Whatever happens to a lead, its values are among those they can be; it passes what can be passed."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from support.stories.histories import Story, story_of
from support.stories.strategies import histories
from support.stories.strategies_agreements import CONDITIONS, agreements, condition
from support.stories.strategies_people import directories

from slaflow.lifecycle.view import View
from slaflow.workflow.compile.scopes import guard_scope
from slaflow.workflow.expressions.value import Clause
from slaflow.workflow.proof.truths import Condition, Truths, known_as

stories = st.builds(story_of, agreements(), directories(), histories())
COMPARED = (
    "lead.score > 1000",
    "lead.fit > 20",
    "lead.fit < 0",
    "lead.engagement < 0",
    "attempts.channels > 3",
)
CLAUSES = tuple(Clause(condition(text)) for text in (*CONDITIONS, *COMPARED))
GUARDS = (
    *((one,) for one in CLAUSES),
    *((one, Clause(condition(f"!({other.that.text})"))) for one, other in product(CLAUSES[:8], repeat=2)),
)


def views(story: Story):
    """The lead after each arrival and each tick."""
    course = story.begun()
    yield View(story.workflow, course.present, course.present.as_of)
    for each in story.arrivals:
        each.reach(course)
        yield View(story.workflow, course.present, course.present.as_of)
    course.tick(story.end)
    yield View(story.workflow, course.present, course.present.as_of)


@settings(max_examples=20)
@given(stories)
def test_the_values_of_a_lead_are_among_those_they_can_be(story):
    truths = Truths(story.workflow)
    domains = {name: truths.values_of(name) for name in guard_scope(story.workflow).declared.types}
    assert domains["attempts.total"] is not None
    for view in views(story):
        for name, domain in domains.items():
            value = view.value(name)
            assert domain is None or domain & known_as(domain, value), (name, value)


@settings(max_examples=20)
@given(stories)
def test_no_lead_passes_what_none_can_and_each_passes_what_all_do(story):
    truths = Truths(story.workflow)
    never = [guard for guard in GUARDS if not truths.may_pass(guard)]
    always = [guard for guard in GUARDS if truths.must_pass(guard)]
    for view in views(story):
        assert not any(all(view.holds(clause.that) for clause in guard) for guard in never)
        assert all(all(view.holds(clause.that) for clause in guard) for guard in always)


@settings(max_examples=20)
@given(stories, st.data())
def test_no_lead_is_left_over_where_one_guard_is_hidden_by_another(story, data):
    truths = Truths(story.workflow)
    pairs = [data.draw(st.tuples(st.sampled_from(GUARDS), st.sampled_from(GUARDS))) for _ in range(20)]
    hidden = [
        (one, other)
        for one, other in pairs
        if truths.together([_condition(one)], [_condition(other)]) is None
    ]
    for view in views(story):
        for one, other in hidden:
            passes = [all(view.holds(clause.that) for clause in guard) for guard in (one, other)]
            assert passes != [True, False]


def _condition(guard):
    return Condition(tuple(clause.that for clause in guard))
