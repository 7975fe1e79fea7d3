"""Boxes and labels in ranks, so that none covers another: layered drawing after Sugiyama.

Ways that lead back are turned round, each state stands below all that lead to it, and every rank in between
that a way passes has a place for it; on the middle one its labels stand, which thus are never covered.
Source: Sugiyama, Tagawa, Toda 1981; places within a rank by regression that keeps order and distance.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from slaflow.agreement.picture.nodes import Box, Way
from slaflow.errors import SlaflowError

APART, BETWEEN = 28.0, 38.0
"""Pixels between neighbours in a rank, and between ranks."""
THIN = 12.0
SWEEPS = 24
MOST_PLACES = 20_000


class PictureTooLarge(SlaflowError):
    """More ways between states than anybody could follow with a finger."""

    code = "picture_too_large"


@dataclass(slots=True, eq=False)
class Place:
    """A box, a label, or a point where a way passes a rank. ``x`` is its middle, ``y`` its upper edge."""

    rank: int
    width: float
    height: float
    box: Box | None = None
    way: Way | None = None
    above: list[Place] = field(default_factory=list)
    below: list[Place] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """A way with the places it passes, from above to below; ``upward`` where it leads from below."""

    way: Way
    places: Sequence[Place]
    upward: bool


@dataclass(frozen=True, slots=True)
class Layout:
    boxes: Mapping[str, Place]
    courses: Sequence[Course]
    heights: Sequence[float]
    tops: Sequence[float]
    width: float
    height: float


def laid_out(boxes: Sequence[Box], ways: Sequence[Way], first: str) -> Layout:
    """Where everything stands; the same for the same agreement.

    Raises:
        PictureTooLarge: the ways would take more than 20,000 places.
    """
    upward = _leading_back([box.name for box in boxes], ways, first)
    ranks = _ranks([box.name for box in boxes], ways, upward)
    needed = sum(2 * abs(ranks[way.end] - ranks[way.start]) for way in ways)
    if needed > MOST_PLACES:
        raise PictureTooLarge(
            f"the ways between states would cross {needed:,} places; at most {MOST_PLACES:,} are drawn"
        )
    placed = {box.name: Place(2 * ranks[box.name], box.width, box.height, box) for box in boxes}
    courses = [_course(way, placed, way in upward) for way in ways]
    rows = _rows(placed, courses)
    _order(rows)
    _put(rows)
    tops, heights = _stack(rows)
    left = min(place.x - place.width / 2 for row in rows for place in row)
    for row in rows:
        for place in row:
            place.x -= left
    width = max(place.x + place.width / 2 for row in rows for place in row)
    return Layout(placed, courses, heights, tops, width, tops[-1] + heights[-1])


def _leading_back(names: Sequence[str], ways: Sequence[Way], first: str) -> set[Way]:
    """Ways to a state that one is on the way from: turned round, they leave no circle."""
    leaving: dict[str, list[Way]] = {name: [] for name in names}
    for each in ways:
        leaving[each.start].append(each)
    back: set[Way] = set()
    done: set[str] = set()
    for root in (first, *names):
        if root in done:
            continue
        on_the_way, stack = {root}, [(root, iter(leaving[root]))]
        while stack:
            name, rest = stack[-1]
            way: Way | None = next(rest, None)
            if way is None:
                stack.pop()
                on_the_way.discard(name)
                done.add(name)
            elif way.end in on_the_way:
                back.add(way)
            elif way.end not in done:
                on_the_way.add(way.end)
                stack.append((way.end, iter(leaving[way.end])))
    return back


def _ranks(names: Sequence[str], ways: Sequence[Way], upward: set[Way]) -> dict[str, int]:
    """Each state one below the lowest of those that lead to it."""
    above: dict[str, list[str]] = {name: [] for name in names}
    below: dict[str, list[str]] = {name: [] for name in names}
    for way in ways:
        upper, lower = (way.end, way.start) if way in upward else (way.start, way.end)
        above[lower].append(upper)
        below[upper].append(lower)
    ranks: dict[str, int] = {}
    waiting = {name: len(each) for name, each in above.items()}
    free = [name for name in names if not waiting[name]]
    for name in free:
        ranks[name] = max((ranks[each] + 1 for each in above[name]), default=0)
        for each in below[name]:
            waiting[each] -= 1
            if not waiting[each]:
                free.append(each)
    return ranks


def _course(way: Way, placed: Mapping[str, Place], upward: bool) -> Course:
    upper, lower = (placed[way.end], placed[way.start]) if upward else (placed[way.start], placed[way.end])
    middle = (upper.rank + lower.rank) // 2
    passed = [
        Place(rank, way.width, way.height, way=way) if rank == middle else Place(rank, THIN, 0)
        for rank in range(upper.rank + 1, lower.rank)
    ]
    places = [upper, *passed, lower]
    for one, other in pairwise(places):
        one.below.append(other)
        other.above.append(one)
    return Course(way, places, upward)


def _rows(placed: Mapping[str, Place], courses: Sequence[Course]) -> list[list[Place]]:
    last = max(place.rank for place in placed.values())
    rows: list[list[Place]] = [[] for _ in range(last + 1)]
    for place in placed.values():
        rows[place.rank].append(place)
    for course in courses:
        for place in course.places[1:-1]:
            rows[place.rank].append(place)
    return rows


def _order(rows: list[list[Place]]) -> None:
    """Neighbours side by side: each rank by the middle of what it hangs on, up and down in turn."""
    best, fewest = [list(row) for row in rows], _crossings(rows)
    for sweep in range(SWEEPS):
        downward = sweep % 2 == 0
        for row in rows if downward else reversed(rows):
            _sort(row, rows, downward=downward)
        crossings = _crossings(rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    for row, kept in zip(rows, best, strict=True):
        row[:] = kept


def _sort(row: list[Place], rows: list[list[Place]], *, downward: bool) -> None:
    if not row or not 0 <= row[0].rank + (-1 if downward else 1) < len(rows):
        return
    order = {id(place): at for at, place in enumerate(rows[row[0].rank + (-1 if downward else 1)])}
    own = {id(place): at for at, place in enumerate(row)}

    def middle(place: Place) -> float:
        around = [order[id(each)] for each in (place.above if downward else place.below)]
        return sum(around) / len(around) if around else own[id(place)]

    row.sort(key=middle)


def _crossings(rows: list[list[Place]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        order = {id(place): at for at, place in enumerate(lower)}
        ends = [sorted(order[id(each)] for each in place.below) for place in upper]
        flat = [end for each in ends for end in each]
        total += sum(_inversions(flat))
    return total


def _inversions(numbers: Sequence[int]) -> list[int]:
    seen: list[int] = []
    found = []
    for number in numbers:
        found.append(len(seen) - bisect_right(seen, number))
        insort(seen, number)
    return found


def _put(rows: list[list[Place]]) -> None:
    """Each as near as can be to the middle of its neighbours, in order and apart."""
    for row in rows:
        _settle(row, [0.0] * len(row))
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            _settle(row, [_wanted(place) for place in row])


def _wanted(place: Place) -> float:
    around = [each.x for each in (*place.above, *place.below)]
    return sum(around) / len(around) if around else place.x


def _settle(row: list[Place], wanted: Sequence[float]) -> None:
    """The nearest places to those *wanted* that leave room for each: pooling of adjacent violators."""
    offsets, total = [], 0.0
    for at, place in enumerate(row):
        total += (row[at - 1].width + place.width) / 2 + APART if at else 0.0
        offsets.append(total)
    pools: list[list[float]] = []  # sum and number of what moves as one
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append([want - offset, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1][0] += last[0]
            pools[-1][1] += last[1]
    at = 0
    for pool in pools:
        for _ in range(int(pool[1])):
            row[at].x = pool[0] / pool[1] + offsets[at]
            at += 1


def _stack(rows: list[list[Place]]) -> tuple[list[float], list[float]]:
    tops, heights, y = [], [], 0.0
    for row in rows:
        height = max((place.height for place in row), default=0.0)
        for place in row:
            place.y = y + (height - place.height) / 2
        tops.append(y)
        heights.append(height)
        y += height + BETWEEN
    return tops, heights
