"""Commitments counted by going through the entries of leads, one by one.

For who has them in memory; a database counts the same by its indexes (``store/commitments``), and tests
compare the two (rules.md, 20.5 and 20.9).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from slaflow.lifecycle.commitments.results import First, Firsts, Measured, Result, Times, of_firsts, of_times
from slaflow.workflow.model.commitment import (
    Commitment,
    Count,
    Happening,
    Kept,
    Share,
    Sum,
    Timed,
    distinct_of,
)


class Told(Protocol):
    """What is read of an entry, be it a draft or sealed."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def occurred_at(self) -> datetime | None: ...
    @property
    def owner(self) -> str | None: ...
    @property
    def trigger(self) -> str | None: ...
    @property
    def from_state(self) -> str | None: ...
    @property
    def to_state(self) -> str | None: ...
    @property
    def target(self) -> str | None: ...
    @property
    def clock(self) -> int | None: ...
    @property
    def step(self) -> str | None: ...
    @property
    def caused_by(self) -> int | None: ...
    @property
    def data(self) -> Any: ...


class Seen(NamedTuple):
    """An entry of a lead, and when it happened: of what an input brought about to clocks, the input."""

    lead: int
    entry: Told
    happened: datetime

    @property
    def place(self) -> tuple[datetime, int, int]:
        return self.happened, self.lead, self.entry.seq

    def counts(self, noted: str | None) -> Any:
        """What is noted under that key of the entry; None where nothing is."""
        return None if noted is None else self.entry.data.get("counts", {}).get(noted)


_OF_CLOCKS = frozenset(("clock_met", "met_late", "breach_lifted"))


def seen(lead: int, entries: Sequence[Told]) -> Iterator[Seen]:
    """The entries of one lead, all from the first on."""
    for entry in entries:
        caused = entry.kind in _OF_CLOCKS and entry.caused_by is not None
        cause = entries[(entry.caused_by or 0) - 1] if caused else entry
        yield Seen(lead, entry, cause.occurred_at or entry.at)


Clock = tuple[int, str | None, int | None]
"""Lead, target and number of a clock."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of leads, counted for ``[start, end)``; outcomes count until ``decided_by``.

    ``allowance_of`` gives the whole seconds of open time that a clock had in the end.
    """

    told: Sequence[Seen]
    start: datetime
    end: datetime
    decided_by: datetime
    allowance_of: Callable[[Clock], int]

    def measured(self, commitment: Commitment) -> Measured:
        """What *commitment* comes to. A promise to sign is none of it."""
        measure = commitment.measure
        if isinstance(measure, Timed):
            return of_times(Times(measure.take, Counter(self._times(measure))))
        if isinstance(measure, Count | Share) and distinct_of(measure) is not None:
            return of_firsts(Firsts.among(self._valued(measure)))
        if isinstance(measure, Count):
            found = self._in_period(measure.of)
            counted = found if measure.each else list(_first(found).values())
            return _summed((each.entry.owner, Result(Decimal(1), 1)) for each in counted)
        if isinstance(measure, Sum):
            first = _first(self._in_period(measure.of)).values()
            return _summed((e.entry.owner, Result(Decimal(e.counts(measure.of.noted)), 1)) for e in first)
        if isinstance(measure, Share):
            decided = self._decided(measure)
            return _summed((each.entry.owner, Result(Decimal(hit), 1)) for each, hit in decided)
        assert isinstance(measure, Kept)
        return _summed(self._kept(measure))

    def _in_period(self, happening: Happening) -> list[Seen]:
        return [each for each in self._such(happening) if self.start <= each.happened < self.end]

    def _such(self, happening: Happening) -> list[Seen]:
        found = (each for each in self.told if is_such(happening, each))
        return sorted(found, key=lambda each: each.place)

    def _valued(self, measure: Count | Share) -> Iterator[tuple[str, First]]:
        if isinstance(measure, Share):
            noted, found = measure.among.noted, self._decided(measure)
        else:
            noted, found = measure.of.noted, [(each, True) for each in self._in_period(measure.of)]
        for each, hit in sorted(found, key=lambda pair: pair[0].place):
            value = each.counts(noted)
            name = f"={value}" if value else f"lead:{each.lead}"
            yield name, First(each.entry.owner, hit, each.happened)

    def _decided(self, share: Share) -> list[tuple[Seen, bool]]:
        """The outcome that decided each lead, or each outcome, and whether it is the one asked about."""
        if share.each:
            return [(each, is_such(share.of, each)) for each in self._in_period(share.among)]
        among = [each for each in self._such(share.among) if each.happened <= self.decided_by]
        if share.cohort is None:
            decided = _first(each for each in among if self.start <= each.happened < self.end)
        else:
            asked = _first(self._in_period(share.cohort))
            decided = _first(e for e in among if e.lead in asked and e.place > asked[e.lead].place)
        if share.by_first:
            return [(each, is_such(share.of, each)) for each in decided.values()]
        reached = {e.lead: e for e in self._such(share.of) if e.happened <= self.decided_by}
        return [
            (each, each.lead in reached and reached[each.lead].place >= each.place)
            for each in decided.values()
        ]

    def _kept(self, kept: Kept) -> Iterator[tuple[str | None, Result]]:
        for told in self._by_clock(kept.targets).values():
            by_kind = {each.entry.kind: each for each in told}
            verdict = by_kind.get("breached") or by_kind.get("clock_met")
            if verdict is None or not self.start <= verdict.happened < self.end:
                continue
            if kept.noted is None or verdict.counts(kept.noted) is not None:
                is_kept = verdict.entry.kind == "clock_met" or "breach_lifted" in by_kind
                yield verdict.entry.owner, Result(Decimal(is_kept), 1)

    def _times(self, timed: Timed) -> Iterator[tuple[str | None, int]]:
        """Owner and seconds of each clock fulfilled in the period, as was told of it last."""
        for clock, told in self._by_clock(frozenset((timed.target,))).items():
            took = [(each, seconds) for each in told if (seconds := self._took(clock, each)) is not None]
            if took and self.start <= took[-1][0].happened < self.end:
                yield took[-1][0].entry.owner, took[-1][1]

    def _took(self, clock: Clock, told: Seen) -> int | None:
        if told.entry.kind not in _OF_CLOCKS:
            return None
        if told.entry.kind == "met_late":
            return int(told.entry.data["late_seconds"]) + self.allowance_of(clock)
        seconds: int | None = told.entry.data.get("open_seconds")
        return seconds

    def _by_clock(self, targets: frozenset[str]) -> Mapping[Clock, list[Seen]]:
        clocks: dict[Clock, list[Seen]] = {}
        for each in self.told:
            if each.entry.target in targets:
                key = (each.lead, each.entry.target, each.entry.clock)
                clocks.setdefault(key, []).append(each)
        return clocks


def is_such(happening: Happening, told: Seen) -> bool:
    """Whether the entry says that *happening* came about, its condition met."""
    is_one = _IS[happening.kind](happening, told.entry)
    return is_one and (happening.noted is None or told.counts(happening.noted) is not None)


def _enters(happening: Happening, entry: Told) -> bool:
    moved = entry.kind in ("transition", "created") and entry.from_state != entry.to_state
    return moved and entry.to_state in happening.names


def _fires(happening: Happening, entry: Told) -> bool:
    return entry.kind == "transition" and entry.trigger in happening.names


def _overrides(happening: Happening, entry: Told) -> bool:
    return _fires(happening, entry) and "overridden" in entry.data


def _assigns(happening: Happening, entry: Told) -> bool:
    return entry.kind == "assigned" and entry.owner is not None


def _falls(happening: Happening, entry: Told) -> bool:
    falls = entry.kind in ("warned", "breached", "escalated")
    return falls and entry.target in happening.names and entry.step == happening.step


def _records(happening: Happening, entry: Told) -> bool:
    return entry.kind == "activity" and entry.data["activity"] in happening.names


_IS: Mapping[str, Callable[[Happening, Told], bool]] = {
    "enter": _enters,
    "trigger": _fires,
    "override": _overrides,
    "assign": _assigns,
    "step": _falls,
    "activity": _records,
}


def _first(found: Iterable[Seen]) -> dict[int, Seen]:
    """Of each lead the first."""
    first: dict[int, Seen] = {}
    for each in sorted(found, key=lambda each: each.place):
        first.setdefault(each.lead, each)
    return first


def _summed(parts: Iterable[tuple[str | None, Result]]) -> Measured:
    owners: dict[str | None, Result] = {}
    for owner, result in parts:
        owners[owner] = owners.get(owner, Result()) + result
    return Measured(owners)
