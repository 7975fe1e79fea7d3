"""How a team is dealt: who of those there can take a lead, and whose turn it is (rules.md, 41).

The choice is a pure function of figures. What of them only the other leads tell is read by whoever decides,
recorded with the pick, and taken as recorded when the log is decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from slaflow.lifecycle.dealing.loads import Asked, Reading
from slaflow.lifecycle.people import Directory, Person
from slaflow.workflow.model.parties import Team
from slaflow.workflow.model.workflow import Workflow

NO_WEIGHT = "weight"
FULL = "capacity"
ENOUGH = "per_day"
CLOSED = "only_open"
LEAVES = "hands over"
"""Why somebody who is there can take no lead, as it is recorded: mostly the key that says so."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One member who is there at a draw. ``why`` is why they can take no lead; None: they can.

    ``open`` and ``today`` are None where nothing hangs on them.
    """

    email: str
    weight: int = 1
    open: int | None = None
    capacity: int | None = None
    today: int | None = None
    per_day: int | None = None
    why: str | None = None

    def as_data(self) -> dict[str, Any]:
        """As an entry carries it."""
        optional = {name: getattr(self, name) for name in ("open", "capacity", "today", "per_day", "why")}
        given = {name: value for name, value in optional.items() if value is not None}
        return {"email": self.email, "weight": self.weight, **given}


class Terms(NamedTuple):
    """What a member takes: their own, else their team's."""

    weight: int
    capacity: int | None
    per_day: int | None


_PLAIN = Terms(1, None, None)


def terms_of(person: Person, team: Team) -> Terms:
    """What *person* takes of what *team* is dealt."""
    capacity = team.capacity if person.capacity is None else person.capacity
    return Terms(person.weight, capacity, team.per_day if person.per_day is None else person.per_day)


class Table(NamedTuple):
    """A team about to be dealt at an instant: its members who are there, each with their terms."""

    team: Team
    terms: Mapping[str, Terms]
    day: date
    at: datetime
    is_closed: bool
    leaves: str | None = None
    """Who hands over what they have, and so gets none of it."""

    @property
    def is_plain(self) -> bool:
        """Whether everybody takes a lead in turn, for all that the agreement and people say."""
        if self.team.assign != "round_robin" or self.team.only_open or self.leaves is not None:
            return False
        return all(each == _PLAIN for each in self.terms.values() if each.weight)

    @property
    def asked(self) -> Asked:
        """What is to be read of other leads."""
        opens = self.team.assign == "least_loaded" or any(each.capacity for each in self.terms.values())
        days = any(each.per_day for each in self.terms.values())
        return Asked(self.team.name, self.team.party, list(self.terms), self.day, opens, days)

    def figures(self, reading: Reading) -> tuple[Figure, ...]:
        """Each member's, in the order in which they were recorded."""
        asked = self.asked
        return tuple(self._figure(email, each, reading, asked) for email, each in self.terms.items())

    def _figure(self, email: str, terms: Terms, reading: Reading, asked: Asked) -> Figure:
        held = reading.open.get(email, 0) if asked.opens else None
        today = reading.today.get(email, 0) if asked.days else None
        why = None
        if email == self.leaves:
            why = LEAVES
        elif not terms.weight:
            why = NO_WEIGHT
        elif self.is_closed:
            why = CLOSED
        elif terms.capacity is not None and held is not None and held >= terms.capacity:
            why = FULL
        elif terms.per_day is not None and today is not None and today >= terms.per_day:
            why = ENOUGH
        return Figure(email, terms.weight, held, terms.capacity, today, terms.per_day, why)


def table(workflow: Workflow, people: Directory, name: str, at: datetime, leaves: str | None = None) -> Table:
    """The team called *name* as it is dealt at *at*."""
    team = workflow.teams[name]
    calendar = workflow.calendars[team.calendar] if team.calendar is not None else None
    is_closed = team.only_open and calendar is not None and not calendar.is_open(at)
    terms = {each.email: terms_of(each, team) for each in people.there(name, at)}
    return Table(team, terms, at.astimezone(zone_of(workflow, team)).date(), at, is_closed, leaves)


def zone_of(workflow: Workflow, team: Team) -> ZoneInfo:
    """Where the days begin of which it is counted what *team* was dealt."""
    calendar = team.calendar
    return ZoneInfo(workflow.timezone if calendar is None else workflow.calendars[calendar].timezone)


def chosen(
    figures: Iterable[Figure], method: str, last: str | None, round: int, place: Callable[[str], int | None]
) -> tuple[str, int] | None:
    """Who of those that can take a lead gets it, and the round in which; None where nobody can.

    Args:
        method: ``round_robin`` goes round by weight: in round r everybody whose weight is at least r, one
            round after the other. ``least_loaded`` takes who has least open leads for their weight.
        last: who was drawn last, by whatever method; ties go to who comes after them.
        round: the round in which they were.
        place: where somebody comes in the order in which people were recorded.
    """
    able = [each for each in figures if each.why is None]
    if not able:
        return None
    if method == "least_loaded":
        least = min(_load(each) for each in able)
        tied = [each.email for each in able if _load(each) == least]
        return after(last, tied, place), round
    at = None if last is None else place(last)
    following = [each for each in able if at is not None and (place(each.email) or 0) > at]
    for each in following:
        if each.weight >= round:
            return each.email, round
    if at is not None:
        round = round + 1 if round < max(each.weight for each in able) else 1
    elif not any(each.weight >= round for each in able):
        round = 1
    return next(each.email for each in able if each.weight >= round), round


def _load(figure: Figure) -> Fraction:
    return Fraction(figure.open or 0, figure.weight)


def after(last: str | None, members: Sequence[str], place: Callable[[str], int | None]) -> str:
    """The first of *members* recorded after *last*, going round."""
    at = None if last is None else place(last)
    if at is None:
        return members[0]
    return next((each for each in members if (place(each) or 0) > at), members[0])
