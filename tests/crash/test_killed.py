"""Killed at commits, at statements and at random: the work goes on where it stopped, to the same log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PROCESSES = 10
"""Many times what two processors run at once: each waits for the lead, and finds another's work done."""


def test_killed_work_comes_to_what_undisturbed_work_comes_to(bench: Callable[..., Any]) -> None:
    told = bench("crash.py", "--kills", 4, "--rounds", 1, "--leads", 9)
    assert told["ok"] is True
    assert told["kills"] >= 4
    assert told["commit_boundaries"] > 0
    assert told["entries"] > 150


def test_many_at_one_lead_come_to_what_some_order_comes_to(bench: Callable[..., Any]) -> None:
    told = bench("contention.py", "--processes", PROCESSES)
    assert told["ok"] is True
    assert told["accepted"] + told["refused"] == PROCESSES
    assert told["accepted"] > 0
