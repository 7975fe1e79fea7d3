"""The picture as SVG text: no script, no font, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from slaflow.agreement.picture.nodes import LINE, PADDING, SMALL, TITLE, boxes, ways
from slaflow.agreement.picture.ranks import Course, Layout, Place, laid_out
from slaflow.workflow.model.workflow import Workflow

MARGIN, BEGIN = 16.0, 34.0
STRAIGHT = 9.0
"""Pixels of each course before and behind a rank, so that arrows point at their box."""
INK, FAINT = "#111827", "#4b5563"
FONT = "Helvetica, Arial, sans-serif"


def svg(agreement: Workflow) -> str:
    """The states of *agreement*, who holds them, the ways between them and what is owed in each.

    Raises:
        PictureTooLarge: more ways than can be followed.
    """
    layout = laid_out(boxes(agreement), ways(agreement), agreement.initial)
    return "".join(f"{line}\n" for line in _lines(agreement, layout))


def _lines(agreement: Workflow, layout: Layout) -> Iterator[str]:
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN + BEGIN
    title = escape(agreement.title or agreement.name)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" font-family="{FONT}">'
    )
    yield f"<title>{title}</title>"
    yield (
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="{FAINT}"/></marker></defs>'
    )
    yield f'<rect width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>'
    yield f'<g transform="translate({_n(MARGIN)} {_n(MARGIN + BEGIN)})">'
    yield from _begin(layout.boxes[agreement.initial])
    ports = _ports(layout)
    yield from (_path(course, layout, ports) for course in layout.courses)
    for course in layout.courses:
        yield from (line for place in course.places if place.way for line in _label(place))
    for place in layout.boxes.values():
        yield from _box(place)
    yield "</g>"
    yield "</svg>"


def _n(number: float) -> str:
    """Half a pixel is exact enough, and the same everywhere."""
    return f"{round(number * 2) / 2:g}"


def _begin(first: Place) -> Iterator[str]:
    top = _n(first.y)
    yield f'<circle cx="{_n(first.x)}" cy="{_n(-BEGIN + 6)}" r="5" fill="{INK}"/>'
    yield (
        f'<path d="M{_n(first.x)} {_n(-BEGIN + 11)}V{top}" fill="none" stroke="{FAINT}" '
        'marker-end="url(#arrow)"/>'
    )


Ports = dict[tuple[int, int, bool], float]


def _ports(layout: Layout) -> Ports:
    """Where each course leaves and enters a box: side by side, in the order of where they come from."""
    ports: Ports = {}
    for place in layout.boxes.values():
        for at_top in (True, False):
            courses = [
                each for each in layout.courses if (each.places[-1] if at_top else each.places[0]) is place
            ]
            near = {id(each): (each.places[-2] if at_top else each.places[1]).x for each in courses}
            room = (place.width - 2 * PADDING) / max(len(courses), 1)
            for at, course in enumerate(sorted(courses, key=lambda each: near[id(each)])):
                ports[id(course), id(place), at_top] = place.x + room * (at + 0.5 - len(courses) / 2)
    return ports


def _path(course: Course, layout: Layout, ports: Ports) -> str:
    upper, lower = course.places[0], course.places[-1]
    x = ports[id(course), id(upper), False]
    y = layout.tops[upper.rank] + layout.heights[upper.rank]
    drawn = [f"M{_n(x)} {_n(upper.y + upper.height)}", f"V{_n(y + STRAIGHT)}"]
    for place in course.places[1:]:
        top = layout.tops[place.rank]
        to = ports[id(course), id(lower), True] if place is lower else place.x
        half = (y + top) / 2
        drawn.append(f"C{_n(x)} {_n(half)} {_n(to)} {_n(half)} {_n(to)} {_n(top - STRAIGHT)}")
        x, y = to, top + layout.heights[place.rank]
        drawn.append(f"V{_n(lower.y if place is lower else y + STRAIGHT)}")
    end = "start" if course.upward else "end"
    return f'<path d="{"".join(drawn)}" fill="none" stroke="{FAINT}" marker-{end}="url(#arrow)"/>'


def _label(place: Place) -> Iterator[str]:
    assert place.way is not None
    yield _rect(place.x - place.width / 2, place.y, place.width, place.height, 'fill="#ffffff"')
    for number, text in enumerate(place.way.labels):
        y = place.y + 3 + (number + 0.78) * SMALL * LINE
        yield _text(text, place.x, y, SMALL, INK)


def _box(place: Place) -> Iterator[str]:
    box = place.box
    assert box is not None
    left = place.x - place.width / 2
    yield _rect(left, place.y, place.width, place.height, f'rx="8" fill="{box.fill}" stroke="{INK}"')
    if box.is_final:
        inner = f'rx="5" fill="none" stroke="{INK}"'
        yield _rect(left + 4, place.y + 4, place.width - 8, place.height - 8, inner)
    y = place.y + PADDING
    for text in box.title:
        yield _text(text, place.x, y + TITLE * 0.85, TITLE, INK, weight=' font-weight="bold"')
        y += TITLE * LINE
    for text in box.lines:
        yield _text(text, place.x, y + SMALL * 0.85, SMALL, INK)
        y += SMALL * LINE


def _rect(x: float, y: float, width: float, height: float, rest: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" {rest}/>'


def _text(text: str, x: float, y: float, size: float, ink: str, weight: str = "") -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="middle" fill="{ink}"{weight}>'
        f"{escape(text.strip())}</text>"
    )
