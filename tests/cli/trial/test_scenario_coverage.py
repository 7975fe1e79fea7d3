"""``workflow test --coverage``: how much of each workflow its scenarios show, and what is demanded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import Slaflow

AGREEMENT = """\
workflow: handoff
timezone: Europe/Berlin
parties: {marketing: {desk: demand@example.com}, sales: {desk: sales@example.com}}
lead: {identity: [email], fields: {email: email, employees: int}}
states:
  new: {held_by: marketing, initial: true}
  handed: {held_by: sales}
  done: {final: true}
transitions:
  - trigger: hand_over
    from: new
    to: handed
    by: marketing
    when:
      - "lead.employees >= 10 || lead.email.startsWith('kim@') && lead.email.endsWith('example.com')"
  - {trigger: close, from: handed, to: done, by: sales}
"""
HANDS_OVER = """\
workflow: handoff.yaml
scenarios:
  - name: large enough
    start: 2026-03-06T15:30:00+01:00
    lead: {email: kim@example.com, employees: 50}
    steps: [{fire: hand_over}]
"""
REFUSES_AND_CLOSES = """\
workflow: handoff.yaml
scenarios:
  - name: too small, then large enough
    start: 2026-03-06T15:30:00+01:00
    lead: {email: lee@example.com, employees: 5}
    steps: [{refuse: {fire: hand_over}}, {set: {employees: 50}}, {fire: hand_over}, {fire: close}]
"""
FAILS = """\
workflow: handoff.yaml
scenarios:
  - name: wrong
    start: 2026-03-06T15:30:00+01:00
    lead: {email: lee@example.com, employees: 5}
    steps:
      - refuse: {fire: hand_over}
      - expect: {state: done}
      - set: {employees: 50}
      - fire: hand_over
      - fire: close
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    (tmp_path / "handoff.yaml").write_text(AGREEMENT, encoding="utf-8")
    (tmp_path / "one.scenario.yaml").write_text(HANDS_OVER, encoding="utf-8")
    return tmp_path


def test_each_workflow_has_a_percentage_and_its_items_with_their_lines(slaflow: Slaflow) -> None:
    said = slaflow("workflow", "test", ".", "--coverage", "--format", "json")
    assert said.code == 0
    (coverage,) = said.json["coverage"]
    assert {key: coverage[key] for key in ("workflow", "percent", "covered")} == {
        "workflow": "handoff", "percent": 57.1, "covered": 4,
    }  # fmt: skip
    assert len(coverage["items"]) == 7
    missing = [
        (each["kind"], each["name"], each["line"]) for each in coverage["items"] if not each["covered"]
    ]
    guard = AGREEMENT.splitlines()[14].strip(' -"')
    assert missing == [
        ("state", "done", 8),
        ("clause_refused", f"hand_over to handed: {guard}", 15),
        ("transition", "close to done", 16),
    ]


def test_without_being_asked_nothing_is_said_of_it(slaflow: Slaflow) -> None:
    assert set(slaflow("workflow", "test", ".", "--format", "json").json) == {"passed", "failed", "failures"}


def test_a_page_of_80_columns_names_what_is_missing(slaflow: Slaflow) -> None:
    said = slaflow("workflow", "test", ".", "--coverage")
    assert said.out.splitlines() == [
        "1 scenario passed, none failed",
        "handoff.yaml: 57.1% covered, 4 of 7",
        "handoff.yaml:8: state done is never entered",
        "handoff.yaml:15: never refuses: hand_over to handed: lead.employees >= 10 ||...",
        "handoff.yaml:16: close to done is never taken",
    ]
    assert all(len(line) <= 80 for line in said.out.splitlines())
    assert "endsWith('example.com')" in slaflow("workflow", "test", ".", "--coverage", "--wide").out


def test_two_files_of_one_workflow_add_up_by_whatever_path_they_name_it(
    slaflow: Slaflow, files: Path
) -> None:
    (files / "more").mkdir()
    other = REFUSES_AND_CLOSES.replace("handoff.yaml", "../handoff.yaml")
    (files / "more" / "two.scenario.yaml").write_text(other, encoding="utf-8")
    alone = slaflow("workflow", "test", "one.scenario.yaml", "--coverage", "--format", "json").json
    both = slaflow("workflow", "test", ".", "--coverage", "--min-coverage", "100", "--format", "json")
    assert [each["percent"] for each in alone["coverage"]] == [57.1]
    assert [each["percent"] for each in both.json["coverage"]] == [100]
    assert (both.code, both.err) == (0, "")
    page = slaflow("workflow", "test", ".", "--coverage").out
    assert page == "2 scenarios passed, none failed\nhandoff.yaml: 100% covered, 7 of 7\n"


def test_less_than_is_demanded_ends_in_1_and_says_so(slaflow: Slaflow) -> None:
    said = slaflow("workflow", "test", ".", "--min-coverage", "57.2")
    assert said.code == 1
    assert said.err == "slaflow: handoff.yaml: 57.1% is covered, less than 57.2% asked for\n"
    assert slaflow("workflow", "test", ".", "--min-coverage", "57.1").code == 0
    assert slaflow("workflow", "test", ".", "--min-coverage", "0").code == 0
    # Four sevenths are 57.142857...: judged is the share itself, not what is shown of it.
    assert slaflow("workflow", "test", ".", "--min-coverage", "57.142").code == 0
    assert slaflow("workflow", "test", ".", "--min-coverage", "57.143").code == 1


def test_every_workflow_has_to_reach_it(slaflow: Slaflow, files: Path) -> None:
    (files / "one.scenario.yaml").write_text(REFUSES_AND_CLOSES, encoding="utf-8")
    (files / "other.yaml").write_text(AGREEMENT.replace("handoff", "other"), encoding="utf-8")
    (files / "other.scenario.yaml").write_text(HANDS_OVER.replace("handoff", "other"), encoding="utf-8")
    said = slaflow("workflow", "test", ".", "--min-coverage", "90", "--format", "json")
    assert said.code == 1
    assert said.err == "slaflow: other.yaml: 57.1% is covered, less than 90% asked for\n"
    assert [each["percent"] for each in said.json["coverage"]] == [100, 57.1]


def test_full_coverage_hides_no_failure(slaflow: Slaflow, files: Path) -> None:
    (files / "one.scenario.yaml").write_text(FAILS, encoding="utf-8")
    said = slaflow("workflow", "test", ".", "--coverage", "--min-coverage", "100", "--format", "json")
    assert said.code == 1
    assert said.json["coverage"][0]["percent"] == 100
    assert (said.json["failed"], len(said.json["failures"])) == (1, 1)
    page = slaflow("workflow", "test", ".", "--coverage", "--min-coverage", "100")
    assert page.code == 1
    assert 'one.scenario.yaml:8: failed: "wrong", step 2' in page.out
    rows = slaflow("workflow", "test", ".", "--coverage", "--format", "jsonl").out.splitlines()
    assert [json.loads(row)["scenario"] for row in rows] == ["wrong"]


def test_a_file_that_cannot_be_told_leaves_its_workflow_uncovered(slaflow: Slaflow, files: Path) -> None:
    (files / "one.scenario.yaml").write_text("workflow: handoff.yaml\nscenarios: 5\n", encoding="utf-8")
    said = slaflow("workflow", "test", ".", "--min-coverage", "0", "--format", "json")
    assert said.code == 1
    assert said.json["failures"]
    assert said.json["coverage"][0]["percent"] == 0
    (files / "handoff.yaml").write_text("workflow: handoff\n", encoding="utf-8")
    broken = slaflow("workflow", "test", ".", "--min-coverage", "0", "--format", "json")
    assert (broken.code, broken.json["coverage"]) == (1, [])
    assert slaflow("workflow", "test", "gone.yaml", "--min-coverage", "0").code == 3


@pytest.mark.parametrize("given", ["101", "100.01", "-1", "nan", "inf", "1e1", "ninety", "", "1/2"])
def test_what_is_no_percentage_is_refused_in_one_line(slaflow: Slaflow, given: str) -> None:
    said = slaflow("workflow", "test", ".", "--min-coverage", given)
    assert (said.code, said.out) == (2, "")
    assert f'"{given}" is no percentage from 0 to 100; write 100, or 87.5' in said.err
    assert len(said.err.splitlines()) == 1


def test_a_file_named_twice_is_told_once(slaflow: Slaflow) -> None:
    assert slaflow("workflow", "test", ".", "one.scenario.yaml", "--format", "json").json["passed"] == 1
