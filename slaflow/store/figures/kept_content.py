"""What was said and before what it stood, as rows of touches, handoffs and ends tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, Text, case, cast, literal, select, union_all
from sqlalchemy.sql.functions import aggregate_strings

from slaflow.store.figures.asked import Asked
from slaflow.store.figures.kept import in_bounds
from slaflow.store.figures.kept_touches import Story, Told, stories
from slaflow.store.figures.terms import FORWARD, WON
from slaflow.store.tables.passages import passage
from slaflow.store.tables.touches import ending

OUTCOMES = ("handoffs", "acceptances", "wins")
_AS = {"h": ("handoffs",), "a": ("handoffs", "acceptances"), "w": ("wins",)}
"""What an outcome counts as, by the letter that it is told with."""
Kind = tuple[str | None, str]
"""A group, or None for the whole, and the ``what`` of a touch."""


@dataclass(slots=True)
class Counted:
    """Touches by kind and ``how``; leads by kind; outcomes by kind, which outcome, and at which place."""

    said: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    reached: Counter[Kind] = field(default_factory=Counter)
    before: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)

    def add(self, story: Story) -> None:
        """Counts what so many leads were told."""
        told = [each for each in story.touches if each.is_in_period]
        for each in told:
            for kind in _kinds(each):
                self.said[kind, each.how] += story.leads
        for kind in _every(told):
            self.reached[kind] += story.leads
        for what, seq in _outcomes_of(story):
            earlier = [each for each in story.touches if each.seq < seq]
            if earlier:
                self._add_before(_AS[what], earlier, story.leads)

    def _add_before(self, outcomes: Iterable[str], earlier: list[Told], leads: int) -> None:
        places = {"first": _kinds(earlier[0]), "last": _kinds(earlier[-1]), "any": _every(earlier)}
        for place, kinds in places.items():
            for kind in kinds:
                for outcome in outcomes:
                    self.before[kind, outcome, place] += leads


def counted(connection: Connection, asked: Asked) -> Counted:
    """What was said in the period, and what stood before its outcomes: of the whole, and of each group."""
    found = Counted()
    for story in stories(connection, asked, _outcomes(connection, asked)):
        found.add(story)
    return found


def _kinds(told: Told) -> tuple[Kind, ...]:
    """What a touch counts as: one of the whole, and one of its group."""
    whole = (None, told.what)
    return (whole,) if told.group is None else (whole, (told.group, told.what))


def _every(told: Iterable[Told]) -> set[Kind]:
    return {kind for each in told for kind in _kinds(each)}


def _outcomes_of(story: Story) -> Iterator[tuple[str, int]]:
    for each in (story.outcomes or "").split():
        yield each[0], int(each[1:])


def _outcomes(connection: Connection, asked: Asked) -> dict[int, str]:
    """By lead the handoffs forward and the wins of the period: a letter and the ``seq`` of each."""
    handed, won = passage.c, ending.c
    letter = case((handed.outcome == "accepted", "a"), else_="h")
    forward = select(handed.lead, handed.seq, letter.label("letter")).where(
        handed.direction == FORWARD, *in_bounds(asked, handed.at)
    )
    wins = select(won.lead, won.seq, literal("w", Text())).where(won.what == WON, *in_bounds(asked, won.at))
    row = union_all(forward, wins).subquery("outcomes").c
    each = aggregate_strings(row.letter + cast(row.seq, Text()), " ")
    # All at once: one by one they take three times as long.
    return {lead: told for lead, told in connection.execute(select(row.lead, each).group_by(row.lead)).all()}
