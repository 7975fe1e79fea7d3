"""Why somebody owns a lead, as plain data: who gave it, who else could have had it, and what they lacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from slaflow.lifecycle.dealing.choice import Figure
from slaflow.lifecycle.dealing.needed import Need
from slaflow.lifecycle.decision import instant_text

How = Literal[
    "by_hand", "rule", "action", "dealt", "handed_over", "waits", "nobody", "migrated", "no_routing", "never",
    "erased", "archived",
]  # fmt: skip
NAMING = ("previous", "field", "person", "account")
"""Rules that name a person, and ask for no weight, no limit and no hours."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of a team that was asked, or another who could have had the lead.

    ``figure`` is what is known of them then; ``needed`` what they would have needed, nothing of who was
    chosen, or who can take one now. ``away_until`` is when who was away was expected back.
    """

    email: str
    is_chosen: bool = False
    figure: Figure | None = None
    needed: tuple[Need, ...] = ()
    away_until: datetime | None = None

    def as_json(self, needed: list[str]) -> dict[str, Any]:
        """With what they *needed* in words."""
        keys = ("weight", "open", "capacity", "today", "per_day", "why")
        figure = {key: None if self.figure is None else getattr(self.figure, key) for key in keys}
        back = None if self.away_until is None else instant_text(self.away_until)
        given = {"email": self.email, "chosen": self.is_chosen, **figure, "away_until": back}
        return {**given, "needed": needed}


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule of routing that found nobody: its number, its words, why, and who was asked."""

    number: int
    words: str
    why: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Waits:
    """For which team the lead waits; ``place`` of ``of`` is known of the present alone.

    ``is_now``: the candidates are told as of now, else as of when it began to wait.
    """

    team: str
    since: datetime
    place: int | None
    of: int | None
    is_now: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """What gave the lead away by itself: the step of a clock, or a trigger."""

    trigger: str | None
    target: str | None
    step: str | None


@dataclass(frozen=True)
class OwnerWhy:
    """Why ``owner`` has the lead, or nobody. ``by`` is who did it by hand; ``at`` is when."""

    lead: int
    held_by: str
    owner: str | None
    how: How
    at: datetime | None = None
    by: str | None = None
    rule: tuple[int, str] | None = None
    method: str | None = None
    team: str | None = None
    calendar: str | None = None
    """By which the team is open; None: always."""
    leaves: str | None = None
    """Who handed over what they had."""
    after: str | None = None
    """Who the team drew before."""
    round: int | None = None
    cause: Cause | None = None
    is_told: bool = True
    """Whether figures are on record where the team was asked; else only whose turn it was."""
    candidates: tuple[Candidate, ...] = ()
    passed: tuple[Passed, ...] = ()
    waits: Waits | None = None

    @property
    def names_a_person(self) -> bool:
        return self.rule is not None and self.method in NAMING

    def as_json(self, needed: Mapping[str, list[str]], plain: list[str]) -> dict[str, Any]:
        """As ``lead explain LEAD owner`` prints it; *needed* in words by address."""
        waits, cause = self.waits, self.cause
        return {
            "lead": self.lead,
            "held_by": self.held_by,
            "owner": self.owner,
            "how": self.how,
            "at": None if self.at is None else instant_text(self.at),
            "by": self.by,
            "cause": None if cause is None else {
                "trigger": cause.trigger, "target": cause.target, "step": cause.step
            },
            "rule": None if self.rule is None else {"number": self.rule[0], "words": self.rule[1]},
            "method": self.method,
            "team": self.team,
            "after": self.after,
            "round": self.round,
            "candidates": [each.as_json(needed.get(each.email, [])) for each in self.candidates],
            "passed": [
                {
                    "number": rule.number, "words": rule.words, "why": rule.why,
                    "candidates": [each.as_json([]) for each in rule.candidates],
                }
                for rule in self.passed
            ],
            "waits": None if waits is None else {
                "for": waits.team, "since": instant_text(waits.since), "place": waits.place, "of": waits.of
            },
            "plain": plain,
        }  # fmt: skip
