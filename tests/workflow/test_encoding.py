"""A compiled agreement that was kept is the one that was compiled, and decides the same."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.agreement import SMALL
from support.source import ROOT
from support.stories.histories import Story, story_of
from support.stories.strategies import histories
from support.stories.strategies_agreements import agreements
from support.stories.strategies_people import directories

from slaflow.workflow.encoding import decoded, encoded
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow

SHIPPED = [
    *(file for file in (ROOT / "workflows").rglob("*.yaml") if ".scenario." not in file.name),
    ROOT / "docs" / "olist" / "workflow.yaml",
]
HOLIDAYS = dict.fromkeys(("SE", "BR", "DE", "US"), (date(2026, 1, 1), date(2026, 12, 25)))
WITH_MORE = SMALL.replace("hours: {mon-fri", "holidays: [SE, 2026-05-02], hours: {mon-fri").replace(
    "  fits: {fields: {n: int}",
    "  fits: {fields: {n: {type: decimal, min: 0.5, max: 9}, on: {type: date, min: 2026-01-01}}",
)


def kept(made: Workflow) -> Workflow:
    """What another process finds."""
    return decoded(encoded(made), made.source)


def held(workflow: Workflow) -> dict[str, Any]:
    return {each.name: getattr(workflow, each.name) for each in fields(workflow)}


def compiled(text: str) -> Workflow:
    return load_workflow(text, holidays=HOLIDAYS).require()


@pytest.mark.parametrize("text", [*(f.read_text(encoding="utf-8") for f in SHIPPED), SMALL, WITH_MORE])
def test_an_agreement_is_equal_to_the_one_that_was_kept_of_it(text: str) -> None:
    made = compiled(text)
    found = kept(made)
    assert held(found) == held(made)
    assert encoded(found) == encoded(made)
    assert list(found.states) == list(made.states)


def test_what_stands_in_several_places_is_one_again() -> None:
    state = replace(compiled(SMALL).states["new"], title="The first")
    found = kept(replace(compiled(SMALL), states={"one": state, "other": state}))
    assert found.states["one"] is found.states["other"]


@settings(max_examples=8)
@given(st.builds(story_of, agreements(), directories(), histories(5)))
def test_a_kept_agreement_decides_as_the_compiled_one(story: Story) -> None:
    found = kept(story.workflow)
    assert held(found) == held(story.workflow)
    told, again = story.told(ticks=True), replace(story, workflow=found).told(ticks=True)
    assert (again.entries, again.lead, again.every_clock) == (told.entries, told.lead, told.every_clock)


@pytest.mark.parametrize("form", [["system", "true"], ["Workflow"], ["date", "today"], [9999], ["Team", 1]])
def test_nothing_is_made_but_parts_of_an_agreement(form: list[Any]) -> None:
    parts, whole = json.loads(encoded(compiled(SMALL)))
    with pytest.raises((ValueError, TypeError, LookupError)):
        decoded(json.dumps([parts, [form, *whole[1:]]]).encode(), SMALL)


def test_a_value_that_no_agreement_holds_is_not_kept() -> None:
    with pytest.raises(TypeError, match="an agreement holds no float"):
        encoded(replace(compiled(SMALL), title=0.5))  # type: ignore[arg-type]
