"""A way into a limbo is played: confirmed it is a scenario that runs, else it says what stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.stories.course import agreement

from slaflow.trial.limbo.proof import no_limbo
from slaflow.trial.run import run_scenarios
from slaflow.workflow.load import Workflow
from slaflow.workflow.proof.claim import Proof

SHIPPED = Path(__file__).resolve().parents[3] / "workflows"
PROMISES = """
targets:
  triage:
    {owed_by: marketing, start: {enter: nurturing}, within: 5d,
     meet: [{trigger: promote}, {activity: nurture}]}
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}
  reach: {owed_by: sales, start: {enter: accepted}, meet: {attempts: 5}, within: 30d}
"""


def refuted(workflow: Workflow) -> dict[str, Proof]:
    proofs = no_limbo(workflow, "handoff.yaml")
    return {proof.claim.removeprefix("no limbo in "): proof for proof in proofs if proof.holds is False}


def confirmed(workflow: Workflow, state: str) -> str:
    """The scenario that ends in the limbo of *state*, after it was run."""
    found = refuted(workflow)[state].counterexample
    assert found is not None
    assert found.confirmed, found
    assert found.scenario is not None
    report = run_scenarios(found.scenario, "found.scenario.yaml", lambda path: workflow.source)
    assert (report.passed, report.failed) == (1, 0), report.failures
    assert f"expect: {{state: {state}" in found.scenario
    return found.scenario


def test_one_touch_that_leaves_the_lead_lying_is_told() -> None:
    workflow = agreement(targets=PROMISES)
    assert set(refuted(workflow)) == {"nurturing", "accepted"}
    assert "{activity: nurture}" in confirmed(workflow, "nurturing")


def test_the_fifth_call_is_told_with_what_lies_between_calls() -> None:
    told = confirmed(agreement(targets=PROMISES), "accepted")
    assert told.count("{activity: ") - told.count("{activity: nurture}") == 5


def test_values_are_sought_among_what_the_guards_compare_with() -> None:
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing,
     when: "lead.employees >= 50 && lead.country == 'SE'"}
  - {trigger: accept, from: mql, to: accepted, by: sales,
     requires: {amount: {type: int, min: 7}}, when: input.amount > 11}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    told = confirmed(agreement(targets=PROMISES, transitions=transitions), "accepted")
    assert "set: {amount: 12}" in told


def test_what_cannot_be_played_names_the_guard_in_the_way() -> None:
    transitions = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing, when: "lead.note.startsWith('zebra')"}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
    found = refuted(agreement(targets=PROMISES, transitions=transitions))["accepted"].counterexample
    assert found is not None
    assert (found.confirmed, found.scenario) == (False, None)
    assert "zebra" in found.path[-1]


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*[a-z].yaml")), ids=lambda path: path.stem)
def test_no_agreement_that_comes_with_slaflow_leaves_a_lead_lying(path: Path) -> None:
    if ".scenario" in path.name:
        return
    assert refuted(Workflow.load(path)) == {}


def test_leads_that_are_dealt_by_limits_and_companies_are_played_to_their_end() -> None:
    """A promise that nobody owns the lead is met by routing; after that nothing is owed."""
    workflow = agreement(
        lead="lead: {account: email, identity: [email], fields: {email: email}}",
        transitions="""
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
""",
        targets="""
targets:
  triage: {owed_by: marketing, start: {enter: nurturing}, within: 5d, meet: {trigger: promote}}
  hand_out: {owed_by: sales, start: {enter: mql}, meet: assign, within: 1h}
  reach: {owed_by: sales, start: {enter: accepted}, meet: {trigger: win}, within: 30d}
""",
        teams="teams: {nordics: {party: sales, calendar: office, capacity: 1, per_day: 1, only_open: true}}",
        routing="routing: [{to: account}, {to: nordics}]",
    )
    assert set(refuted(workflow)) == {"mql"}
    assert "{fire: promote}" in confirmed(workflow, "mql")


def test_a_lead_that_waits_for_a_full_team_is_told_with_what_fills_it() -> None:
    workflow = agreement(
        transitions="""
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
""",
        targets="""
targets:
  triage: {owed_by: marketing, start: {enter: nurturing}, within: 5d, meet: {trigger: promote}}
  respond: {owed_by: sales, start: {assign: true}, meet: {trigger: accept}, within: 4h}
  reach: {owed_by: sales, start: {enter: accepted}, meet: {trigger: win}, within: 30d}
""",
        teams="teams: {nordics: {party: sales, capacity: 2}}",
        routing="routing: [{to: nordics}]",
    )
    assert 'open: {"one@sales.example": 2, "two@sales.example": 2}' in confirmed(workflow, "mql")
    found = refuted(workflow)["mql"].counterexample
    assert found is not None
    assert found.path[0].endswith("in nurturing, while everybody has as many as they take")
