"""Commitments as a draft would have measured them, lead by lead, in parts that add up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from slaflow.clock.rules import SECOND
from slaflow.clock.state import Clock
from slaflow.lifecycle.commitments.counted import Clock as ClockOfLead
from slaflow.lifecycle.commitments.counted import History, Seen, is_such, seen
from slaflow.lifecycle.commitments.results import Firsts, Measured, Times, of_firsts, of_times
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.lifecycle.decision import Draft
from slaflow.workflow.model.commitment import Commitment, Kept, Signed, Timed, happenings_of

Owing = tuple[str, str]
"""A commitment and a period's label."""


_KINDS: Mapping[str, tuple[str, ...]] = {
    "enter": ("transition", "created"),
    "trigger": ("transition",),
    "override": ("transition",),
    "assign": ("assigned",),
    "step": ("warned", "breached", "escalated"),
    "activity": ("activity",),
}
"""The kinds of entries that say that such a happening came about."""
_OF_CLOCKS = frozenset(("breached", "clock_met", "met_late", "breach_lifted"))


@dataclass(frozen=True, slots=True)
class Period:
    """A period of one commitment; outcomes of a share's leads count until ``decided_by``."""

    label: str
    start: datetime
    end: datetime
    decided_by: datetime


@dataclass(slots=True)
class Measures:
    """Every commitment with its periods, and what the leads measured so far came to."""

    periods: Sequence[tuple[Commitment, Sequence[Period]]]
    found: dict[Owing, Measured] = field(default_factory=dict)
    _kinds: frozenset[str] = frozenset()
    """Of entries that any of them may count."""

    def __post_init__(self) -> None:
        measures = [commitment.measure for commitment, _ in self.periods]
        happenings = {happening.kind for measure in measures for happening in happenings_of(measure)}
        kinds = {kind for happening in happenings for kind in _KINDS[happening]}
        if any(isinstance(measure, Kept | Timed) for measure in measures):
            kinds |= _OF_CLOCKS
        self._kinds = frozenset(kinds)

    @classmethod
    def of(cls, terms: Sequence[Terms], at: datetime) -> Measures:
        """Those that are owed in *terms*, as of *at*."""
        periods: dict[str, tuple[Commitment, list[Period]]] = {}
        for each in terms:
            for commitment in each.commitments():
                if not isinstance(commitment.measure, Signed):
                    start, end = each.bounds
                    closes = min(each.closes_at(commitment), at)
                    named = periods.setdefault(commitment.name, (commitment, []))[1]
                    named.append(Period(each.period.label, start, end, closes))
        return cls([*periods.values()])

    def add(self, lead: int, drafts: Sequence[Draft], clocks: Sequence[Clock]) -> None:
        """Measures one lead, all of whose entries are *drafts*."""
        told: list[Seen] | None = None
        for commitment, periods in self.periods:
            told = told or [each for each in seen(lead, drafts) if each.entry.kind in self._kinds]
            counting = [each for each in told if _may_count(commitment, each)]
            for period in _touched(periods, counting):
                history = History(counting, period.start, period.end, period.decided_by, _allowances(clocks))
                self._add((commitment.name, period.label), history.measured(commitment))

    def merge(self, found: Mapping[Owing, Measured]) -> None:
        """Adds what other leads came to."""
        for owing, measured in found.items():
            self._add(owing, measured)

    def _add(self, owing: Owing, measured: Measured) -> None:
        known = self.found.get(owing)
        self.found[owing] = measured if known is None else together(known, measured)


def together(one: Measured, other: Measured) -> Measured:
    """What two groups of leads come to."""
    if one.times is not None and other.times is not None:
        return of_times(one.times.plus_difference(other.times, Times(one.times.take, {})))
    if one.firsts is not None and other.firsts is not None:
        return of_firsts(one.firsts.plus_difference(other.firsts, Firsts({})))
    return one.plus_difference(other, Measured())


def _may_count(commitment: Commitment, told: Seen) -> bool:
    measure = commitment.measure
    if isinstance(measure, Kept):
        return told.entry.target in measure.targets
    if isinstance(measure, Timed):
        return told.entry.target == measure.target
    return any(is_such(happening, told) for happening in happenings_of(measure))


def _touched(periods: Sequence[Period], counting: Sequence[Seen]) -> Iterator[Period]:
    """The periods in which any of it happened; of all others it says nothing."""
    starts = [period.start for period in periods]
    places = {bisect_right(starts, each.happened) - 1 for each in counting}
    for place in sorted(places):
        if place >= 0 and any(each.happened < periods[place].end for each in counting):
            yield periods[place]


def _allowances(clocks: Sequence[Clock]) -> Callable[[ClockOfLead], int]:
    def allowance_of(clock: ClockOfLead) -> int:
        found = next(each for each in clocks if (each.target, each.number) == clock[1:])
        return found.allowance // SECOND

    return allowance_of
