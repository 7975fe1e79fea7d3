"""Plots of four shapes as numbers to draw them by; every width is a share, so that no style is needed.

What a plot shows stands in a table under it, too: it is a picture of that table, and hidden from who listens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["met", "late", "lifted", "broken", "running", "first", "second", "third", "fourth"]
"""What a part stands for: what came of promises, or the first, second ... of what is told apart."""
SHAPES: dict[Tone, str] = {
    "met": "●", "late": "◐", "lifted": "◇", "broken": "✕", "running": "○", "first": "■", "second": "▨",
    "third": "▥", "fourth": "□",
}  # fmt: skip
"""A tone is never told by its colour alone."""
LEAST = 0.4
"""Percent of the width that a part has at least, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """``number`` of something that is called ``words``."""

    tone: Tone
    words: str
    number: int


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar of parts, as long as all of it is of ``of`` (by itself: all of the width)."""

    words: str
    parts: tuple[Part, ...]
    of: int | None = None

    @property
    def total(self) -> int:
        return sum(part.number for part in self.parts)

    @property
    def drawn(self) -> list[tuple[str, str, Part]]:
        """(x, width, part) of each part that is there."""
        whole = max(self.of or 0, self.total) or 1
        found, x = [], 0.0
        for part in self.parts:
            if part.number:
                width = max(100 * part.number / whole, LEAST)
                found.append((percent(x), percent(min(width, 100 - x)), part))
                x = min(x + width, 100.0)
        return found


@dataclass(frozen=True, slots=True)
class Bar:
    """``share`` of the width, None: nothing to draw; ``shown`` says it, ``mark`` is where the promise is."""

    words: str
    share: float | None
    shown: str
    mark: float | None = None
    tone: Tone = "first"

    @property
    def width(self) -> str:
        return percent(100 * min(max(self.share or 0.0, 0.0), 1.0))

    @property
    def mark_at(self) -> str | None:
        return None if self.mark is None else percent(100 * min(max(self.mark, 0.0), 1.0))


@dataclass(frozen=True, slots=True)
class Bars:
    bars: tuple[Bar, ...]
    kind: str = "bars"


@dataclass(frozen=True, slots=True)
class Stacks:
    stacks: tuple[Stack, ...]
    kind: str = "stacks"

    @property
    def legend(self) -> list[Part]:
        """Each tone that is to be seen, once."""
        seen = {part.tone for stack in self.stacks for part in stack.parts if part.number}
        return [part for part in self.stacks[0].parts if part.tone in seen]


@dataclass(frozen=True, slots=True)
class Running:
    """A total by day against what is promised by the end; ``days`` is how many days the period has."""

    totals: tuple[int, ...]
    days: int
    promised: float | None
    kind: str = "running"

    @property
    def _top(self) -> float:
        return max(float(self.totals[-1] if self.totals else 0), self.promised or 0.0, 1.0) * 1.05

    @property
    def line(self) -> str:
        """Points in a square of a hundred; a day's total is reached at its end."""
        points = [(0.0, 0.0), *((day, float(total)) for day, total in enumerate(self.totals, 1))]
        return " ".join(
            f"{100 * x / max(self.days, 1):.4g},{100 - 100 * y / self._top:.4g}" for x, y in points
        )

    @property
    def area(self) -> str:
        end = 100 * len(self.totals) / max(self.days, 1)
        return f"0,100 {self.line} {end:.4g},100"

    @property
    def promise_at(self) -> str | None:
        """How high the promise is, from above."""
        return None if self.promised is None else f"{100 - 100 * self.promised / self._top:.4g}"


@dataclass(frozen=True, slots=True)
class Dot:
    """At ``share`` of the width; ``words`` say what it is, ``path`` leads to it."""

    share: float
    words: str
    tone: Tone = "first"
    path: str | None = None

    @property
    def x(self) -> str:
        return percent(100 * min(max(self.share, 0.0), 1.0))


@dataclass(frozen=True, slots=True)
class Strip:
    words: str
    dots: tuple[Dot, ...]
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Strips:
    strips: tuple[Strip, ...]
    ends: tuple[str, str]
    kind: str = "strips"
    legend: tuple[tuple[Tone, str], ...] = field(default=())


Plot = Bars | Stacks | Running | Strips


def percent(share: float) -> str:
    return f"{share:.4g}%"


def spread(values: Iterable[float]) -> float:
    """The largest, by which others are drawn; never nothing."""
    return max((value for value in values), default=0.0) or 1.0


def is_empty(plot: Plot | None) -> bool:
    """Whether there is nothing to see."""
    if plot is None:
        return True
    if isinstance(plot, Bars):
        return not any(bar.share for bar in plot.bars)
    if isinstance(plot, Stacks):
        return not any(stack.total for stack in plot.stacks)
    if isinstance(plot, Running):
        return not plot.totals
    return not any(strip.dots for strip in plot.strips)


def parts_of(counts: Sequence[tuple[Tone, str, int]]) -> tuple[Part, ...]:
    return tuple(Part(*each) for each in counts)
