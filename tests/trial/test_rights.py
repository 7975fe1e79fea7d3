"""Stories and rights: who may do what is asked of them as it is of a database."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from support.agreement import changed
from trial.test_run_scenarios import AGREEMENT, PEOPLE, run, tried

from slaflow.trial import run_scenarios

OVERRIDABLE = AGREEMENT.replace(
    'when: "check.value"}', 'when: "check.value", override: {by: {sales: manager}}}'
)


def test_a_guard_may_be_overridden_by_whom_the_agreement_names() -> None:
    steps = """
    - fire: promote
    - refuse: {fire: accept, as: anna@example.com, set: {callback_on: 2026-03-10}, override: true,
        reason: they want it,
        because: accept is overridden by sales (manager)}
    - fire: accept
      as: mia@example.com
      set: {callback_on: 2026-03-10}
      override: true
      reason: they have signed elsewhere before
    - expect: {state: accepted}
    """
    story = indent(dedent(steps), "      ")
    text = (
        f"workflow: pair.yaml\n{PEOPLE}\nscenarios:\n  - name: story\n    start: 2026-03-06T14:00:00+01:00\n"
    )
    text += "    lead: {email: Kim@Example.com}\n    steps:\n" + story
    report = run_scenarios(text, "pair.scenario.yaml", {"pair.yaml": OVERRIDABLE}.__getitem__)
    assert report.failures == ()
    assert report.passed == 1


RIGHTS = (
    changed(
        AGREEMENT,
        ("on_hold: {type: bool, default: false}", "on_hold: {type: bool, default: false, by: []}"),
        ("budget: decimal", "budget: {type: decimal, by: [{sales: manager}]}"),
    )
    + "lift: {by: [marketing]}\n"
)


def test_a_story_is_bound_by_who_may_set_a_field_and_lift_a_breach() -> None:
    """Where it names nobody, somebody does it who may; what nobody may the engine refuses too."""
    steps = """
    - refuse: {set: {on_hold: true}, because: by nobody by hand}
    - set: {on_hold: true}
      as: system
    - refuse: {set: {budget: 1}, as: anna@example.com, because: budget is set by a manager of sales}
    - refuse: {set: {budget: 1, on_hold: false}, as: mia@example.com, because: by nobody by hand}
    - set: {budget: 1}
    - set: {on_hold: false}
      as: system
    - fire: promote
    - refuse: {assign: mia@example.com, as: anna@example.com, because: gives it to others}
    - refuse: {check: value, answer: {budget: 1}, as: marketing, because: marketing}
    - until: 2026-03-10T16:00:00+01:00
    - refuse: {lift: {target: respond, reason: no}, as: mia@example.com, because: is lifted by marketing}
    - lift: {target: respond, reason: our mistake}
    - expect: {breached: [], fields: {budget: 1, on_hold: false}}
    """
    assert tried(steps, agreement=RIGHTS).failures == ()
    told = tried("- set: {on_hold: true}", agreement=RIGHTS)
    assert "by nobody by hand" in told.failures[0].found
    assert tried("- wait: 1h", agreement=RIGHTS, lead="{email: kim@example.com, on_hold: true}").failed == 0


def test_a_lead_is_added_by_who_may_with_fields_they_may_set() -> None:
    leads = "leads: {kim: {email: kim@example.com}, lee: {email: lee@example.com, on_hold: true}}"

    def told(by_whom: str) -> tuple[str, ...]:
        steps = f"[{{add: kim, as: sales}}, {{add: lee{by_whom}}}]"
        story = f"{{name: s, start: 2026-03-06T14:00:00+01:00, {leads}, steps: {steps}}}"
        text = f"workflow: pair.yaml\n{PEOPLE}\nscenarios: [{story}]\n"
        return tuple(failure.found for failure in run(text, RIGHTS).failures)

    assert told("") == told(", as: system") == ()
    assert told(", as: sales") == (
        "on_hold is set by the agreement's transitions and steps, by nobody by hand",
    )
    assert "adds a lead, not the prospect" in told(", as: lead")[0]


def test_a_breach_is_disputed_and_ruled_on() -> None:
    steps = """
    - fire: promote
    - refuse: {dispute: {target: respond, reason: not ours}, because: no clock of respond is broken}
    - until: 2026-03-10T16:00:00+01:00
    - refuse: {dispute: {target: respond, reason: not ours}, as: marketing, because: disputes a breach}
    - dispute: {target: respond, reason: not ours}
    - refuse: {uphold: {target: respond, reason: it was}, as: sales, because: upholds a breach}
    - uphold: {target: respond, reason: it was}
    - expect: {breached: [respond]}
    """
    report = tried(steps)
    assert report.failures == ()


def test_a_return_is_disputed_and_ruled_on() -> None:
    steps = """
    - fire: promote
    - refuse: {dispute: {about: why, reason: they fit}, as: marketing, because: not handed back with a why}
    - fire: reopen
      set: {why: no fit}
    - refuse: {dispute: {about: why, reason: no}, as: sales, because: who alone disputes that}
    - dispute: {about: why, reason: they fit}
    - refuse: {dispute: {about: why, reason: they fit}, because: it is disputed already}
    - lift: {about: why, reason: so they do}
    - refuse: {uphold: {about: why, reason: no}, because: its dispute is granted already}
    """
    row = "from: accepted, to: nurturing, by: sales"
    given = "from: [mql, accepted], to: nurturing, by: sales, requires: {why: {type: string, required: true}}"
    told = tried(steps, agreement=changed(AGREEMENT, (row, given)))
    assert told.failures == ()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("{fire: promote, override: true}", "an override takes a reason"),
        ("{fire: promote, reason: x}", "reason is why something is overridden; add override: true"),
        ('{fire: promote, override: "yes", reason: x}', "override is true, or left out"),
    ],
)
def test_an_override_without_its_reason_is_a_fault_of_the_story(step: str, words: str) -> None:
    (failure,) = tried(f"- {step}\n").failures
    assert words in str(failure)
