"""How much of an agreement its scenarios show: what came to pass in them, against all that can.

That a row was taken, a clause judged or a routing rule applied is told by the decisions, the rest by entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.guards import Trace
from slaflow.lifecycle.routing import WAITING
from slaflow.trial.items import Item, Key, items_of
from slaflow.trial.play import Play
from slaflow.workflow.model.workflow import Workflow

STEPS = ("warned", "breached", "escalated")
STARTS = ("clock_started", "clock_restarted")


@dataclass(frozen=True)
class Coverage:
    """One agreement, and what of it came to pass in scenarios."""

    workflow: Workflow
    seen: frozenset[Key] = frozenset()

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All that can come to pass, in the order of the file."""
        return items_of(self.workflow)

    @property
    def covered(self) -> int:
        """How many of the items came to pass."""
        return sum(item.key in self.seen for item in self.items)

    @property
    def share(self) -> Fraction:
        """Of a hundred, exactly; a workflow has at least one state."""
        return Fraction(100 * self.covered, len(self.items))

    @property
    def percent(self) -> float:
        """The share to one decimal, rounded down: 100 is said of nothing less."""
        return int(self.share * 10) / 10

    @property
    def missing(self) -> tuple[Item, ...]:
        """What no scenario shows."""
        return tuple(item for item in self.items if item.key not in self.seen)

    def with_seen(self, more: Iterable[Key]) -> Coverage:
        """The same agreement, with what another file's scenarios show."""
        return replace(self, seen=self.seen.union(more))

    def as_json(self) -> dict[str, Any]:
        """Its figures, and every item: ``kind``, ``name``, ``line``, ``covered``. Source: json.md."""
        return {
            "workflow": self.workflow.name,
            "percent": self.percent,
            "covered": self.covered,
            "items": [
                {"kind": i.kind, "name": i.name, "line": i.line, "covered": i.key in self.seen}
                for i in self.items
            ],
        }


def seen_in(play: Play) -> set[Key]:
    """What of the agreement came to pass to one lead of a story."""
    found = {key for entry in play.entries for key in _of_entry(entry)}
    return found.union(key for trace in play.traces for key in _of_trace(trace))


def _of_trace(trace: Trace) -> Iterator[Key]:
    for row in trace.rows:
        yield "transition", row, ""
    for clause in trace.clauses:
        yield "clause_passed" if clause.passed else "clause_refused", clause.row, clause.clause
    for place in trace.routes:
        yield "route", place, ""


def _of_entry(entry: Draft) -> Iterator[Key]:
    if entry.to_state is not None and entry.to_state != entry.from_state:
        yield "state", entry.to_state, ""
    if entry.kind == "checked":
        yield "check_passed" if entry.data["passed"] else "check_failed", entry.data["check"], ""
    if entry.kind == "assigned" and entry.data.get("method") == WAITING:
        yield "waited", entry.data["team"], ""
    if entry.target is None:
        return
    if entry.kind in STARTS:
        yield "case", entry.target, entry.data["case"]
    elif entry.kind in STEPS and entry.step is not None:
        yield "step", entry.target, entry.step
    elif entry.kind == "timer_fired":
        yield "timer", entry.target, ""
    if entry.kind == "breached":
        yield "target_broken", entry.target, ""
    elif entry.kind == "clock_met" or (entry.kind == "breach_lifted" and "completed_at" in entry.data):
        yield "target_kept", entry.target, ""
