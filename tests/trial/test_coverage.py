"""How much of an agreement its scenarios show, item by item."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from textwrap import dedent, indent
from typing import Any

import pytest
from support.source import ROOT

from slaflow.lifecycle.decision import Decision, Draft
from slaflow.lifecycle.life import Life
from slaflow.trial import run_scenarios
from slaflow.trial.coverage import Coverage
from slaflow.workflow.load import load_workflow

AGREEMENT = """\
workflow: shown
timezone: Europe/Stockholm
parties: {marketing: {desk: demand@example.com}, sales: {desk: desk@example.com}}
lead:
  identity: [email]
  fields: {email: email, country: string, size: int}
activities:
  visit: {by: lead, points: 30}
  call: {by: sales, attempt: phone}
checks:
  value: {fields: {budget: {type: decimal, required: true}}, pass: "answer.budget >= 100"}
states:
  fresh: {held_by: marketing, initial: true}
  handed: {held_by: sales}
  gone: {final: true}
transitions:
  - trigger: hand
    from: fresh
    to: handed
    by: [marketing, system]
    auto: true
    when:
      - "lead.score >= 50"
      - {that: "known.size", otherwise: nobody knows how large}
    override: {by: {marketing: member}}
  - {trigger: decide, from: handed, to: gone, by: sales, when: "check.value && lead.size > 1"}
  - {trigger: decide, from: handed, to: fresh, by: [sales, system]}
targets:
  answer:
    owed_by: sales
    start: {enter: handed}
    meet: {activity: call}
    within:
      - {when: "lead.country == 'SE'", is: 2h}
      - {is: 4h}
    steps:
      50%: [{notify: owner}]
      +1h: [{fire: decide}]
timers:
  sweep: {start: {enter: fresh}, after: 30d, do: [{set: {country: "'NO'"}}]}
teams:
  nordics: {party: sales}
  growth: {party: marketing}
routing:
  - {to: previous}
  - {to: nordics}
  - {to: growth}
"""
PEOPLE = "people: [{email: anna@example.com, party: sales, team: nordics}]\n"
EVERY = [
    (13, "state", "fresh"), (14, "state", "handed"), (15, "state", "gone"),
    (11, "check_passed", "value"), (11, "check_failed", "value"),
    (17, "transition", "hand to handed"),
    (23, "clause_passed", "hand to handed: lead.score >= 50"),
    (23, "clause_refused", "hand to handed: lead.score >= 50"),
    (24, "clause_passed", "hand to handed: known.size"),
    (24, "clause_refused", "hand to handed: known.size"),
    (26, "transition", "decide to gone"),
    (26, "clause_passed", "decide to gone: check.value"),
    (26, "clause_refused", "decide to gone: check.value"),
    (26, "clause_passed", "decide to gone: lead.size > 1"),
    (26, "clause_refused", "decide to gone: lead.size > 1"),
    (27, "transition", "decide to fresh"),
    (29, "target_kept", "answer"), (29, "target_broken", "answer"),
    (34, "case", "answer: 2h when lead.country == 'SE'"), (35, "case", "answer: 4h"),
    (37, "step", "answer: 50%"), (38, "step", "answer: +1h"),
    (40, "timer", "sweep"), (40, "case", "sweep: 30d"),
    (45, "route", "to previous"), (46, "route", "to nordics"), (47, "route", "to growth"),
]  # fmt: skip


ASKED = AGREEMENT.replace("    auto: true\n", "    requires: {note: string}\n")
"""The same, but nobody is handed over by themselves."""


def shown(
    steps: str, lead: str = "{email: kim@example.com, country: SE, size: 9}", agreement: str = AGREEMENT
) -> Coverage:
    text = (
        f"workflow: shown.yaml\n{PEOPLE}scenarios:\n  - name: story\n    start: 2026-03-06T14:00:00+01:00\n"
    )
    text += f"    lead: {lead}\n    steps:\n{indent(dedent(steps), '      ')}"
    report = run_scenarios(text, "shown.scenario.yaml", {"shown.yaml": agreement}.__getitem__)
    assert report.failures == ()
    assert report.coverage is not None
    return report.coverage


def covered(coverage: Coverage, kind: str) -> list[str]:
    return [item.name for item in coverage.items if item.kind == kind and item.key in coverage.seen]


def test_every_item_of_the_agreement_is_asked_for_with_its_line() -> None:
    items = shown("- wait: 1h").items
    assert sorted((item.line, item.kind, item.name) for item in items) == sorted(EVERY)
    assert [item.line for item in items] == sorted(item.line for item in items)
    assert len({item.key for item in items}) == len(items)


def test_of_two_rows_alike_the_one_that_was_taken_is_covered() -> None:
    handed = "- activity: visit\n- activity: visit\n"
    without = shown(handed + "- fire: decide")
    assert covered(without, "transition") == ["hand to handed", "decide to fresh"]
    assert covered(without, "clause_refused")[-1] == "decide to gone: check.value"
    assert covered(without, "state") == ["fresh", "handed"]
    answered = shown(handed + "- {check: value, answer: {budget: 200}}\n- fire: decide")
    assert covered(answered, "transition") == ["hand to handed", "decide to gone"]
    assert covered(answered, "check_passed") == ["value"]
    assert covered(answered, "check_failed") == []
    assert covered(answered, "state") == ["fresh", "handed", "gone"]


def test_what_fires_by_itself_is_held_back_by_the_first_clause_that_does_not_hold() -> None:
    waiting = shown("- activity: visit", "{email: kim@example.com}")
    assert covered(waiting, "clause_refused") == ["hand to handed: lead.score >= 50"]
    assert covered(waiting, "clause_passed") == []
    unknown = shown("- activity: visit\n- activity: visit", "{email: kim@example.com}")
    assert covered(unknown, "clause_refused")[-1] == "hand to handed: known.size"
    assert covered(unknown, "clause_passed") == ["hand to handed: lead.score >= 50"]


def test_who_asks_is_refused_by_every_clause_that_does_not_hold() -> None:
    coverage = shown("- refuse: {fire: hand, as: marketing}", "{email: kim@example.com}")
    assert "hand to handed: known.size" in covered(coverage, "clause_refused")


def test_a_clause_that_is_overridden_refuses_nobody() -> None:
    coverage = shown("- fire: hand\n  override: true\n  reason: met them", "{email: kim@example.com}")
    assert covered(coverage, "transition") == ["hand to handed"]
    assert covered(coverage, "clause_passed") == []
    assert "hand to handed: known.size" not in covered(coverage, "clause_refused")


def test_who_may_not_override_is_refused_by_each_clause_that_does_not_hold() -> None:
    small = "{email: kim@example.com}"
    wrong = shown("- {refuse: {fire: hand, as: sales, override: true, reason: met them}}", small)
    assert "hand to handed: known.size" in covered(wrong, "clause_refused")


def test_who_may_override_and_lacks_something_else_is_refused_by_no_clause() -> None:
    steps = "- refuse: {fire: hand, override: true, reason: met them, because: note is required}"
    coverage = shown(steps, "{email: kim@example.com}", ASKED)
    assert covered(coverage, "clause_refused") == covered(coverage, "transition") == []


def test_an_override_that_nothing_needs_passes_by_each_clause() -> None:
    steps = "- activity: visit\n- activity: visit\n"
    steps += "- {fire: hand, override: true, reason: met them, set: {note: so}}"
    coverage = shown(steps, agreement=ASKED)
    assert covered(coverage, "clause_passed") == [
        "hand to handed: lead.score >= 50", "hand to handed: known.size",
    ]  # fmt: skip
    assert covered(coverage, "clause_refused") == []


def test_a_promise_is_kept_by_case_and_broken_with_its_steps() -> None:
    handed = "- activity: visit\n- activity: visit\n"
    kept = shown(handed + "- activity: call")
    assert covered(kept, "target_kept") == ["answer"]
    assert covered(kept, "target_broken") == covered(kept, "step") == []
    assert covered(kept, "case") == ["answer: 2h when lead.country == 'SE'", "sweep: 30d"]
    broken = shown(handed + "- wait: 4h", "{email: kim@example.com, size: 9}")
    assert covered(broken, "case") == ["answer: 4h", "sweep: 30d"]
    assert covered(broken, "step") == ["answer: 50%"]
    assert covered(broken, "target_broken") == []
    later = shown(handed + "- wait: 6h", "{email: kim@example.com, size: 9}")
    assert covered(later, "target_broken") == ["answer"]
    assert covered(later, "target_kept") == []
    assert covered(later, "step") == ["answer: 50%", "answer: +1h"]
    assert "decide to fresh" in covered(later, "transition")


def test_a_breach_that_late_evidence_lifts_is_a_promise_kept() -> None:
    steps = """\
        - activity: visit
        - activity: visit
        - wait: 150m
        - {activity: call, occurred_at: 2026-03-06T15:00:00+01:00}
        - expect: {breached: []}
    """
    coverage = shown(steps)
    assert covered(coverage, "target_kept") == covered(coverage, "target_broken") == ["answer"]


def test_a_timer_and_each_routing_rule_are_covered_once_they_did_something() -> None:
    idle = shown("- wait: 1h")
    assert covered(idle, "timer") == []
    assert covered(idle, "route") == []
    assert covered(shown("- wait: 721h"), "timer") == ["sweep"]
    again = shown("- activity: visit\n- activity: visit\n- fire: decide\n- expect: {state: handed}")
    assert covered(again, "route") == ["to previous", "to nordics"]


def test_a_rule_for_a_company_and_one_that_skips_are_things_to_show() -> None:
    asked = AGREEMENT.replace("  - {to: previous}", "  - {to: previous, skip: breached}\n  - {to: account}")
    asked = asked.replace("identity: [email]", "identity: [email]\n  account: {domain_of: email}")
    idle = shown("- wait: 1h", agreement=asked)
    names = [item.name for item in idle.items if item.kind == "route"]
    assert names == ["to previous, skip breached", "to account", "to nordics", "to growth"]


def test_the_percentage_is_rounded_down_and_only_all_of_it_is_a_hundred() -> None:
    coverage = shown("- wait: 1h")
    whole = coverage.with_seen(item.key for item in coverage.items)
    assert (whole.percent, whole.covered, whole.missing) == (100, len(EVERY), ())
    one = Coverage(coverage.workflow, frozenset([coverage.items[0].key]))
    assert one.percent == 3.7
    assert one.as_json()["items"][0] == {
        "kind": "check_passed", "name": "value", "line": 11, "covered": True,
    }  # fmt: skip


SMALL = """\
workflow: small
timezone: Europe/Stockholm
parties: [marketing]
lead: {identity: [email], fields: {email: email}}
states: {open: {held_by: marketing, initial: true}, closed: {final: true}}
transitions: [{trigger: close, from: open, to: closed, by: marketing}]
"""


def test_two_thirds_are_not_rounded_up() -> None:
    coverage = Coverage(load_workflow(SMALL).require())
    assert [item.name for item in coverage.items] == ["open", "closed", "close to closed"]
    two = coverage.with_seen(item.key for item in coverage.items[:2])
    assert (two.share, two.percent) == (Fraction(200, 3), 66.6)


def test_a_file_with_a_fault_shows_nothing_of_its_agreement() -> None:
    text = "workflow: shown.yaml\nscenarios: [{name: x}]\nnonsense: true\n"
    report = run_scenarios(text, "shown.scenario.yaml", {"shown.yaml": AGREEMENT}.__getitem__)
    assert report.failures
    assert report.coverage is not None
    assert report.coverage.percent == 0
    broken = run_scenarios(text, "shown.scenario.yaml", {"shown.yaml": "workflow: x"}.__getitem__)
    assert broken.coverage is None


def test_what_a_decision_went_by_changes_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[list[Draft]] = []
    decide = Life.decide

    def both(life: Life, *given: Any, traced: bool) -> Decision:
        plain, told = decide(life, *given), decide(life, *given, traced=traced)
        assert plain.trace is None
        assert told.trace is not None
        assert replace(told, trace=None) == plain
        decided.append(told.entries)
        return told

    monkeypatch.setattr(Life, "decide", both)
    text = (ROOT / "workflows" / "b2b-standard.scenario.yaml").read_text(encoding="utf-8")
    report = run_scenarios(text, "b2b-standard", lambda name: (ROOT / "workflows" / name).read_bytes())
    assert report.failures == ()
    assert sum(map(len, decided)) > 200
