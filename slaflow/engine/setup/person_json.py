"""A person as scripts see them."""

from __future__ import annotations

from typing import Any

from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.people import Person

NAMES = ("email", "name", "party", "team", "manager", "role", "calendar", "weight", "capacity", "per_day")


def person_json(person: Person) -> dict[str, Any]:
    return {**{name: getattr(person, name) for name in NAMES}, "since": instant_text(person.valid_from)}
