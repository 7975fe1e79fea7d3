"""The agreements we ship are sound, and do what their stories say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.source import ROOT

from slaflow.trial import TrialReport, run_scenarios
from slaflow.workflow.load import read_workflow

FOLDER = ROOT / "workflows"
STORIES = sorted(FOLDER.rglob("*.scenario.yaml"))
AGREEMENTS = sorted(set(FOLDER.rglob("*.yaml")) - set(STORIES))


def named(path: Path) -> str:
    return path.name


def told(file: Path) -> TrialReport:
    text = file.read_text(encoding="utf-8")
    return run_scenarios(text, file.name, lambda name: (file.parent / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", AGREEMENTS, ids=named)
def test_every_agreement_is_sound_and_bears_its_file_s_name(file: Path) -> None:
    found = read_workflow(file)
    assert found.errors == ()
    assert found.warnings == ()
    assert found.require().name == file.stem


@pytest.mark.parametrize("file", AGREEMENTS, ids=named)
def test_every_agreement_has_stories(file: Path) -> None:
    assert file.with_suffix(".scenario.yaml") in STORIES


@pytest.mark.parametrize("file", AGREEMENTS, ids=named)
def test_its_stories_show_all_of_an_agreement(file: Path) -> None:
    """Of each state, transition, clause, promise, step, check and rule there is a story."""
    beside = file.with_suffix(".scenario.yaml")
    coverage = told(beside).coverage
    assert coverage is not None
    assert coverage.workflow.source == file.read_text(encoding="utf-8")
    assert coverage.missing == ()


@pytest.mark.parametrize("file", STORIES, ids=named)
def test_every_story_comes_to_its_end(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    report = told(file)
    assert report.failures == ()
    assert report.passed == len(re.findall(r"^  - name:", text, re.MULTILINE)) >= 5


@pytest.mark.parametrize("file", [FOLDER / "b2b-standard.yaml", FOLDER / "hubspot-classic.yaml"], ids=named)
def test_each_thing_to_show_stands_on_the_line_that_is_told(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    coverage = told(file.with_suffix(".scenario.yaml")).coverage
    assert coverage is not None
    for item in coverage.items:
        name, line = item.name, lines[item.line - 1]
        if item.kind.startswith("clause"):
            name = name.partition(": ")[2]
        elif item.kind in ("step", "case"):
            name = name.partition(": ")[2].partition(" when ")[0].removeprefix("until ")
        elif item.kind in ("transition", "route"):
            name = re.split(r"^to | to | when | \(", name)[item.kind == "route"]
        assert name in line.replace("\\", ""), (item, line)
    nothing_to_do = {key for key in coverage.seen if key[0] == "step"}
    assert coverage.seen - nothing_to_do <= {item.key for item in coverage.items}


def test_the_page_of_agreements_lists_each_that_is_shipped_and_no_other() -> None:
    page = (ROOT / "docs" / "agreements.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([\w-]+)\]\(\.\./workflows/(\S+)\.yaml\)", page, re.MULTILINE)
    shipped = [(file.stem, file.relative_to(FOLDER).with_suffix("").as_posix()) for file in AGREEMENTS]
    assert sorted(listed) == sorted(shipped)


@pytest.mark.parametrize("file", [file for file in AGREEMENTS if file.parent.name == "published"], ids=named)
def test_what_others_have_published_says_where_and_what_it_leaves_open(file: Path) -> None:
    head = file.read_text(encoding="utf-8").split("\nworkflow:")[0]
    words = ("Source", "Taken", "Left open by the source", "Not in it")
    assert [word for word in words if f"\n# {word}" not in head] == []
    assert "ours" in head
