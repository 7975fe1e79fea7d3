"""Everything that is counted of leads, so that the counts of some can be added to those of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from slaflow.backtest.compared import Compared
from slaflow.backtest.course import lost_and_new
from slaflow.backtest.pairs import Pair
from slaflow.backtest.promise import Promise
from slaflow.backtest.spread import Spread
from slaflow.backtest.telling import Unlike
from slaflow.lifecycle.decision import instant_text

SHOWN = 1000
"""Inputs and streams that are named, as far as they are; all are counted."""
SIDES = ("recorded", "would_be")


@dataclass(slots=True)
class Promised:
    """The promises of one target on one side."""

    outcomes: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    disputed: int = 0
    upheld: int = 0
    graced: int = 0
    seconds: Spread = field(default_factory=Spread)
    first: tuple[int, str] | None = None
    """The place of the first of them, and who owed it."""

    def add(self, promise: Promise) -> None:
        """Counts one promise."""
        self.outcomes[promise.outcome] += 1
        self.broken += promise.was_broken
        if promise.was_disputed:
            self.disputed += 1
            self.upheld += promise.was_upheld
        self.graced += promise.was_graced
        if promise.seconds is not None:
            self.seconds.add(promise.seconds)
        self._note_first((promise.began.place, promise.owed_by))

    def merge(self, other: Promised) -> None:
        """Adds what was counted of others."""
        self.outcomes.update(other.outcomes)
        self.broken += other.broken
        self.disputed += other.disputed
        self.upheld += other.upheld
        self.graced += other.graced
        self.seconds.merge(other.seconds)
        if other.first is not None:
            self._note_first(other.first)

    def _note_first(self, first: tuple[int, str]) -> None:
        self.first = first if self.first is None else min(self.first, first)


@dataclass(slots=True)
class OfTarget:
    """One target: both sides, and what became of what."""

    recorded: Promised = field(default_factory=Promised)
    would_be: Promised = field(default_factory=Promised)
    changed: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)

    def merge(self, other: OfTarget) -> None:
        """Adds what was counted of others."""
        self.recorded.merge(other.recorded)
        self.would_be.merge(other.would_be)
        self.changed.update(other.changed)
        self.by.update(other.by)


@dataclass(slots=True)
class Inputs:
    """Inputs by name, as far as they are shown, and how many there are."""

    shown: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0

    def add(self, lead: int, inputs: Iterable[Unlike]) -> None:
        """Counts inputs of one lead."""
        for each in inputs:
            self.number += 1
            if len(self.shown) < SHOWN:
                self.shown.append(_as_json(lead, each))

    def merge(self, other: Inputs) -> None:
        """Adds those of leads that follow."""
        self.number += other.number
        self.shown += other.shown[: SHOWN - len(self.shown)]


def _as_json(lead: int, unlike: Unlike) -> dict[str, Any]:
    entry = unlike.entry
    return {
        "lead": lead, "entry": entry.id, "at": instant_text(entry.occurred_at or entry.at),
        "kind": entry.kind, "trigger": entry.trigger, "because": list(map(str, unlike.because)),
    }  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What was counted of some leads. Its size hangs on the agreements, not on how many leads there are.

    ``lines`` are the differences of these leads, by lead; who adds tallies up takes them first.
    """

    leads: int = 0
    diverged: int = 0
    entries: int = 0
    inputs: int = 0
    digests: set[str] = field(default_factory=set)
    targets: dict[str, OfTarget] = field(default_factory=dict)
    parties: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    """Outcomes by party and side."""
    handoffs: Counter[str] = field(default_factory=Counter)
    differences: int = 0
    impossible: Inputs = field(default_factory=Inputs)
    possible: Inputs = field(default_factory=Inputs)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    left_out_number: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def add(self, lead: Compared) -> None:
        """Counts one lead."""
        self.leads += 1
        self.diverged += lead.diverged_at is not None
        self.entries += lead.entries
        self.inputs += lead.inputs
        self.digests.update(lead.digests)
        for pair in lead.pairs:
            self._add_pair(lead, pair)
        lost, new = lost_and_new(lead.recorded_handoffs, lead.would_be_handoffs)
        self.handoffs["recorded"] += len(lead.recorded_handoffs)
        self.handoffs["would_be"] += len(lead.would_be_handoffs)
        self.handoffs["lost"] += lost
        self.handoffs["new"] += new
        self.impossible.add(lead.lead, lead.impossible)
        self.possible.add(lead.lead, lead.possible)

    def _add_pair(self, lead: Compared, pair: Pair) -> None:
        target = self.targets.get(pair.target)
        if target is None:
            target = self.targets[pair.target] = OfTarget()
        for side, promise in zip(SIDES, pair, strict=True):
            if promise is not None and lead.asked.holds(promise.began.at):
                (target.recorded if side == "recorded" else target.would_be).add(promise)
                self._outcomes(promise.owed_by, side)[promise.outcome] += 1
        change = pair.change
        if change is not None:
            self.differences += 1
            target.changed[change] += 1
            target.by[pair.why(lead.diverged_at)] += 1
        if pair.is_moved:
            self.lines.append(pair.as_json(lead.lead, lead.diverged_at))

    def leave_out(self, stream: str, reason: str) -> None:
        """Notes a lead of which nothing can be said."""
        self.left_out_number += 1
        if len(self.left_out) < SHOWN:
            self.left_out.append((stream, reason))

    def merge(self, later: Tally) -> None:
        """Adds what was counted of leads that follow; their ``lines`` are left where they are."""
        self.leads += later.leads
        self.diverged += later.diverged
        self.entries += later.entries
        self.inputs += later.inputs
        self.digests |= later.digests
        for name, target in later.targets.items():
            self.targets.setdefault(name, OfTarget()).merge(target)
        for party, sides in later.parties.items():
            for side, outcomes in sides.items():
                self._outcomes(party, side).update(outcomes)
        self.handoffs.update(later.handoffs)
        self.differences += later.differences
        self.impossible.merge(later.impossible)
        self.possible.merge(later.possible)
        self.left_out += later.left_out[: SHOWN - len(self.left_out)]
        self.left_out_number += later.left_out_number

    def _outcomes(self, party: str, side: str) -> Counter[str]:
        sides = self.parties.setdefault(party, {})
        if side not in sides:
            sides[side] = Counter()
        return sides[side]
