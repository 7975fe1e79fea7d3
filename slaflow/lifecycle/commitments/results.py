"""What a measurement came to, owner by owner, and how that is kept for restatements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from slaflow.lifecycle.decision import instant_text
from slaflow.workflow.model.commitment import Commitment, Take, Timed, distinct_of


@dataclass(frozen=True, slots=True)
class Result:
    """*of* so many, or so much, *among* so many leads or clocks."""

    of: Decimal = Decimal(0)
    among: int = 0

    def __add__(self, other: Result) -> Result:
        return Result(self.of + other.of, self.among + other.among)

    def __sub__(self, other: Result) -> Result:
        return Result(self.of - other.of, self.among - other.among)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of open time by owner, each with how many took them; *take* says what is made of them."""

    take: Take
    counts: Mapping[tuple[str | None, int], int]

    @property
    def whole(self) -> Result:
        return self._of(self.counts.items())

    def by_owner(self) -> dict[str | None, Result]:
        owners = dict.fromkeys(owner for owner, _ in self.counts)
        return {name: self._of(each for each in self.counts.items() if each[0][0] == name) for name in owners}

    def plus_difference(self, later: Times, earlier: Times) -> Times:
        found = Counter(self.counts)
        found.update(later.counts)
        found.subtract(earlier.counts)
        return Times(self.take, {key: number for key, number in found.items() if number > 0})

    def _of(self, counts: Iterable[tuple[tuple[str | None, int], int]]) -> Result:
        """The mean, or the nearest-rank percentile."""
        seconds = sorted(took for (_, took), number in counts for _ in range(number))
        if not seconds:
            return Result()
        if self.take == "mean":
            return Result(Decimal(sum(seconds)) / len(seconds), len(seconds))
        percent = {"median": 50, "p90": 90}[self.take]
        return Result(Decimal(seconds[-(-len(seconds) * percent // 100) - 1]), len(seconds))


class First(NamedTuple):
    """The first event that counted for a value: by whom, whether it is the one asked about, and when."""

    owner: str | None
    hit: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Firsts:
    """What counts once per value, by a name of the value that does not tell it."""

    firsts: Mapping[str, First]

    @classmethod
    def among(cls, events: Iterable[tuple[str, First]]) -> Firsts:
        """Of events in order the first of each value."""
        found: dict[str, First] = {}
        for name, event in events:
            found.setdefault(name, event)
        return cls(found)

    def by_owner(self) -> dict[str | None, Result]:
        owners: dict[str | None, Result] = {}
        for each in self.firsts.values():
            owners[each.owner] = owners.get(each.owner, Result()) + Result(Decimal(each.hit), 1)
        return owners

    def plus_difference(self, later: Firsts, earlier: Firsts) -> Firsts:
        """These with what *later* says otherwise than *earlier*, unless these know of something before it."""
        found = dict(self.firsts)
        for name in {**earlier.firsts, **later.firsts}:
            was, now = earlier.firsts.get(name), later.firsts.get(name)
            if was == now:
                continue
            known = found.pop(name, None)
            left = [each for each in (None if known == was else known, now) if each is not None]
            if left:
                found[name] = min(left, key=lambda first: first.at)
        return Firsts(found)


def of_firsts(firsts: Firsts, unjudged: tuple[int, ...] = ()) -> Measured:
    return Measured(firsts.by_owner(), unjudged, firsts=firsts)


def of_times(times: Times) -> Measured:
    return Measured(times.by_owner(), times=times)


@dataclass(frozen=True, slots=True)
class Measured:
    """A commitment's results by owner; None owns what nobody owned."""

    owners: Mapping[str | None, Result] = field(default_factory=dict)
    unjudged: tuple[int, ...] = field(default=(), compare=False)
    """Leads that cannot be judged by the terms of now, and so count for nothing."""
    times: Times | None = None
    """Of a time the open times behind the results, which do not add up by themselves."""
    firsts: Firsts | None = field(default=None, compare=False)
    """Of what counts once per value what is behind the results."""

    @property
    def total(self) -> Result:
        return sum(self.owners.values(), Result()) if self.times is None else self.times.whole

    def plus_difference(self, later: Measured, earlier: Measured) -> Measured:
        """These results with what *later* has more than *earlier*."""
        if self.times is not None and later.times is not None and earlier.times is not None:
            return of_times(self.times.plus_difference(later.times, earlier.times))
        if self.firsts is not None and later.firsts is not None and earlier.firsts is not None:
            return of_firsts(self.firsts.plus_difference(later.firsts, earlier.firsts))
        names = [*self.owners, *later.owners, *earlier.owners]
        found = {
            name: self._of(name) + (later._of(name) - earlier._of(name)) for name in dict.fromkeys(names)
        }
        return Measured({name: result for name, result in found.items() if result != Result()})

    def _of(self, owner: str | None) -> Result:
        return self.owners.get(owner, Result())


def stored(measured: Measured) -> list[list[Any]]:
    """Every owner's result, for the row that restatements are compared with."""
    if measured.times is not None:
        return [[owner, str(took), number] for (owner, took), number in measured.times.counts.items()]
    if measured.firsts is not None:
        firsts = measured.firsts.firsts.items()
        return [[first.owner, name, int(first.hit), instant_text(first.at)] for name, first in firsts]
    return [[owner, plain(result.of), result.among] for owner, result in measured.owners.items()]


def restored(commitment: Commitment, rows: Sequence[Sequence[Any]]) -> Measured:
    """What :func:`stored` wrote."""
    if isinstance(commitment.measure, Timed):
        counts = {(owner, int(took)): number for owner, took, number in rows}
        return of_times(Times(commitment.measure.take, counts))
    if distinct_of(commitment.measure) is not None:
        return of_firsts(
            Firsts({n: First(who, bool(hit), datetime.fromisoformat(at)) for who, n, hit, at in rows})
        )
    return Measured({owner: Result(Decimal(of), among) for owner, of, among in rows})


def plain(number: Decimal) -> str:
    """Plain notation without trailing zeros; ``0`` for zero."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
