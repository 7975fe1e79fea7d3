"""What deciding the log again brought to light, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from slaflow.errors import SlaflowError
from slaflow.log.errors import RecordChanged
from slaflow.log.verify import Finding

SHOWN = 1000
"""Findings and streams that could not be checked, as far as they are named; all are counted."""


@dataclass(slots=True)
class ReplayReport:
    """What deciding the log again brought to light, at most one finding per stream.

    ``findings`` are of entries, ``rows`` of what stands beside the log. ``unchecked`` are streams that
    cannot be decided again, with why; ``impossible`` is why some could not be checked at all.
    """

    leads: int = 0
    entries: int = 0
    shown: list[tuple[Finding, bool]] = field(default_factory=list)
    """Findings as they came, each with whether it is of a row."""
    unchecked: list[tuple[str, str]] = field(default_factory=list)
    not_checkable: int = 0
    bad: int = 0
    impossible: str | None = None

    @property
    def findings(self) -> list[Finding]:
        return [finding for finding, of_row in self.shown if not of_row]

    @property
    def rows(self) -> list[Finding]:
        return [finding for finding, of_row in self.shown if of_row]

    @property
    def ok(self) -> bool:
        return self.bad == 0

    def add(self, finding: Finding | None, *, of_row: bool = False) -> None:
        """Counts a finding, if there is one."""
        if finding is None:
            return
        self.bad += 1
        if len(self.shown) < SHOWN:
            self.shown.append((finding, of_row))

    def leave_out(self, stream: str, reason: str) -> None:
        self.not_checkable += 1
        if len(self.unchecked) < SHOWN:
            self.unchecked.append((stream, reason))

    def go_on_with(self, later: ReplayReport) -> None:
        """Takes in what was found in the leads that follow."""
        self.leads += later.leads
        self.entries += later.entries
        self.bad += later.bad
        self.not_checkable += later.not_checkable
        self.shown += later.shown[: SHOWN - len(self.shown)]
        self.unchecked += later.unchecked[: SHOWN - len(self.unchecked)]
        self.impossible = self.impossible or later.impossible

    def errors(self) -> Iterator[SlaflowError]:
        """Every finding as what a caller may raise; entries by id, then rows."""
        for finding in sorted(self.findings, key=lambda each: each.id or 0):
            yield finding.as_error()
        for finding in self.rows:
            yield RecordChanged(finding.stream or "", finding.reason, finding.expected, finding.found)

    def as_json(self) -> dict[str, Any]:
        """What ``log verify --replay`` adds: leads decided again, those it cannot say anything about, and
        the first thing that differs."""
        first = next(iter([*sorted(self.findings, key=lambda each: each.id or 0), *self.rows]), None)
        return {
            "ok": self.ok,
            "bad": None if first is None else _as_json(first),
            "replayed": self.leads,
            "not_checkable": self.not_checkable,
            "not_checkable_streams": [{"stream": s, "reason": reason} for s, reason in self.unchecked],
        }


def _as_json(finding: Finding) -> dict[str, Any]:
    named = {"id": finding.id, "stream": finding.stream, "reason": finding.reason}
    return {**named, "seq": finding.seq, "expected": finding.expected, "found": finding.found}
