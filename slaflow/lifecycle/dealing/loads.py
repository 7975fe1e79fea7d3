"""What dealing a team asks of the other leads: who has how many on their hands, whose turn and company it is.

A decision never looks for itself. Who asks it says what is so, be it read from the store, told by the log, or
counted in a story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol


class Asked(NamedTuple):
    """What is asked of one team before it is dealt on its local ``day``.

    ``opens`` says whether open leads are asked for, ``days`` whether those dealt that day are.
    """

    team: str
    party: str
    members: Sequence[str]
    day: date
    opens: bool
    days: bool


class Reading(NamedTuple):
    """By members' addresses how many open leads each has and how many each was dealt that day; and in which
    round the team is."""

    open: Mapping[str, int]
    today: Mapping[str, int]
    round: int = 1


class Loads(Protocol):
    """What the other leads tell."""

    def reading(self, asked: Asked) -> Reading | None:
        """What is asked; None: weights and limits do not count."""

    def owners(self, account: str, party: str, lead: int) -> Sequence[str]:
        """Who owns open leads of *account* that *party* holds, other than *lead*: each once, who was assigned
        one last before others."""


class Draw(NamedTuple):
    """That *team* drew *email* in its *round*, on its local *day*."""

    team: str
    email: str
    round: int
    day: date


_Drawn = tuple[int, Mapping[date, Mapping[str, int]]]
"""The round a team is in, and how many each was dealt on which day."""


class Since:
    """What other leads tell, with what was drawn since; never changed."""

    def __init__(self, loads: Loads, drawn: Mapping[str, _Drawn]) -> None:
        self._loads = loads
        self._drawn = drawn

    def reading(self, asked: Asked) -> Reading | None:
        found, drawn = self._loads.reading(asked), self._drawn.get(asked.team)
        if found is None or drawn is None:
            return found
        round, days = drawn
        today = dict(found.today)
        for email, number in days.get(asked.day, {}).items():
            today[email] = today.get(email, 0) + number
        return Reading(found.open, today, round)

    def owners(self, account: str, party: str, lead: int) -> Sequence[str]:
        return self._loads.owners(account, party, lead)

    def over(self, loads: Loads) -> Since:
        """The same drawn since what *loads* tell."""
        return Since(loads, self._drawn)

    def after(self, draw: Draw) -> Since:
        """With *draw* too."""
        days = self._drawn[draw.team][1] if draw.team in self._drawn else {}
        counts = days.get(draw.day, {})
        counts = {**counts, draw.email: counts.get(draw.email, 0) + 1}
        return Since(self._loads, {**self._drawn, draw.team: (draw.round, {**days, draw.day: counts})})
