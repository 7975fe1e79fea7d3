"""How a team is dealt, by the page alone: plain lists and counters, nothing of slaflow."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Member:
    name: str
    weight: int = 1
    capacity: int | None = None
    per_day: int | None = None
    here: bool = True
    open: int = 0
    dealt: dict[str, int] = field(default_factory=dict)

    def can(self, day: str) -> bool:
        if not (self.here and self.weight):
            return False
        has_room = self.capacity is None or self.open < self.capacity
        return has_room and (self.per_day is None or self.dealt.get(day, 0) < self.per_day)


@dataclass
class Team:
    """Members in the order in which they were recorded; leads that wait, longest first."""

    members: list[Member]
    least_loaded: bool = False
    last: int = -1
    round: int = 1
    waiting: list[int] = field(default_factory=list)

    def draw(self, day: str) -> Member | None:
        able = [place for place, each in enumerate(self.members) if each.can(day)]
        if not able:
            return None
        if self.least_loaded:
            load = {p: Fraction(self.members[p].open, self.members[p].weight) for p in able}
            tied = [p for p in able if load[p] == min(load.values())]
            chosen = next((p for p in tied if p > self.last), tied[0])
        else:
            chosen = self._turn(able)
        self.last = chosen
        member = self.members[chosen]
        member.open += 1
        member.dealt[day] = member.dealt.get(day, 0) + 1
        return member

    def _turn(self, able: list[int]) -> int:
        for place in able:
            if place > self.last and self.members[place].weight >= self.round:
                return place
        if self.last >= 0:
            self.round = self.round + 1 if self.round < max(self.members[p].weight for p in able) else 1
        return next(p for p in able if self.members[p].weight >= self.round)
