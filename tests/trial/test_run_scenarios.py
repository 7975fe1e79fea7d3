"""``workflow test``: every kind of step and of expectation, and the shape of a failure."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from slaflow.trial import TrialReport, run_scenarios, sum_of

AGREEMENT = """
workflow: pair
timezone: Europe/Stockholm
parties: {marketing: {desk: demand@example.com}, sales: {desk: desk@example.com}}
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}}
lead:
  identity: [email]
  fields:
    email: email
    country: {type: string, default: SE}
    budget: decimal
    on_hold: {type: bool, default: false}
    callback_on: date
activities:
  visit: {by: lead, points: 12.5, stage: discovery, fields: {page: {type: string, required: true}}}
  call: {by: [system, sales], attempt: phone}
stages: [ignorance, discovery, decision]
checks:
  value: {fields: {budget: {type: decimal, required: true}}, pass: "answer.budget >= 100"}
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  accepted: {held_by: sales}
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [system, marketing]}
  - {trigger: accept, from: mql, to: accepted, by: sales,
     requires: {callback_on: {type: date, required: true}}, when: "check.value"}
  - {trigger: reopen, from: accepted, to: nurturing, by: sales}
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    calendar: office
    pause: "lead.on_hold"
    steps: {50%: [{notify: owner}], 100%: [{notify: [owner, manager]}]}
  callback:
    owed_by: sales
    start: {enter: accepted}
    meet: {activity: call}
    within: {until: "lead.callback_on"}
    calendar: office
timers:
  sweep: {start: {enter: nurturing}, after: 30d, do: [{set: {country: "'NO'"}}]}
teams:
  nordics: {party: sales, assign: round_robin}
routing: [{to: nordics}]
"""
PEOPLE = """
people:
  - {email: mia@example.com, party: sales, role: manager}
  - {email: anna@example.com, party: sales, team: nordics, manager: mia@example.com}
"""


def tried(
    steps: str, *, start: str = "2026-03-06T14:00:00+01:00", lead: str = "{email: Kim@Example.com}",
    agreement: str = AGREEMENT,
) -> TrialReport:  # fmt: skip
    text = (
        f"workflow: pair.yaml\n{PEOPLE}\nscenarios:\n  - name: story\n    start: {start}\n    lead: {lead}\n"
    )
    return run(text + "    steps:\n" + indent(dedent(steps), "      "), agreement)


def run(text: str, agreement: str = AGREEMENT) -> TrialReport:
    return run_scenarios(text, "pair.scenario.yaml", {"pair.yaml": agreement}.__getitem__)


WHOLE_STORY = """
- expect: {state: nurturing, owner: null, stage: ignorance, score: 0, clocks: {respond: null, sweep: running}}
- activity: visit
  fields: {page: pricing}
- expect: {score: 12.5, stage: discovery}
- expect: {score: 13}
- fire: promote
- expect:
    owner: anna@example.com
    due: {respond: 2026-03-09T10:00:00+01:00}
    clocks: {sweep: cancelled}
    notified: []
- wait: 2h
- expect: {notified: [], open_time: {respond: 2h}}
- wait: 1s
- expect: {notified: anna@example.com, open_time: {respond: 2h0m1s}}
- set: {on_hold: true, budget: 12.50}
- expect: {clocks: {respond: paused}, fields: {on_hold: true, budget: 12.5, country: SE, callback_on: null}}
- until: "2026-03-09T09:00:00+01:00"
- set: {on_hold: false}
- until: 2026-03-09T16:00:00+01:00
- expect: {breached: [respond], met: [], notified: [anna@example.com, mia@example.com]}
- refuse: {fire: accept, set: {callback_on: 2026-03-10}, because: check.value}
- check: value
  answer: {budget: 200}
- refuse: {fire: accept, as: marketing, set: {callback_on: 2026-03-10}, because: not for marketing}
- refuse: {activity: visit, as: sales, fields: {page: x}}
- assign: mia@example.com
- fire: accept
  as: mia@example.com
  set: {callback_on: 2026-03-10}
- expect:
    state: accepted
    owner: mia@example.com
    clocks: {respond: met_late, callback: running}
    due: {callback: 2026-03-10T17:00:00+01:00}
    fields: {callback_on: 2026-03-10, budget: 200}
- activity: call
  occurred_at: 2026-03-09T16:00:00+01:00
- expect: {met: [callback], breached: [respond], notified: []}
"""


def test_a_story_with_every_kind_of_step_passes() -> None:
    report = tried(WHOLE_STORY)
    assert report.failures == ()
    assert (report.passed, report.failed, report.ok) == (1, 0, True)


def test_a_story_may_spell_its_people_in_any_case() -> None:
    report = tried(WHOLE_STORY.replace("anna@", "ANNA@").replace("mia@example", "Mia@EXAMPLE"))
    assert report.failures == ()


@pytest.mark.parametrize(
    ("expect", "expected", "found"),
    [
        ("{state: accepted}", "state: accepted", "state: mql"),
        ("{stage: decision}", "stage: decision", "stage: ignorance"),
        ("{score: 1.0}", "score: 1.0", "score: 0"),
        ("{owner: null}", "owner: none", "owner: anna@example.com"),
        ("{owner: mia@example.com}", "owner: mia@example.com", "owner: anna@example.com"),
        ("{fields: {on_hold: true}}", "fields.on_hold: true", "fields.on_hold: false"),
        ("{fields: {budget: 3}}", "fields.budget: 3", "fields.budget: none"),
        ("{clocks: {respond: paused}}", "clocks.respond: paused", "clocks.respond: running"),
        ("{clocks: {callback: met}}", "clocks.callback: met", "clocks.callback: none"),
        (
            "{due: {respond: 2026-03-09T09:00:00Z}}",
            "due.respond: 2026-03-09T10:00:00+01:00",
            "due.respond: 2026-03-09T11:00:00+01:00",
        ),
        ("{breached: [respond]}", "breached: [respond]", "breached: []"),
        ("{met: [callback, respond]}", "met: [callback, respond]", "met: []"),
        ("{notified: [desk@example.com]}", "notified: [desk@example.com]", "notified: []"),
        ("{open_time: {respond: 1h30m}}", "open_time.respond: 1h30m", "open_time.respond: 1h"),
    ],
)
def test_a_failed_expectation_says_what_was_expected_and_found(
    expect: str, expected: str, found: str
) -> None:
    report = tried(f"- fire: promote\n- wait: 1h\n- expect: {expect}\n", start="2026-03-06T15:00:00+01:00")
    (failure,) = report.failures
    assert (failure.expected, failure.found) == (expected, found)
    assert (report.passed, report.failed) == (0, 1)


def test_a_failure_has_the_shape_that_scripts_rely_on() -> None:
    report = tried(
        "- fire: promote\n- expect:\n    state: accepted\n    breached: [respond]\n- expect: {owner: null}\n"
    )
    assert report.as_json() == {
        "passed": 0,
        "failed": 1,
        "failures": [
            {
                "scenario": "story",
                "step": 2,
                "line": 13,
                "expected": "state: accepted",
                "found": "state: mql",
            },
            {
                "scenario": "story",
                "step": 2,
                "line": 13,
                "expected": "breached: [respond]",
                "found": "breached: []",
            },
            {
                "scenario": "story",
                "step": 3,
                "line": 16,
                "expected": "owner: none",
                "found": "owner: anna@example.com",
            },
        ],
    }


def test_a_refused_step_ends_its_story_and_says_why() -> None:
    report = tried("- fire: promote\n- fire: accept\n- expect: {state: accepted}\n")
    (failure,) = report.failures
    assert failure.step == 2
    assert failure.expected == "accept is possible"
    assert "callback_on is required" in failure.found
    assert "check.value" in failure.found


def test_a_refusal_that_does_not_come_ends_the_story() -> None:
    report = tried("- refuse: {fire: promote}\n- expect: {state: nurturing}\n")
    (failure,) = report.failures
    assert (failure.expected, failure.found) == ("refused", "done; the lead is in mql")


def test_a_refusal_for_another_reason_is_a_failure() -> None:
    report = tried("- refuse: {fire: accept, because: no budget}\n- expect: {state: nurturing}\n")
    (failure,) = report.failures
    assert failure.expected == 'refused because "no budget"'
    assert "accept does not lead from nurturing" in failure.found


def test_what_claims_to_happen_later_than_now_fails() -> None:
    steps = "- activity: visit\n  fields: {page: x}\n  occurred_at: 2026-03-06T15:00:00+01:00\n"
    (failure,) = tried(steps).failures
    assert "ahead of the clock" in failure.found


def test_notified_is_asked_since_the_expect_that_asked_before() -> None:
    report = tried(
        """
        - fire: promote
        - until: 2026-03-09T10:00:01+01:00
        - expect: {breached: [respond]}
        - expect: {notified: [anna@example.com, mia@example.com]}
        - expect: {notified: []}
        """
    )
    assert report.failures == ()


def test_each_steps_message_is_sent_though_time_passes_in_one_go() -> None:
    """The warning reaches anna at half time, though by the end of the wait the promise was broken."""
    report = tried(
        """
        - fire: promote
        - assign: null
        - until: 2026-03-06T16:00:01+01:00
        - assign: anna@example.com
        - until: 2026-03-20T10:00:00+01:00
        - expect: {notified: [desk@example.com, anna@example.com, mia@example.com]}
        """
    )
    assert report.failures == ()


def test_the_system_acts_only_where_a_story_says_so() -> None:
    """`promote` is for system and marketing: whoever is left out is not the system."""
    report = tried("- fire: promote\n- activity: call\n- expect: {clocks: {respond: running}}\n")
    assert report.failures == ()


def test_a_lead_is_not_given_to_the_party_that_does_not_hold_it() -> None:
    """As ``slaflow lead assign`` refuses it: marketing holds the lead until it is promoted."""
    report = tried("- assign: anna@example.com\n- fire: promote\n")
    (failure,) = report.failures
    assert (failure.step, failure.expected) == (1, "assign is possible")
    assert failure.found.startswith("refused: anna@example.com is of sales, and marketing holds the lead; ")


def test_scenarios_are_counted_and_reports_add_up() -> None:
    text = (
        "workflow: pair.yaml\nscenarios:\n"
        "  - {name: one, start: 2026-03-06T14:00:00+01:00, lead: {}, steps: [expect: {state: nurturing}]}\n"
        "  - {name: two, start: 2026-03-06T14:00:00+01:00, lead: {}, steps: [expect: {state: mql}]}\n"
    )
    report = run(text)
    assert (report.passed, report.failed) == (1, 1)
    assert report.failures[0].scenario == "two"
    total = sum_of([report, report])
    assert (total.passed, total.failed, len(total.failures)) == (2, 2, 2)


AWAY = """
workflow: pair.yaml
people:
  - email: anna@example.com
    party: sales
    team: nordics
    away:
      - {{from: 2026-03-06T15:00:00+01:00, until: 2026-03-09T00:00:00+01:00, stand_in: {stand_in}}}
  - {{email: bo@example.com, party: sales}}
scenarios:
  - name: while she is away
    start: 2026-03-06T14:00:00+01:00
    lead: {{email: kim@example.com}}
    steps: [{{fire: promote}}, {{wait: 2h1s}}, {{expect: {{notified: bo@example.com}}}}]
"""


def test_who_stands_in_hears_in_a_story_too() -> None:
    assert run(AWAY.format(stand_in="Bo@example.com")).ok
    report = run(AWAY.format(stand_in="by@example.com"))
    assert 'unknown person "by@example.com"; did you mean "bo@example.com"?' in str(report)
