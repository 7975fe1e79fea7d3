"""What somebody would have needed is what has them chosen, and nothing less is."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from slaflow.lifecycle.dealing.choice import FULL, NO_WEIGHT, Figure, chosen
from slaflow.lifecycle.dealing.needed import Draw, Need

NAMES = ("ann", "ben", "cat", "dot", "eva")


def place(name: str) -> int:
    return NAMES.index(name)


def a_member(chance: random.Random, name: str) -> Figure:
    weight, held, capacity = chance.choice((0, 1, 1, 2, 3)), chance.randrange(6), chance.choice((None, 2, 4))
    why = NO_WEIGHT if not weight else FULL if capacity is not None and held >= capacity else None
    return Figure(name, weight, held, capacity, why=why)


def load(figure: Figure) -> Fraction:
    return Fraction(figure.open or 0, figure.weight)


def granted(figure: Figure, needs: tuple[Need, ...]) -> Figure:
    for need in needs:
        if need.what == "weight":
            figure = replace(figure, weight=1)
        elif need.what == "less":
            figure = replace(figure, open=(figure.open or 0) - need.number)
    held, most = figure.open or 0, figure.capacity
    return replace(figure, why=None if figure.weight and (most is None or held < most) else FULL)


@pytest.mark.parametrize("method", ["round_robin", "least_loaded"])
@pytest.mark.parametrize("seed", range(60))
def test_what_was_needed_has_them_chosen(method: str, seed: int) -> None:
    chance = random.Random(seed)
    figures = [a_member(chance, name) for name in NAMES]
    last, round = chance.choice((None, *NAMES)), chance.randint(1, 3)
    drawn = chosen(figures, method, last, round, place)
    draw = Draw(figures, method, last, round, drawn and drawn[0], place)
    turns = [drawn] if drawn else []
    while turns and len(turns) < 40:
        turns.append(chosen(figures, method, *turns[-1], place))  # type: ignore[misc,arg-type]
    for figure in figures:
        if drawn and figure.email == drawn[0]:
            continue
        needs = draw.needed(figure.email)

        def has(figure: Figure, needs: tuple[Need, ...] = needs) -> bool:
            others = [each for each in figures if each.email != figure.email]
            again = chosen(
                sorted([*others, granted(figure, needs)], key=lambda each: place(each.email)),
                method, last, round, place,
            )  # fmt: skip
            return again is not None and again[0] == figure.email

        kinds = [need.what for need in needs]
        if kinds == ["turn"]:
            first = next(n for n, each in enumerate(turns) if each is not None and each[0] == figure.email)
            assert needs[0].number == first > 0
        else:
            assert has(figure) == ("before" not in kinds)
        if drawn and method == "least_loaded" and "before" in kinds:
            winner = next(each for each in figures if each.email == drawn[0])
            able = granted(figure, needs)
            assert able.why is None
            assert load(able) == load(winner), "they are alike, and only then the turn counts"
        for missing in range(len(needs)):
            assert not has(figure, (*needs[:missing], *needs[missing + 1 :]))
        if kinds[-1:] == ["less"]:
            assert not has(figure, (*needs[:-1], Need("less", needs[-1].number - 1)))
