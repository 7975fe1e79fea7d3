"""``workflow test --junit``: read back by a parser that CI tools use."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.trial.test_scenario_coverage import AGREEMENT, HANDS_OVER
from junitparser import Error, JUnitXml, TestSuite
from support.commands import Slaflow

TWO = (
    HANDS_OVER
    + """\
  - name: "nobody \\u0007 <closes> it & \\ud83d\\ude00 \\"so\\""
    start: 2026-03-06T15:30:00+01:00
    lead: {email: kim@example.com, employees: 50}
    steps: [{expect: {state: done}}, {expect: {state: handed}}, {fire: hand_over}]
"""
)


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "handoff.yaml").write_text(AGREEMENT, encoding="utf-8")
    (tmp_path / "stories" / "one.scenario.yaml").write_text(HANDS_OVER, encoding="utf-8")
    return tmp_path


def suites(file: Path) -> list[TestSuite]:
    read = JUnitXml.fromfile(str(file))
    return list(read)


def test_a_suite_per_file_and_a_case_per_scenario(slaflow: Slaflow, files: Path) -> None:
    (files / "stories" / "two.scenario.yaml").write_text(
        TWO.replace("\\ud83d\\ude00", "\U0001f600"), encoding="utf-8"
    )
    said = slaflow("workflow", "test", "stories", "--junit", "out.xml")
    assert said.code == 1
    one, two = suites(files / "out.xml")
    assert (one.name, one.tests, one.failures, one.errors) == ("stories/one.scenario.yaml", 1, 0, 0)
    assert (two.name, two.tests, two.failures, two.errors) == ("stories/two.scenario.yaml", 2, 1, 0)
    (case,) = one
    assert (case.name, case.classname, case.is_passed) == ("large enough", "stories.one", True)
    assert case.time is not None
    assert case.time > 0
    passed, failed = two
    assert passed.is_passed
    assert failed.name == 'nobody \ufffd <closes> it & \U0001f600 "so"'
    assert [fault.message for fault in failed.result] == [
        "expected state: done, found state: new",
        "expected state: handed, found state: new",
    ]
    assert "step 1, line 10" in str(failed.result[0].text)


def test_what_cannot_be_told_is_an_error_of_its_file(slaflow: Slaflow, files: Path) -> None:
    (files / "stories" / "one.scenario.yaml").write_text("workflow: [", encoding="utf-8")
    said = slaflow("workflow", "test", "stories", "gone.scenario.yaml", "--junit", "out.xml")
    assert said.code == 3
    found = suites(files / "out.xml")
    assert [(each.name, each.tests, each.failures, each.errors) for each in found] == [
        ("stories/one.scenario.yaml", 1, 0, 1), ("gone.scenario.yaml", 1, 0, 1),
    ]  # fmt: skip
    assert all(isinstance(fault, Error) for each in found for case in each for fault in case.result)


def test_a_scenario_with_a_fault_fails_and_is_counted(slaflow: Slaflow, files: Path) -> None:
    text = HANDS_OVER.replace("steps: [{fire: hand_over}]", "steps: [{fire: hand_ovre}]")
    (files / "stories" / "one.scenario.yaml").write_text(text, encoding="utf-8")
    assert slaflow("workflow", "test", "stories", "--junit", "out.xml").code == 1
    (suite,) = suites(files / "out.xml")
    assert (suite.tests, suite.failures, suite.errors) == (1, 1, 0)


def test_it_takes_the_place_of_no_file_that_is_read(slaflow: Slaflow, files: Path) -> None:
    for name in ("handoff.yaml", "one.scenario.yaml"):
        before = (files / "stories" / name).read_bytes()
        said = slaflow("workflow", "test", "stories", "--junit", f"stories/{name}")
        assert (said.code, said.out) == (2, "")
        assert "nothing is written over; name another file" in said.err
        assert (files / "stories" / name).read_bytes() == before


def test_where_it_cannot_be_written_one_line_says_so(slaflow: Slaflow, files: Path) -> None:
    said = slaflow("workflow", "test", "stories", "--junit", "nowhere/out.xml")
    assert said.code == 3
    assert "there is no folder nowhere" in said.err
    assert said.out == "1 scenario passed, none failed\n"
    assert not list(files.glob("**/*.xml"))


def test_it_needs_no_database_and_replaces_what_it_wrote(slaflow: Slaflow, files: Path) -> None:
    nowhere = {"SLAFLOW_DB": "postgresql://localhost:1/nothing"}
    for _ in range(2):
        assert slaflow("workflow", "test", "stories", "--junit", "out.xml", env=nowhere).code == 0
    assert len(suites(files / "out.xml")) == 1


def test_standard_output_is_taken_by_the_page(slaflow: Slaflow, files: Path) -> None:
    said = slaflow("workflow", "test", "stories", "--junit", "-")
    assert (said.code, said.out) == (2, "")
    assert "--junit takes a file" in said.err
    assert not (files / "-").exists()
