"""``workflow test --watch``: told again is what a saved file concerns, and nothing else."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from cli.trial.test_scenario_coverage import AGREEMENT, HANDS_OVER, REFUSES_AND_CLOSES
from support.commands import Slaflow

pytest.importorskip("watchfiles")

Process = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    (tmp_path / "handoff.yaml").write_text(AGREEMENT, encoding="utf-8")
    (tmp_path / "one.scenario.yaml").write_text(HANDS_OVER, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(AGREEMENT.replace("handoff", "other"), encoding="utf-8")
    (tmp_path / "two.scenario.yaml").write_text(HANDS_OVER.replace("handoff", "other"), encoding="utf-8")
    return tmp_path


class Watch:
    """A watch under way; ``round`` is the next line that it prints, ``said`` the next on stderr."""

    def __init__(self, running: subprocess.Popen[bytes]) -> None:
        assert running.stdout is not None
        assert running.stderr is not None
        self.running, self._out, self._err = running, running.stdout, running.stderr

    def round(self) -> Any:
        return json.loads(self._out.readline())

    def said(self) -> str:
        return self._err.readline().decode().rstrip()


@contextmanager
def watching(process: Process, *words: str) -> Iterator[Watch]:
    with process("workflow", "test", *words, "--watch", "--format", "json") as running:
        # What never comes is waited for no longer than this.
        late = Timer(60, running.kill)
        late.start()
        try:
            yield Watch(running)
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 0
        finally:
            late.cancel()
            running.kill()


def test_a_saved_file_has_told_again_what_it_concerns(process: Process, files: Path) -> None:
    with watching(process, ".", "--coverage") as watch:
        first = watch.round()
        assert (first["passed"], first["failed"]) == (2, 0)
        assert watch.said() == "slaflow: watching; Ctrl-C ends it"
        stricter = AGREEMENT.replace(">= 10", ">= 100").replace("kim@", "max@")
        (files / "handoff.yaml").write_text(stricter, encoding="utf-8")
        assert watch.said() == "slaflow: handoff.yaml: 1 scenario file told again"
        broken = watch.round()
        assert (broken["passed"], broken["failed"]) == (1, 1)
        assert broken["failures"][0]["file"] == "one.scenario.yaml"
        (files / "one.scenario.yaml").write_text(REFUSES_AND_CLOSES.replace("50", "500"), encoding="utf-8")
        assert watch.said() == "slaflow: one.scenario.yaml: 1 scenario file told again"
        mended = watch.round()
        assert (mended["passed"], mended["failed"]) == (2, 0)
        assert [each["percent"] for each in mended["coverage"]] == [100, first["coverage"][1]["percent"]]


def test_a_new_file_joins_and_one_that_is_gone_leaves(process: Process, files: Path) -> None:
    with watching(process, ".") as watch:
        assert watch.round()["passed"] == 2
        (files / "more").mkdir()
        other = HANDS_OVER.replace("handoff.yaml", "../handoff.yaml")
        (files / "more" / "three.scenario.yaml").write_text(other, encoding="utf-8")
        assert watch.round()["passed"] == 3
        (files / "two.scenario.yaml").unlink()
        assert watch.round()["passed"] == 2


def test_a_file_that_is_gone_is_waited_for(process: Process, files: Path) -> None:
    with watching(process, "one.scenario.yaml") as watch:
        assert watch.round()["passed"] == 1
        assert watch.said() == "slaflow: watching; Ctrl-C ends it"
        (files / "one.scenario.yaml").unlink()
        assert watch.round()["failed"] == 1
        assert watch.said() == "slaflow: one.scenario.yaml: 1 scenario file told again"
        assert watch.said() == "slaflow: one.scenario.yaml: cannot be read: no such file or directory"
        (files / "one.scenario.yaml").write_text(HANDS_OVER, encoding="utf-8")
        assert watch.round()["passed"] == 1


def test_a_file_saved_by_renaming_is_seen_too(process: Process, files: Path) -> None:
    with watching(process, "one.scenario.yaml", "--junit", "out.xml") as watch:
        assert watch.round()["passed"] == 1
        smaller = HANDS_OVER.replace("kim@", "lee@").replace("employees: 50", "employees: 5")
        (files / "part").write_text(smaller, encoding="utf-8")
        (files / "part").rename(files / "one.scenario.yaml")
        assert watch.round()["failed"] == 1
    assert 'failures="1"' in (files / "out.xml").read_text(encoding="utf-8")


def test_what_is_not_there_is_not_waited_for(slaflow: Slaflow) -> None:
    assert slaflow("workflow", "test", "gone.scenario.yaml", "--watch").code == 3
    said = slaflow("workflow", "test", ".", "--watch", "--format", "csv")
    assert said.code == 2
    assert "it has no csv" in said.err
