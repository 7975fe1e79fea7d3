"""What is told to be hidden, or never come to, is not seen in any history of any agreement at random."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.stories import course
from support.stories.histories import Story, story_of
from support.stories.strategies import histories
from support.stories.strategies_agreements import agreements
from support.stories.strategies_people import directories

from slaflow.lifecycle.decide import decide
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof import steps
from slaflow.workflow.proof.cases import hidden_cases
from slaflow.workflow.proof.hidden import hidden_rows
from slaflow.workflow.proof.truths import Truths

stories = st.builds(story_of, agreements(), directories(), histories())


def never(workflow: Workflow) -> set[tuple[Any, ...]]:
    """Rows, cases and steps that no history is to show, by place and name."""
    truths = Truths(workflow)
    blocked = {
        row.index for row in workflow.transitions if not row.override and not truths.may_pass(row.guard)
    }
    rows = blocked | {each.path[1] for each in hidden_rows(workflow, truths)}
    cases = {(each.path[1], each.path[3]) for each in hidden_cases(workflow, truths)}
    late = {(each.path[1], each.path[3]) for each in steps.judge(workflow, truths).remarks}
    return (
        {("row", row) for row in rows}
        | {("case", *each) for each in cases}
        | {("step", *each) for each in late}
    )


def seen(told: course.Course) -> set[tuple[Any, ...]]:
    """The rows that were taken, the cases that counted, the steps that were carried out."""
    rows = {("row", row) for decision in told.decisions if decision.trace for row in decision.trace.rows}
    starts = [each for each in told.entries if each.kind in ("clock_started", "clock_restarted")]
    cases = {("case", each.target, each.data["case"]) for each in starts}
    return rows | cases | {("step", each.target, each.step) for each in told.entries if each.step is not None}


@settings(max_examples=40)
@given(stories)
def test_no_history_shows_what_is_told_never_to_be(story: Story) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "decide", partial(decide, traced=True))
        told = story.told(ticks=True)
    assert not never(story.workflow) & seen(told)
