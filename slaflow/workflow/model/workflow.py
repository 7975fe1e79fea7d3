"""The compiled workflow: what the decision core runs.

Plain frozen values, made once by ``compile.py`` from a checked document. Names are
resolved, expressions compiled, calendars prepared; nothing here can fail for a reason
that ``slaflow workflow check`` would not have told before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from slaflow.hours.calendar import Calendar

if TYPE_CHECKING:
    from slaflow.workflow.model.commitment import Commitment, Notes  # it imports this module

Value = str | int | bool | None
"""A field's value as it is stored and logged: decimals are plain text, a ``date`` is
``YYYY-MM-DD``, a ``datetime`` ISO 8601 in UTC with ``Z``."""

LEAD = "lead"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an expression gives when something it needs is not set: it means no."""

    missing: tuple[str, ...]
    reason: str = ""


class Expression(Protocol):
    """A compiled CEL expression (``expressions.py`` makes them)."""

    @property
    def text(self) -> str: ...

    @property
    def names(self) -> frozenset[str]:
        """Dotted variables it reads, like ``lead.employees`` or ``stage.reached.decision``."""

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Its value, or :class:`Unknown`; *values* holds what is set, by dotted name."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a guard and the words for a lead that does not meet it."""

    that: Expression
    otherwise: str | None = None


Guard = tuple[Clause, ...]
"""All clauses must be true; the empty guard always passes."""

FieldType = Literal["string", "text", "int", "decimal", "bool", "date", "datetime", "email", "url"]


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field or input, with what its values must satisfy."""

    name: str
    type: FieldType
    required: bool = False
    default: Value = None
    one_of: tuple[Value, ...] = ()
    min: Decimal | date | None = None
    max: Decimal | date | None = None
    min_length: int | None = None
    pattern: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    desk: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A kind of touchpoint. Points and stage count where ``when`` passes."""

    kind: str
    by: tuple[str, ...]
    points: Expression | Decimal | None = None
    when: Expression | None = None
    cap: Decimal | None = None
    stage: str | None = None
    attempt: str | None = None
    contact: bool = False
    automated: bool = False
    fields: Mapping[str, Field] = field(default_factory=dict)
    title: str | None = None


@dataclass(frozen=True, slots=True)
class FitRule:
    when: Expression
    points: Expression | Decimal
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    fit: tuple[FitRule, ...] = ()
    half_life: timedelta | None = None
    score: Expression | None = None
    """None is the default, ``fit + engagement``."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    fields: Mapping[str, Field]
    passes: Guard
    question: str | None = None
    by: tuple[str, ...] = ()
    """Parties that may answer beside the one that holds the lead."""
    valid_for: timedelta | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    name: str
    held_by: str | None
    """None only for final states that leave the lead with the party before."""
    initial: bool = False
    final: bool = False
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Notify:
    to: tuple[str, ...]
    """``owner``, ``manager``, a party, a team or an address."""


@dataclass(frozen=True, slots=True)
class Assign:
    to: str
    """``next``, ``manager``, a team or an address."""


@dataclass(frozen=True, slots=True)
class Fire:
    trigger: str
    inputs: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetFields:
    values: Mapping[str, Expression]
    """Field to expression; an expression ``null`` empties the field."""


Action = Notify | Assign | Fire | SetFields


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of ``transitions``; ``index`` is its place in the file."""

    index: int
    trigger: str
    from_states: tuple[str, ...]
    """``*`` is already spelt out as every state that is not final."""
    to: str | None
    """None: the lead stays where it is."""
    by: tuple[str, ...]
    guard: Guard = ()
    auto: bool = False
    requires: Mapping[str, Field] = field(default_factory=dict)
    sets: Mapping[str, Expression] = field(default_factory=dict)
    reset: frozenset[str] = frozenset()
    """Of ``engagement``, ``stage``, ``checks``."""
    actions: tuple[Action, ...] = ()
    """``assign`` and ``notify`` of the transition."""
    title: str | None = None


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
class UntilField:
    """``{until: "lead.x", before: ...}``: the close of that day, or that instant."""

    field: str
    expression: Expression
    is_date: bool
    before: OpenTime | Days | None
    text: str


Allowance = OpenTime | Days | UntilField


@dataclass(frozen=True, slots=True)
class Case:
    """One case of ``within`` or ``after``; the first whose ``when`` holds applies."""

    when: Expression | None
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Pattern:
    """What of a lead's history starts, meets or restarts a clock.

    ``enter``, ``trigger``, ``activity``, ``set`` take ``names``; ``attempts`` takes
    ``times`` and ``channels``; ``activity`` takes ``times``; ``contact`` and ``assign``
    take nothing.
    """

    kind: Literal["enter", "trigger", "activity", "set", "attempts", "contact", "assign"]
    names: frozenset[str] = frozenset()
    times: int = 1
    channels: int = 1
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One escalation step of a target, or the single step of a timer.

    ``kind`` and ``value``: ``percent`` (1 to 100 of the allowance; 100 is due),
    ``before`` (open time before due), ``after`` (open time after due) or ``after_days``.
    """

    label: str
    kind: Literal["percent", "before", "after", "after_days"]
    percent: int = 0
    offset: timedelta = timedelta(0)
    days: int = 0
    actions: tuple[Action, ...] = ()

    @property
    def is_due(self) -> bool:
        return self.kind == "percent" and self.percent == 100

    @property
    def falls_after_due(self) -> bool:
        return self.kind in ("after", "after_days")


@dataclass(frozen=True, slots=True)
class Pause:
    when: Expression
    at_most: OpenTime | Days | None = None


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
    steps: tuple[Step, ...] = ()
    title: str | None = None
    about: str | None = None

    @property
    def is_timer(self) -> bool:
        return self.owed_by is None


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    party: str
    calendar: str | None = None
    assign: str = "round_robin"
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One routing rule: to a ``team``, ``previous``, a ``field`` that names a person, or a ``person``."""

    kind: Literal["team", "previous", "field", "person"]
    to: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Workflow:
    """A checked and compiled agreement, compared by identity.

    ``digest`` is the SHA-256 of ``source``'s UTF-8 bytes.
    """

    name: str
    title: str | None
    source: str
    digest: str
    timezone: str
    parties: Mapping[str, Party]
    """The file's own parties, in order; ``lead`` and ``system`` are not among them."""
    fields: Mapping[str, Field]
    identity: tuple[str, ...]
    activities: Mapping[str, Activity]
    attempt_spacing: timedelta
    stages: tuple[str, ...]
    scoring: Scoring
    checks: Mapping[str, Check]
    states: Mapping[str, State]
    initial: str
    transitions: tuple[Transition, ...]
    targets: tuple[Target, ...]
    """Targets, then timers; ``target.index`` is the place here."""
    teams: Mapping[str, Team]
    routing: tuple[Route, ...] | None
    """None: the file has no ``routing``, so nobody is looked for."""
    calendars: Mapping[str, Calendar]
    """By name; ``always`` included."""
    first_calendar: str
    """What ``calendar: owner`` falls back to: the file's first, else ``always``."""
    late_evidence: timedelta = timedelta(hours=72)
    notify_within: timedelta = timedelta(hours=24)
    grace: timedelta | None = None
    signatures: tuple[str, ...] = ()
    commitments: Mapping[str, Commitment] = field(default_factory=dict)
    notes: Notes | None = None
    """What is noted beside events so that commitments can be measured from the log; None: nothing."""
    takes_unseen: bool = False
    """Whether e-mail and web addresses may hold what nobody sees; so versions up to 0.1 read them, and their
    logs are decided again."""
    kept_aside: tuple[str, ...] = ()
    """One line for each part of the file that is kept but not yet acted upon."""
    warnings: tuple[Any, ...] = ()
    _targets_by_name: Mapping[str, Target] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_targets_by_name", {t.name: t for t in self.targets})

    @staticmethod
    def parse(text: str | bytes, filename: str = "workflow.yaml") -> Workflow:
        """The agreement that *text* holds; WorkflowError lists every finding with line and column."""
        from slaflow.workflow.load import load_workflow  # it imports this module

        return load_workflow(text, filename).require()

    @staticmethod
    def load(path: str | Path) -> Workflow:
        """The agreement in the file at *path*; errors as `parse`, WorkflowUnreadable if there is none."""
        from slaflow.workflow.load import read_workflow  # it imports this module

        return read_workflow(path).require()

    @property
    def triggers(self) -> tuple[str, ...]:
        """Every trigger's name, in file order, once."""
        return tuple(dict.fromkeys(t.trigger for t in self.transitions))

    def target(self, name: str) -> Target:
        """The target or timer called *name*; KeyError if there is none."""
        return self._targets_by_name[name]

    def holder(self, state: str, before: str | None) -> str | None:
        """The party that holds a lead in *state*, coming from party *before*."""
        return self.states[state].held_by or before
