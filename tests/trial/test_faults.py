"""What is wrong with a scenario file is told with its line, its column and the nearest name."""

from __future__ import annotations

import pytest
from trial.test_run_scenarios import AGREEMENT, run, tried

from slaflow.trial import run_scenarios

HEAD = "workflow: pair.yaml\n"
ONE = "scenarios:\n  - {name: one, start: 2026-03-06T14:00:00+01:00, steps: [wait: 1h]}\n"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("activty: visit", 'did you mean "activity"?'),
        ("[]", "a step is one of activity, fire"),
        ("activity: vist", 'unknown activity "vist"; did you mean "visit"?'),
        ("{activity: visit, fields: {pgae: x}}", 'unknown field "pgae"; did you mean "page"?'),
        ("{activity: visit, occured_at: 2026-03-06T13:00:00Z}", 'did you mean "occurred_at"?'),
        ("{activity: call, occurred_at: 2026-03-06T13:00:00}", "has no offset"),
        ("fire: acept", 'unknown trigger "acept"; did you mean "accept"?'),
        (
            "{fire: accept, set: {callback: 2026-03-10}}",
            'unknown input "callback"; did you mean "callback_on"?',
        ),
        ("{fire: promote, as: ana@example.com}", 'did you mean "anna@example.com"?'),
        ("set: {on_holt: true}", 'unknown field "on_holt"; did you mean "on_hold"?'),
        ("set: {on_hold: maybe}", "neither true nor false"),
        ("{check: valu}", 'unknown check "valu"; did you mean "value"?'),
        ("assign: bo@example.com", "unknown person"),
        ("lift: {target: respond}", '"reason" is missing'),
        ("lift: {target: respond, reason: [a, b]}", "a reason is needed here, as text"),
        ("lift: {target: sweep, reason: typo}", 'unknown target "sweep"'),
        ("lift: {target: respnd}", 'unknown target "respnd"; did you mean "respond"?'),
        ("wait: soon", '"soon" is no duration'),
        ("wait: 1d2h", "days do not combine"),
        ("until: 2026-03-06", "has no offset"),
        ("until: tomorrow", "is not an instant"),
        ("until: 9999-12-31T00:00Z", '"9999-12-31T00:00Z" lies beyond the years 1900 to 2199'),
        ("until: 2026-03-09T10:00:00", "has no offset"),
        ("until: 2026-03-06T13:59:59+01:00", "time only passes"),
        ("refuse: {because: no}", "one fire or one activity"),
        ("refuse: {fire: acept}", 'did you mean "accept"?'),
        ("expect: {}", "asks for nothing"),
        ("expect: {stat: mql}", 'did you mean "state"?'),
        ("expect: {state: mlq}", 'did you mean "mql"?'),
        ("expect: {stage: decison}", 'did you mean "decision"?'),
        ("expect: {score: high}", "is not a number"),
        ("expect: {owner: ana@example.com}", 'did you mean "anna@example.com"?'),
        ("expect: {fields: {budgt: 1}}", 'did you mean "budget"?'),
        ("expect: {clocks: {respnd: met}}", 'did you mean "respond"?'),
        ("expect: {clocks: {respond: brached}}", 'did you mean "breached"?'),
        ("expect: {due: {respond: 2026-03-09T10:00:00}}", "has no offset"),
        ("expect: {breached: [respnd]}", 'did you mean "respond"?'),
        ("expect: {met: [sweep]}", 'unknown target "sweep"'),
        ("expect: {notified: [1]}", "an address or a party"),
        ("expect: {open_time: {respond: 2d}}", "measured in h, m and s"),
    ],
)
def test_a_fault_of_a_step_stands_at_its_line(step: str, message: str) -> None:
    report = tried(f"- wait: 0s\n- {step}\n")
    assert report.failed == 1
    assert message in "\n".join(failure.found for failure in report.failures)
    assert {failure.line for failure in report.failures} == {13}
    assert {failure.scenario for failure in report.failures} == {"story"}
    assert all(finding.path.startswith("scenarios[0].steps[1]") for finding in report.findings)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("- wait: 1h\n", 1, 'names its workflow: "workflow: NAME.yaml"'),
        ("scenarios: []\n", 1, 'names its workflow: "workflow: NAME.yaml"'),
        ("workflow: other.yaml\n" + ONE, 1, "other.yaml cannot be read: No such file or directory"),
        (HEAD + "scenario: []\n", 2, 'unknown key "scenario"; did you mean "scenarios"?'),
        (HEAD, 1, "at least one"),
        (HEAD + ONE + ONE, 4, 'duplicate key "scenarios"'),
        (HEAD + "people: [{email: a@example.com}]\n" + ONE, 2, '"party" is missing'),
        (HEAD + "people: [{email: a@example.com, party: slaes}]\n" + ONE, 2, 'did you mean "sales"?'),
        (
            HEAD + "people: [{email: a@example.com, party: marketing, team: nordics}]\n" + ONE,
            2,
            "team nordics belongs to sales, not to marketing",
        ),
        (
            HEAD + "people: [{email: a@example.com, party: sales, calendar: alwys}]\n" + ONE,
            2,
            'unknown calendar "alwys"; did you mean "always"?',
        ),
        (
            HEAD + "people:\n- {email: anna@example.com, party: sales, manager: ana@example.com}\n" + ONE,
            3,
            'did you mean "anna@example.com"?',
        ),
        (
            HEAD + "people: [{email: a@example.com, party: sales, role: boss}]\n" + ONE,
            2,
            'unknown role "boss"',
        ),
        (
            HEAD + "people:\n- {email: a@b.c, party: sales}\n- {email: a@b.c, party: sales}\n" + ONE,
            4,
            "a@b.c is given twice",
        ),
        (
            HEAD + "people:\n- {email: a@b.c, party: sales}\n- {email: A@B.c, party: sales}\n" + ONE,
            4,
            "A@B.c is given twice",
        ),
        (
            HEAD + 'people: [{email: "a\\u200b@b.c", party: sales}]\n' + ONE,
            2,
            "holds U+200B (zero width space)",
        ),
    ],
)
def test_a_fault_of_the_file_fails_every_scenario(text: str, line: int, message: str) -> None:
    def read(path: str) -> str:
        if path != "pair.yaml":
            raise FileNotFoundError(2, "No such file or directory", path)
        return AGREEMENT

    report = run_scenarios(text, "pair.scenario.yaml", read)
    assert (report.passed, report.failed) == (0, 1)
    assert any(failure.line == line and message in failure.found for failure in report.failures), (
        report.failures
    )
    assert {failure.scenario for failure in report.failures} == {None}


def test_the_workflows_own_errors_are_told_with_their_place() -> None:
    report = run_scenarios(
        HEAD + ONE, "pair.scenario.yaml", lambda _: AGREEMENT.replace("to: mql", "to: mlq")
    )
    assert any("pair.yaml:" in f.found and "mlq" in f.found for f in report.failures)
    assert report.failed == 1


def test_a_scenario_with_a_fault_does_not_keep_the_others_from_running() -> None:
    report = run(
        HEAD + "scenarios:\n"
        "  - {name: one, start: 2026-03-06T14:00:00, steps: [wait: 1h]}\n"
        "  - {name: two, start: 2026-03-06T14:00:00Z, steps: [wait: 1h]}\n"
        "  - {name: two, start: 2026-03-06T14:00:00Z, lead: {emial: a@b.c}, steps: [wait: 1h]}\n"
    )
    assert (report.passed, report.failed) == (1, 2)
    assert [failure.line for failure in report.failures] == [3, 5, 5]
    assert "has no offset" in report.failures[0].found


@pytest.mark.parametrize("text", ["scenarios: 1", "workflow: [1]", "workflow: pair.yaml\nscenarios: [1, []]"])
def test_nonsense_is_told_not_crashed_upon(text: str) -> None:
    report = run(text)
    assert report.passed == 0
    assert report.failures
