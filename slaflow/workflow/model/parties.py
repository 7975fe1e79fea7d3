"""Who there is: parties, their teams, and the rules by which leads are routed to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from slaflow.workflow.expressions.value import Expression

LEAD = "lead"
SYSTEM = "system"
LEAST_LOADED = "least_loaded"
"""A team's way to deal: to whoever has the fewest open leads for their weight. The other goes round."""
ACCOUNT = "account"
"""Whom a rule goes to that asks who owns another lead of the company; a team of that name comes before it."""
RESERVED_PEOPLE = ("owner", "manager", "previous", "next", ACCOUNT)
"""What an agreement means by these words, no person is called; parties and teams may be called the last."""


ROLES = ("member", "manager", "admin")
"""By rank. An ``auditor`` ranks nowhere: they read, and write nothing."""
AUDITOR = "auditor"
ActOn = Literal["party", "team", "own"]
"""Which of the leads that their party holds members act on: all, those of their team, their own."""


def outranks(role: str, asked: str) -> bool:
    """Whether *role* is *asked* or a higher one."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(asked)


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    desk: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for who is of *party* and of that role or a higher one."""

    party: str
    role: str = "member"

    @property
    def words(self) -> str:
        return self.party if self.role == ROLES[0] else f"{self.party} ({self.role})"


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    party: str
    calendar: str | None = None
    assign: str = "round_robin"
    title: str | None = None
    capacity: int | None = None
    """Open leads that a member has at most; None: any number."""
    per_day: int | None = None
    """Leads that a member is dealt at most in one local day; None: any number."""
    only_open: bool = False
    """Whether nothing is dealt while the team's calendar is closed."""

    @property
    def is_bounded(self) -> bool:
        """Whether it may pass a lead over although somebody of it is there."""
        return self.capacity is not None or self.per_day is not None or self.only_open


@dataclass(frozen=True, slots=True)
class Route:
    """One routing rule, and whom it goes to by its ``kind``.

    A team's next, whoever had the lead before, whom a field names, that person, or of an ``account`` whoever
    owns another of its leads.
    """

    kind: Literal["team", "previous", "field", "person", "account"]
    to: str
    when: Expression | None = None
    skip_breached: bool = False
    """Of ``previous``: not one under whom a promise on this lead broke that was not lifted."""
