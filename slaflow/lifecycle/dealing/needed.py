"""What somebody would have needed to be given a lead that a team gave to another, or to nobody.

A pure function of the figures of that draw, by the same choice (rules.md, 41).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from slaflow.lifecycle.dealing.choice import CLOSED, LEAVES, Figure, chosen

What = Literal["there", "weight", "open", "less", "day", "stay", "before", "turn"]
MOST_TURNS = 500
"""Draws that are looked at ahead; only high weights of many have somebody wait longer for their turn."""


class Need(NamedTuple):
    """One thing that would have been needed.

    ``there``: not to be away; ``weight``: one above 0; ``open``: the team's calendar; ``less``: so many open
    leads; ``day``: another day; ``stay``: not to hand over what they have; ``before``: to come before who was
    drawn, and ``turn`` the same where theirs comes so many draws later.
    """

    what: What
    number: int = 0


@dataclass(frozen=True)
class Draw:
    """A draw as it is on record: ``last`` is who was drawn before, ``winner`` who was drawn, if anybody."""

    figures: Sequence[Figure]
    method: str
    last: str | None
    round: int
    winner: str | None
    place: Callable[[str], int | None]

    def needed(self, email: str) -> tuple[Need, ...]:
        """What *email*, who is among the figures and was not drawn, would have needed; none: nothing."""
        figure = next(each for each in self.figures if each.email == email)
        found = self._unhindered(figure)
        if self.winner is None:
            return tuple(found)
        if self.method == "least_loaded":
            return (*(each for each in found if each.what != "less"), *self._lighter(figure, found))
        if not found:
            return (self._turns.get(email, Need("before")),)
        return tuple(found) if self._gets(_mended(figure)) else (*found, Need("before"))

    def _unhindered(self, figure: Figure) -> list[Need]:
        """What takes away all that hinders them, of which the figure names the first."""
        found = []
        if figure.why == LEAVES:
            found.append(Need("stay"))
        if not figure.weight:
            found.append(Need("weight"))
        if any(each.why == CLOSED for each in self.figures):
            found.append(Need("open"))
        if figure.capacity is not None and figure.open is not None and figure.open >= figure.capacity:
            found.append(Need("less", figure.open - figure.capacity + 1))
        if figure.per_day is not None and figure.today is not None and figure.today >= figure.per_day:
            found.append(Need("day"))
        return found

    def _gets(self, figure: Figure) -> bool:
        """Whether they would have been drawn with *figure*."""
        figures = [figure if each.email == figure.email else each for each in self.figures]
        drawn = chosen(figures, self.method, self.last, self.round, self.place)
        return drawn is not None and drawn[0] == figure.email

    def _lighter(self, figure: Figure, found: Sequence[Need]) -> tuple[Need, ...]:
        """So many open leads less, or where not even none would do, none and to come first."""
        held, least = figure.open or 0, next((each.number for each in found if each.what == "less"), 0)
        for less in range(least, held + 1):
            if self._gets(replace(_mended(figure), open=held - less)):
                return (Need("less", less),) if less else ()
        return (Need("less", held), Need("before")) if held else (Need("before"),)

    @cached_property
    def _turns(self) -> Mapping[str, Need]:
        """In how many draws each is drawn next, if nothing else changes."""
        left, turns = {each.email for each in self.figures if each.why is None}, dict[str, Need]()
        last, round = self.last, self.round
        for number in range(MOST_TURNS):
            drawn = chosen(self.figures, self.method, last, round, self.place) if left else None
            if drawn is None:
                break
            last, round = drawn
            left.discard(last)
            turns.setdefault(last, Need("turn", number))
        return turns


def _mended(figure: Figure) -> Figure:
    return replace(figure, weight=figure.weight or 1, why=None)
