"""The picture covers nothing with anything else, and shows each state and way."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.agreement import STANDARD, compiled

from slaflow.agreement.picture.nodes import Box, Way, boxes, ways
from slaflow.agreement.picture.ranks import PictureTooLarge, Place, laid_out
from slaflow.agreement.picture.svg import svg

NAMES = [f"s{number}" for number in range(20)]
MANY = [Box(name, (name,), (), "#ffffff", False, 80 + 7 * at, 40 + at) for at, name in enumerate(NAMES)]


def overlap(one: Place, other: Place) -> bool:
    beside = abs(one.x - other.x) * 2 >= one.width + other.width
    apart = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (beside or apart)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=45, unique=True))
def test_of_twenty_states_no_box_and_no_label_covers_another(pairs: list[tuple[str, str]]) -> None:
    between = [Way(start, end, (f"{start} to {end}",)) for start, end in pairs if start != end]
    layout = laid_out(MANY, between, "s0")
    labels = [place for course in layout.courses for place in course.places if place.way]
    assert len(labels) == len(between)
    assert [pair for pair in combinations([*layout.boxes.values(), *labels], 2) if overlap(*pair)] == []
    inside = [place for place in labels if place.x < 0 or place.x > layout.width]
    assert inside == []


def test_every_state_trigger_and_promise_stands_in_the_picture() -> None:
    agreement = compiled(STANDARD)
    drawn = ElementTree.fromstring(svg(agreement))
    text = " ".join(each.text or "" for each in drawn.iter("{http://www.w3.org/2000/svg}text"))
    for row in agreement.transitions:
        assert row.trigger in text
    for target in agreement.targets:
        assert target.name in text
    assert len(boxes(agreement)) == len(agreement.states)
    assert {(way.start, way.end) for way in ways(agreement)} == {
        (start, row.to)
        for row in agreement.transitions
        for start in row.from_states
        if row.to not in (None, start)
    }


def test_the_same_agreement_gives_the_same_picture() -> None:
    assert svg(compiled(STANDARD)) == svg(compiled(STANDARD))


def test_more_ways_than_can_be_followed_are_not_drawn() -> None:
    names = [f"s{number}" for number in range(60)]
    crowd = [Box(name, (name,), (), "#ffffff", False, 80, 40) for name in names]
    with pytest.raises(PictureTooLarge, match="places"):
        laid_out(crowd, [Way(a, b, ("x",)) for a in names for b in names if a != b], "s0")
