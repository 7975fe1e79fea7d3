"""Sets of values that one name can have: texts and truths one by one, numbers and instants by intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

NOT_SET = 1
UNREADABLE = 2
"""There is a value, and no expression reads it: a whole number of more than 64 bits."""
INFINITE = float("inf")


class Bound(NamedTuple):
    """An end of an interval: at that number, or just after (1) or before (-1) it."""

    at: Any
    beside: int = 0


Interval = tuple[Bound, Bound]
EVERYTHING: tuple[Interval, ...] = ((Bound(-INFINITE), Bound(INFINITE)),)


@dataclass(frozen=True, slots=True)
class Items:
    """Texts or truths: those listed, or (``others``) all but those listed."""

    listed: frozenset[object] = frozenset()
    others: bool = False

    def __bool__(self) -> bool:
        return self.others or bool(self.listed)

    def __and__(self, other: Items) -> Items:
        if self.others and other.others:
            return Items(self.listed | other.listed, True)
        if self.others or other.others:
            without, listed = (self, other) if self.others else (other, self)
            return Items(listed.listed - without.listed)
        return Items(self.listed & other.listed)

    def __invert__(self) -> Items:
        return Items(self.listed, not self.others)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers in intervals that do not meet, in order; ``whole``: only whole ones."""

    intervals: tuple[Interval, ...] = ()
    whole: bool = False

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __and__(self, other: Numbers) -> Numbers:
        whole = self.whole or other.whole
        return Numbers(tuple(_meeting(self.intervals, other.intervals, whole)), whole)

    def __invert__(self) -> Numbers:
        return Numbers(tuple(_between(self.intervals, self.whole)), self.whole)


def _meeting(left: Iterable[Interval], right: Iterable[Interval], whole: bool) -> Iterator[Interval]:
    """What two lists of intervals have in common, in one walk over both."""
    ones, others = iter(left), iter(right)
    one, other = next(ones, None), next(others, None)
    while one is not None and other is not None:
        yield from _interval(max(one[0], other[0]), min(one[1], other[1]), whole)
        if one[1] < other[1]:
            one = next(ones, None)
        else:
            other = next(others, None)


def _interval(low: Bound, high: Bound, whole: bool) -> Iterator[Interval]:
    """That interval, unless nothing lies in it."""
    if whole:
        low = Bound(low.at + 1) if low.beside > 0 else low
        high = Bound(high.at - 1) if high.beside < 0 else high
    if low <= high:
        yield low, high


def _between(intervals: Iterable[Interval], whole: bool) -> Iterator[Interval]:
    low = Bound(-INFINITE)
    for first, last in intervals:
        if first > low:
            yield from _interval(low, Bound(first.at, first.beside - 1), whole)
        low = Bound(last.at, last.beside + 1)
    if low.at < INFINITE:
        yield from _interval(low, Bound(INFINITE), whole)


@dataclass(frozen=True, slots=True)
class Values:
    """What a name can be; ``lacks`` says whether it may also be not set, or unreadable."""

    has: Items | Numbers
    lacks: int = 0

    def __bool__(self) -> bool:
        return bool(self.has) or self.lacks != 0

    def __and__(self, other: Values) -> Values:
        return Values(self.has & other.has, self.lacks & other.lacks)  # type: ignore[operator]

    def __invert__(self) -> Values:
        """All else, what lacks a value included."""
        return Values(~self.has, (NOT_SET | UNREADABLE) & ~self.lacks)

    def without(self, lacks: int) -> Values:
        return replace(self, lacks=self.lacks & ~lacks)


def items(listed: Iterable[object], lacks: int = 0) -> Values:
    """Just those."""
    return Values(Items(frozenset(listed)), lacks)


def any_item(lacks: int = 0) -> Values:
    """Whatever text there is."""
    return Values(Items(frozenset(), True), lacks)


def number(at: Any, whole: bool, lacks: int = 0) -> Values:
    """Just that one."""
    return Values(Numbers(((Bound(at), Bound(at)),), whole), lacks)


def numbers(listed: Iterable[Any], whole: bool, lacks: int = 0) -> Values:
    """Just those."""
    ends = sorted({Bound(each) for each in listed})
    return Values(Numbers(tuple((each, each) for each in ends), whole), lacks)


def between(low: Bound, high: Bound, whole: bool, lacks: int = 0) -> Values:
    """From one bound to another."""
    return Values(Numbers(tuple(_interval(low, high, whole)), whole), lacks)
