"""The time strip as numbers to draw it by: shares of its width in percent, as no style may carry them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from slaflow.engine.desk.shown.strip import Lane, Mark, Strip
from slaflow.language import day_of

CUTS, NIGHTS = 40, 12
"""So many places at which closed time is cut out are marked at most; nights as far as there are so few."""
LABELS = 5
ROWS = 60
"""Lines of the table."""
STEPS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=2), timedelta(hours=6))
DAY = timedelta(days=1)
SHAPES = {
    "warned": "M-4 4 L0 -4 L4 4 Z", "breached": "M-4 -4 L4 4 M4 -4 L-4 4", "escalated": "M-4 4 L0 -4 L4 4 Z",
    "excused": "M0 -5 L5 0 L0 5 L-5 0 Z", "disputed": "M-4 -4 H4 V4 H-4 Z", "kept": "M-4 0 L-1 4 L5 -4",
    "due": "M0 -7 V7", "handoff": "M0 -6 L6 0 L0 6 L-6 0 Z", "move": "M-3 -3 H3 V3 H-3 Z",
    "touch": "M-3 0 a3 3 0 1 0 6 0 a3 3 0 1 0 -6 0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Point:
    kind: str
    x: str
    path: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class DrawnLane:
    lane: Lane
    pieces: tuple[Piece, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Label:
    x: str
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class DrawnStrip:
    """``cuts`` are where closed time is cut out, as far as marked; ``kinds`` are what there is to explain."""

    lanes: tuple[DrawnLane, ...]
    cuts: tuple[str, ...]
    labels: tuple[Label, ...]
    now: str
    kinds: frozenset[str]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table that says the same."""

    at: datetime
    words: str
    lane: Lane


class Axis:
    """Where an instant lies along the strip, 0 to 1: by open time, or by all of it."""

    def __init__(self, strip: Strip) -> None:
        self.periods = strip.periods or ((strip.start, strip.end),)
        self.starts = [start for start, _ in self.periods]
        lengths = [(end - start).total_seconds() for start, end in self.periods]
        self.before = [0.0, *accumulate(lengths)]
        self.whole = max(self.before[-1], 1.0)

    def place(self, at: datetime) -> float:
        """What is closed lies at the edge at which its time is cut out."""
        number = bisect_right(self.starts, at) - 1
        if number < 0:
            return 0.0
        start, end = self.periods[number]
        return (self.before[number] + (min(at, end) - start).total_seconds()) / self.whole

    def cuts(self) -> Iterator[tuple[float, timedelta]]:
        """Where time is cut out, and how much."""
        for number in range(1, len(self.periods)):
            yield self.before[number] / self.whole, self.starts[number] - self.periods[number - 1][1]


def drawn(strip: Strip, zone: ZoneInfo) -> DrawnStrip:
    """The strip's geometry; its labels are days, or hours where there is hardly more than one, of *zone*."""
    axis = Axis(strip)
    cuts = list(axis.cuts())
    if len(cuts) > NIGHTS:
        cuts = [each for each in cuts if each[1] > DAY]
    longest = sorted(cuts, key=lambda cut: cut[1], reverse=True)[:CUTS]
    kinds: set[str] = {each.kind for lane in strip.lanes for each in lane.marks}
    kinds |= {each.kind for lane in strip.lanes for each in lane.spans}
    return DrawnStrip(
        tuple(_lane(axis, each) for each in strip.lanes),
        tuple(_percent(share) for share, _ in sorted(longest)),
        tuple(_labels(axis, strip, zone)),
        _percent(axis.place(strip.at)),
        frozenset(kinds),
        bool(axis.before[2:]),
    )


def _lane(axis: Axis, lane: Lane) -> DrawnLane:
    spans = [(each.kind, axis.place(each.start), axis.place(each.end)) for each in lane.spans]
    pieces = (
        Piece(kind, _percent(start), _percent(end - start)) for kind, start, end in spans if end > start
    )
    points = (Point(each.kind, _percent(axis.place(each.at)), SHAPES[each.kind], each) for each in lane.marks)
    return DrawnLane(lane, tuple(pieces), tuple(points))


def _labels(axis: Axis, strip: Strip, zone: ZoneInfo) -> Iterator[Label]:
    days = list(_days(axis, zone))
    if len(days) > 1:
        step = -(-len(days) // LABELS)
        for at in days[::step]:
            yield _label(axis, at, _day(at.astimezone(zone), strip.at.astimezone(zone)))
        return
    for at in _hours(axis, zone):
        yield _label(axis, at, f"{at.astimezone(zone):%H:%M}")


def _day(here: datetime, now: datetime) -> str:
    return day_of(here) if here.year == now.year else f"{day_of(here)} {here.year}"


def _days(axis: Axis, zone: ZoneInfo) -> Iterator[datetime]:
    """The first instant of each day that is drawn, as far as periods begin with one; else midnights."""
    if len(axis.periods) == 1:
        start, end = axis.periods[0]
        yield start
        midnight = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        step = max(1, (end - start) // DAY // LABELS)
        while midnight < end:
            yield midnight
            midnight += DAY * step
        return
    seen = None
    for start, _ in axis.periods:
        day = start.astimezone(zone).date()
        if day != seen:
            seen = day
            yield start


def _hours(axis: Axis, zone: ZoneInfo) -> Iterator[datetime]:
    start, end = axis.periods[0][0], axis.periods[-1][1]
    step = next((each for each in STEPS if (end - start) / each <= LABELS), STEPS[-1])
    at = start.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    while at <= end:
        if at >= start and any(opens <= at <= closes for opens, closes in axis.periods):
            yield at
        at += step


def _label(axis: Axis, at: datetime, words: str) -> Label:
    share = axis.place(at)
    anchor = "start" if share < 0.04 else "end" if share > 0.93 else "middle"
    return Label(_percent(share), words, anchor)


def rows(strip: Strip) -> Sequence[Row]:
    """What is marked, newest first; what is older stands in what happened."""
    found = [Row(mark.at, mark.words, lane) for lane in strip.lanes for mark in lane.marks]
    return sorted(found, key=lambda row: row.at, reverse=True)[:ROWS]


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.4g}%"
