"""How somebody stands, or what changed of them, in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slaflow.engine.setup.person_json import person_json
from slaflow.lifecycle.dealing.shares import DEFAULT

from ..words import listed

if TYPE_CHECKING:
    from slaflow.engine.setup.recording import Recorded

USUAL = {"calendar": None, **DEFAULT}
"""What few people have of their own, and what they have else."""
CALLED = {"per_day": "per day"}


def recorded_words(recorded: Recorded) -> str:
    """``anna@example.com: team nordics -> emea``, or how somebody new stands."""
    person = recorded.person
    if recorded.before is None:
        team = f", team {person.team}" if person.team else ""
        own = "".join(f", {CALLED.get(name, name)} {value}" for name, value in told(person_json(person)))
        return f"{person.email}: {person.party}{team}, {person.role}{own}"
    changes = recorded.changes.items()
    words = listed(
        (f"{CALLED.get(name, name)} {_or_none(old)} -> {_or_none(new)}" for name, (old, new) in changes), ""
    )
    return f"{person.email}: {words or 'nothing changed'}"


def told(person: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What few people have, where *person* has it."""
    return [(name, person[name]) for name in USUAL if person[name] != USUAL[name]]


def _or_none(value: str | int | None) -> str:
    return "none" if value is None else str(value)
