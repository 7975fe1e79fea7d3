"""What people and other systems tell slaflow about a lead: inputs of ``decide``, and how they are logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from slaflow.lifecycle.lead import Actor
from slaflow.workflow.model.lead import Value


@dataclass(frozen=True, slots=True)
class Created:
    """A new lead; ``fields`` after defaults. ``id`` is its number and ``salt`` its 16 random bytes."""

    id: int
    key: str
    fields: Mapping[str, Value]
    salt: bytes


@dataclass(frozen=True, slots=True)
class Fired:
    """Somebody fires *trigger*. ``inputs`` are as given; ``decide`` validates them.

    ``override`` is why it is to happen although the guard does not pass; hashed, it stays for ever.
    """

    trigger: str
    inputs: Mapping[str, object] = field(default_factory=dict)
    override: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A touchpoint of *kind*. ``fields`` are as given; ``automated`` None takes the kind's word."""

    kind: str
    fields: Mapping[str, object] = field(default_factory=dict)
    automated: bool | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A qualification check is answered with evidence."""

    check: str
    answer: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """Fields are set by hand; None empties one. Values are in stored form already."""

    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Assigned:
    """A person gives the lead to *owner* (None: to nobody)."""

    owner: str | None


@dataclass(frozen=True, slots=True)
class Dealt:
    """The lead is given to whose turn it is of the team that it waits for.

    Or of *team*, to which somebody hands over what *leaves* has: there it waits where nobody can take it, and
    is not dealt back to *leaves*.
    """

    team: str | None = None
    leaves: str | None = None

    def as_data(self) -> dict[str, Any]:
        """As an entry carries it."""
        if self.team is None:
            return {} if self.leaves is None else {"leaves": self.leaves}
        return {"team": self.team, "leaves": self.leaves}


@dataclass(frozen=True, slots=True)
class Erased:
    """What is known of the person goes; the lead is called *key* from then on.

    ``reason`` is hashed and stays for ever, so it must not hold what is to be erased. ``kept`` is what
    figures need of the entries before, by ``seq``; so it stays too.
    """

    reason: str
    key: str
    kept: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lifted:
    """A person excuses the breach of *target*: of the clock *number*, or of the latest broken one.

    ``reason`` is theirs, hashed, and stays for ever.
    """

    target: str
    reason: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """Who owes it says that the breach of *target* should not count; otherwise as :class:`Lifted`."""

    target: str
    reason: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Upheld:
    """A dispute of the breach of *target* is turned down; otherwise as :class:`Lifted`."""

    target: str
    reason: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Migrated:
    """The lead lives under version *to* of its agreement from now on (rules.md, 23).

    ``states`` and ``targets`` say which names of the version it leaves are which of the new one, ``grace``
    how long a clock has of which nothing would be left, as ``within`` is written.
    """

    to: str
    states: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)
    grace: str = "1d"


Verb = Literal["dispute", "lift", "uphold"]


class Returned(NamedTuple):
    """A return as the log tells it: its entry, who gave the lead back to whom, what was said of it since."""

    seq: int
    gave: str
    took: str
    said: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As an entry carries it."""
        return {"return": self.seq, "gave": self.gave, "took": self.took, "said": list(self.said)}


def return_from(data: Mapping[str, Any]) -> Returned:
    """What :meth:`Returned.as_data` wrote."""
    return Returned(data["return"], data["gave"], data["took"], tuple(data["said"]))


@dataclass(frozen=True, slots=True)
class Contested:
    """Whom a lead was returned to disputes that, or others grant or uphold that dispute.

    ``about`` is the input that said why; ``returned`` the latest such return, None where there is none.
    ``reason`` is theirs, hashed, and stays for ever.
    """

    verb: Verb
    about: str
    reason: str
    returned: Returned | None = None


Happening = (
    Created | Fired | Recorded | Answered | Changed | Assigned | Dealt | Erased
    | Lifted | Disputed | Upheld | Contested | Migrated
)  # fmt: skip


class Input(NamedTuple):
    """A happening with its two instants: when it happened, and when slaflow was told.

    An ``imported`` one arrives at its own instant, however long after it slaflow was told. Rights are judged
    before: ``right`` is the agreement's own rule under which it is allowed, ``denied`` why it is not.
    ``via`` is the way by which it came, where that is on the record: ``link``.
    """

    happening: Happening
    actor: Actor
    occurred_at: datetime
    arrived_at: datetime
    imported: bool = False
    right: str | None = None
    denied: str | None = None
    via: str | None = None


_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is no value of any kind, such as a list; every field refuses it in the same words."""

    written: Mapping[str, str]


def as_given(values: Mapping[str, object]) -> dict[str, Any]:
    """*values* as an entry carries them: text, truths and whole numbers as they are, the rest named.

    ``{"type": "float", "text": "0.5"}``: what a field makes of a value hangs on what it is given.
    """
    return {name: _written(value) for name, value in values.items()}


def from_given(written: Mapping[str, Any]) -> dict[str, object]:
    """What :func:`as_given` wrote, as it was given."""
    return {name: _read(value) if isinstance(value, Mapping) else value for name, value in written.items()}


def _written(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int) and -_LIMIT <= value < _LIMIT:
        return value
    if isinstance(value, Unreadable):
        return value.written
    if isinstance(value, datetime | date):
        return {"type": type(value).__name__, "text": value.isoformat()}
    return {"type": type(value).__name__, "text": repr(value) if isinstance(value, float) else str(value)}


def _read(value: Mapping[str, str]) -> object:
    reader = _READERS.get(value["type"])
    return Unreadable(value) if reader is None else reader(value["text"])


_READERS: dict[str, Callable[[str], object]] = {
    "int": int,
    "float": float,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}
