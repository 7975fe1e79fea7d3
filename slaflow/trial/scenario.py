"""A scenario file as data: who is there, and the dated steps of each story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from slaflow.lifecycle.events import Happening
from slaflow.lifecycle.people import Absence, Person
from slaflow.workflow.errors import Finding
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Do:
    """Somebody tells slaflow something. ``actor`` None: whoever the agreement names first."""

    happening: Happening
    actor: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """The same, but the agreement must say no, with ``because`` somewhere in its words."""

    do: Do
    because: str = ""


@dataclass(frozen=True, slots=True)
class PassTime:
    """Time passes until ``until``, as if a tick ran at every instant."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Arrive:
    """A lead comes in."""

    name: str
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """One figure of an ``expect``: ``kind`` is its key, ``name`` the target or field it is about.

    Of a commitment it is the commitment, its period, and ``figure`` or ``verdict``, with points between them.
    """

    kind: str
    value: object
    name: str = ""

    @property
    def subject(self) -> str:
        return f"{self.kind}.{self.name}" if self.name else self.kind


@dataclass(frozen=True, slots=True)
class Expect:
    figures: tuple[Expected, ...]

    @property
    def is_of_all(self) -> bool:
        """Whether it asks for nothing that is one lead's alone."""
        return all(figure.kind in ("commitments", "notified") for figure in self.figures)


@dataclass(frozen=True, slots=True)
class Weigh:
    """From now on these people have so many open leads that no story tells."""

    open: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Others:
    """What is said of leads that a story does not tell.

    By people's addresses how many open ones each has, and how many each was dealt on the day on which it
    begins; by company, as it is compared, who owns open ones of it, assigned last before others.
    """

    open: Mapping[str, int] = field(default_factory=dict)
    dealt: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_more(self, more: Others) -> Others:
        """With what *more* says; of whom both speak, by that."""
        return Others(
            {**self.open, **more.open}, {**self.dealt, **more.dealt}, {**self.accounts, **more.accounts}
        )


NO_OTHERS = Others()
ALONE = "the lead"
Deed = Do | Refuse | PassTime | Expect | Arrive | Weigh


@dataclass(frozen=True, slots=True)
class Step:
    """``number`` counts from 1 within its scenario, ``line`` from 1 within the file.

    ``lead`` is the name of the lead it is about; None where it is about none, or about all of them.
    """

    number: int
    line: int
    deed: Deed
    lead: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story. With ``findings`` it cannot be told, and ``steps`` may lack some.

    ``leads`` are what is given of new leads, by the leads' names; one that stands alone is called ``ALONE``.
    """

    name: str
    line: int
    start: datetime
    leads: Mapping[str, Mapping[str, Value]]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...] = ()
    others: Others = NO_OTHERS

    @property
    def at_start(self) -> tuple[str, ...]:
        """The leads that are there when it begins: those that no step brings in."""
        later = {step.deed.name for step in self.steps if isinstance(step.deed, Arrive)}
        return tuple(name for name in self.leads if name not in later)


def with_defaults(workflow: Workflow, given: Mapping[str, Value]) -> dict[str, Value]:
    """A new lead's fields: what is *given*, else what the agreement says stands there."""
    defaults = {name: spec.default for name, spec in workflow.fields.items() if spec.default is not None}
    return {**defaults, **given}


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a file, always there; a scenario records them at its start."""

    people: tuple[Person, ...] = ()
    absences: tuple[Absence, ...] = ()

    def party_of(self, email: str) -> str | None:
        return next((person.party for person in self.people if person.email == email), None)
