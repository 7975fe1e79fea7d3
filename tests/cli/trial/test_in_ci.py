"""What runs where agreements are kept: hooks for pre-commit, and the page's workflow for GitHub Actions."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Slaflow
from support.source import ROOT

PAGE = (ROOT / "docs" / "how-to" / "test-with-scenarios.md").read_text(encoding="utf-8")
HOOKS = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
CONFIGURED = next(block for block in BLOCKS if "repos" in block)["repos"][0]["hooks"]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """The agreement and the stories of the page, as its reader has saved them."""
    for name in ("handoff.yaml", "handoff.scenario.yaml", "more.scenario.yaml"):
        block = re.search(rf"`{re.escape(name)}`:\n\n```yaml\n(.*?)```", PAGE, re.DOTALL)
        assert block is not None
        (tmp_path / name).write_text(block[1], encoding="utf-8")
    return tmp_path


def test_the_steps_of_the_workflow_pass(slaflow: Slaflow, pages: Path) -> None:
    steps = next(block for block in BLOCKS if "jobs" in block)["jobs"]["agreement"]["steps"]
    typed = [shlex.split(step["run"]) for step in steps if "run" in step]
    install, *commands = typed
    assert install[:2] == ["pip", "install"]
    assert [words[:3] for words in commands] == [["slaflow", "workflow", each] for each in ("check", "test")]
    for words in commands:
        said = slaflow(*words[1:])
        assert (said.code, said.err) == (0, "")
    written = next(step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", ""))
    assert (pages / written).is_file()


def hook(slaflow: Slaflow, id: str, *files: str, args: list[str] | None = None) -> int:
    """Runs a hook as pre-commit does: entry, arguments, then the files that changed where it takes them."""
    told: dict[str, Any] = HOOKS[id]
    words = [*shlex.split(told["entry"]), *(told.get("args", []) if args is None else args)]
    passed = [] if told.get("pass_filenames") is False else [f for f in files if concerns(id, f)]
    return slaflow(*words[1:], *passed).code


def concerns(id: str, file: str) -> bool:
    told = HOOKS[id]
    excluded = "exclude" in told and re.search(told["exclude"], file)
    return bool(re.search(told["files"], file)) and not excluded


def test_the_hooks_judge_what_stands_in_workflows(slaflow: Slaflow, pages: Path) -> None:
    (folder := pages / "workflows").mkdir()
    for file in pages.glob("*.yaml"):
        file.rename(folder / file.name)
    changed = ("workflows/handoff.yaml", "workflows/handoff.scenario.yaml")
    assert hook(slaflow, "slaflow-check", *changed) == 0
    assert hook(slaflow, "slaflow-test", *changed) == 0
    assert [each["id"] for each in CONFIGURED] == list(HOOKS)
    assert hook(slaflow, "slaflow-test", *changed, args=CONFIGURED[1]["args"]) == 0
    (folder / "more.scenario.yaml").unlink()
    assert hook(slaflow, "slaflow-test", *changed, args=CONFIGURED[1]["args"]) == 1
    (folder / "handoff.yaml").write_text("workflow: handoff", encoding="utf-8")
    assert hook(slaflow, "slaflow-check", *changed) == hook(slaflow, "slaflow-test", *changed) == 1


def test_the_hooks_leave_alone_what_is_no_agreement() -> None:
    assert concerns("slaflow-check", "workflows/a.yaml")
    assert concerns("slaflow-check", "team/workflows/b/a.yml")
    assert not concerns("slaflow-check", "workflows/a.scenario.yaml")
    assert concerns("slaflow-test", "workflows/a.scenario.yaml")
    for id in HOOKS:
        assert not concerns(id, ".github/workflows/agreement.yml")
        assert not concerns(id, "workflows.yaml")
