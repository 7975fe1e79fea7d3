"""Figures that pages ask for are counted by whoever ticks: once, or from now on."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.commands import AGREEMENT, Slaflow

from slaflow.engine.app import Engine
from slaflow.engine.figures import kept
from slaflow.engine.figures.kept import Place

SLA = Place("sla")


@pytest.fixture
def asked(slaflow: Slaflow, tmp_path: Path) -> Iterator[Engine]:
    """A database in which a page has asked for a figure."""
    assert slaflow("db", "upgrade").code == 0
    (tmp_path / "office.yaml").write_text(AGREEMENT)
    assert slaflow("workflow", "activate", "office.yaml", "--at", "2026-01-05T08:00Z").code == 0
    app = Engine(f"sqlite:///{tmp_path}/slaflow.db")
    kept.ask(app, SLA)
    yield app
    app.database.dispose()


def test_a_tick_counts_what_pages_ask_for_but_not_what_it_only_tries(slaflow: Slaflow, asked: Engine) -> None:
    for options in (["--dry-run"], ["--at", "2026-02-01T08:00Z"]):
        assert slaflow("tick", *options).code == 0
        assert kept.show(asked, SLA).figures is None
    assert slaflow("tick").code == 0
    assert kept.show(asked, SLA).figures is not None


def test_a_watch_counts_them_beside_it(
    asked: Engine, process: Callable[..., subprocess.Popen[bytes]]
) -> None:
    with process("tick", "--watch") as running:
        try:
            assert any(kept.show(asked, SLA).figures or time.sleep(0.05) for _ in range(400))
            running.send_signal(signal.SIGTERM)
            assert running.wait(20) == 0
        finally:
            running.kill()
