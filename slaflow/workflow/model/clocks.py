"""Targets and timers: what starts, meets and restarts them, how long they may take, and their steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.flow import Action


@dataclass(frozen=True, slots=True)
class OpenTime:
    """A span of open time, like ``4h``."""

    duration: timedelta
    text: str


@dataclass(frozen=True, slots=True)
class Days:
    """``2d``: until the close of the 2nd open day after the local date of the start."""

    days: int
    text: str


@dataclass(frozen=True, slots=True)
class Months:
    """``6mo``: until the same day of the month, so many months after the local date of the start."""

    months: int
    text: str


Span = OpenTime | Days | Months


@dataclass(frozen=True, slots=True)
class LocalTime:
    """``{at: "22:30"}``: the next such local time after the start, in the calendar's zone."""

    minutes: int
    """Since midnight."""
    text: str


@dataclass(frozen=True, slots=True)
class UntilField:
    """``{until: "lead.x", before: ...}``: the close of that day, or that instant."""

    field: str
    expression: Expression
    is_date: bool
    before: Span | None
    text: str


Allowance = Span | LocalTime | UntilField


@dataclass(frozen=True, slots=True)
class Case:
    """One case of ``within`` or ``after``; the first whose ``when`` holds applies."""

    when: Expression | None
    allowance: Allowance
    calendar: str | None = None
    """A calendar's name, ``always`` or ``owner``; None: the clock's."""


def in_place_of_target(reason: str) -> str:
    """What stands in ``names`` of a dispute or ruling of returns for *reason*; no target is called so."""
    return f"{{return: {reason}}}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What of a lead's history starts, meets or restarts a clock.

    ``enter``, ``trigger``, ``activity``, ``set``, ``dispute``, ``ruling`` take ``names``; ``attempts`` takes
    ``times`` and ``channels``; ``activity`` takes ``times``; ``contact`` and ``assign``
    take nothing.
    """

    kind: Literal[
        "enter", "trigger", "activity", "set", "attempts", "contact", "assign", "dispute", "ruling"
    ]  # fmt: skip
    names: frozenset[str] = frozenset()
    times: int = 1
    channels: int = 1
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One escalation step of a target, or the single step of a timer.

    ``kind`` and ``value``: ``percent`` (1 to 1000 of the allowance; 100 is due),
    ``before`` (open time before due), ``after`` (open time after due), ``after_days`` or ``after_months``.
    """

    label: str
    kind: Literal["percent", "before", "after", "after_days", "after_months"]
    percent: int = 0
    offset: timedelta = timedelta(0)
    days: int = 0
    actions: tuple[Action, ...] = ()
    months: int = 0
    is_due: bool = field(init=False, repr=False, compare=False)
    falls_after_due: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once per version: each clock asks for every step of its target, again and again.
        object.__setattr__(self, "is_due", self.kind == "percent" and self.percent == 100)
        after = self.percent > 100 if self.kind == "percent" else self.kind != "before"
        object.__setattr__(self, "falls_after_due", after)


@dataclass(frozen=True, slots=True)
class Pause:
    when: Expression
    at_most: Span | None = None
    reason: str | None = None
    """The field that says why; without a value in it no pause begins."""


@dataclass(frozen=True, slots=True)
class Target:
    """A promise per lead, or (``owed_by`` None) a timer: same clock, no promise.

    ``index`` orders all clocks: targets in file order, then timers in file order.
    ``steps`` always holds the 100% step; for a timer it is the only one.
    """

    index: int
    name: str
    owed_by: str | None
    start: tuple[Pattern, ...]
    cases: tuple[Case, ...]
    calendar: str
    """A calendar's name, ``always`` or ``owner``."""
    lives_in: frozenset[str] | None = None
    """``while``; None: the state in which the clock started."""
    meet: tuple[Pattern, ...] = ()
    pause: Pause | None = None
    restart: tuple[Pattern, ...] = ()
    repeat: bool = False
    per_owner: bool = False
    """Each owner's own promise: another owner ends it, and theirs begins."""
    steps: tuple[Step, ...] = ()
    title: str | None = None
    about: str | None = None
    lift: Mapping[str, str] | None = None
    """Who may lift its breaches: parties, each with the least role; None: what the whole file says."""

    @property
    def calendars(self) -> tuple[str, ...]:
        """What each case counts in: a calendar's name, ``always`` or ``owner``."""
        return tuple(case.calendar or self.calendar for case in self.cases)

    def counts_in(self, case: int) -> str:
        """What the case at that place counts in."""
        return self.cases[case].calendar or self.calendar

    @property
    def is_timer(self) -> bool:
        return self.owed_by is None
