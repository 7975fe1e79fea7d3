"""Where a lead was and who held it, change by change, and its handoffs: what two tellings are compared by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple, Protocol


class Moved(Protocol):
    """What is read of an entry, be it a draft or sealed."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def from_state(self) -> str | None: ...
    @property
    def to_state(self) -> str | None: ...
    @property
    def held_by(self) -> str | None: ...
    @property
    def handoff(self) -> bool: ...
    @property
    def data(self) -> Any: ...


class Stay(NamedTuple):
    """From when on the lead was in a state, held by a party."""

    at: datetime
    state: str
    holder: str


class Handoff(NamedTuple):
    """A lead that one party gave to another."""

    at: datetime
    gave: str
    took: str


class Course(NamedTuple):
    """Every stay and every handoff of a lead, in order."""

    stays: Sequence[Stay]
    handoffs: Sequence[Handoff]


def course_of(entries: Iterable[Moved]) -> Course:
    """The course that *entries* of one lead tell, all from the first on.

    States that a migration called otherwise go by their last names.
    """
    stays: list[Stay] = []
    handoffs: list[Handoff] = []
    holder = ""
    for entry in entries:
        kind = entry.kind
        if kind == "transition":
            if entry.handoff:
                sides = entry.data["handoff"]
                gave, holder = sides["gave"]["party"], sides["took"]["party"]
                handoffs.append(Handoff(entry.at, gave, holder))
            _go_on(stays, Stay(entry.at, entry.to_state or "", holder))
        elif kind == "created":
            holder = entry.held_by or ""
            stays.append(Stay(entry.at, entry.to_state or "", holder))
        elif kind == "migrated":
            names: Mapping[str, str] = entry.data["state_map"]
            stays = [stay._replace(state=names.get(stay.state, stay.state)) for stay in stays]
            _go_on(stays, Stay(entry.at, entry.to_state or "", holder))
    return Course(stays, handoffs)


def _go_on(stays: list[Stay], stay: Stay) -> None:
    """Only what changes is a stay of its own; where it passes through at one instant, it never was."""
    while stays and stays[-1].at == stay.at:
        stays.pop()
    if not stays or stays[-1][1:] != stay[1:]:
        stays.append(stay)


def diverged_at(recorded: Sequence[Stay], would_be: Sequence[Stay]) -> datetime | None:
    """When state or holder first differ; None where they never do."""
    for one, other in zip_longest(recorded, would_be):
        if one != other:
            return min(stay.at for stay in (one, other) if stay is not None)
    return None


def lost_and_new(recorded: Iterable[Handoff], would_be: Iterable[Handoff]) -> tuple[int, int]:
    """Handoffs without a counterpart between the same parties: of the record, and of the draft."""
    before = Counter((each.gave, each.took) for each in recorded)
    after = Counter((each.gave, each.took) for each in would_be)
    return (before - after).total(), (after - before).total()
