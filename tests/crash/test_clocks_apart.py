"""Two machines whose clocks are an hour apart: nobody's log goes back, and doctor says whose clock ran."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.commands import AGREEMENT, Said

from slaflow.engine.context import wall_clock


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def type_there(type_: Callable[..., Said], database_url: str, tmp_path: Path) -> Callable[..., Said]:
    """Types a command where one agreement is in force."""
    (tmp_path / "office-deal.yaml").write_text(AGREEMENT, encoding="utf-8")

    def typed(*words: object) -> Said:
        return type_("--db", database_url, "--format", "json", *words)

    assert typed("workflow", "activate", "office-deal.yaml", "--at", "2026-03-02T08:00:00Z").code == 0
    return typed


def test_what_the_slower_clock_says_is_late_evidence(type_there: Callable[..., Said]) -> None:
    """The entry stands at the last instant logged and keeps when it happened."""
    fast = datetime(2026, 3, 2, 10, tzinfo=UTC)
    slow = fast - timedelta(hours=1)
    who = ("--as", "marketing")
    type_there("lead", "add", "--set", "email=kim@example.com", *who, "--at", written(slow))
    type_there("lead", "activity", "kim@example.com", "demo", "--as", "lead", "--at", written(fast))
    late = type_there("lead", "fire", "kim@example.com", "accept", "--as", "sales", "--at", written(slow))
    assert (late.code, late.json["state"]) == (0, "accepted")
    entry = type_there("log", "list", "--kind", "transition").json[-1]
    assert (entry["at"], entry["occurred_at"]) == (written(fast), written(slow))
    instants = [entry["at"] for entry in type_there("log", "list", "--lead", "1").json]
    assert instants == sorted(instants)
    tick = type_there("tick", "--at", written(slow))
    assert (tick.code, tick.json["steps"]) == (0, 0)
    assert type_there("log", "verify").code == 0


def test_doctor_says_that_a_clock_ran_ahead(type_there: Callable[..., Said]) -> None:
    ahead = wall_clock() + timedelta(hours=1)
    words = ("--set", "email=kim@example.com", "--as", "marketing", "--at", written(ahead))
    assert type_there("lead", "add", *words).code == 0
    (clock,) = [check for check in type_there("doctor").json["checks"] if check["name"] == "clock"]
    assert "a clock, or --at, ran ahead" in clock["detail"]
    assert type_there("lead", "activity", "kim@example.com", "call", "--as", "sales").code == 0
    assert type_there("log", "verify").code == 0
