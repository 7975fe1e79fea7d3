"""The log as an object-centric event log (OCEL 2.0): which objects an entry is about, and in which role.

Every entry is an event. Objects are called by their type and what they are known by, as in ``lead:42``,
``person:anna@example.com`` and ``clock:42:respond:1``. What the two files look like is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from slaflow.exchange.exports.process import Data, Value, activity_name, attributes, data_of
from slaflow.log.entry import Entry
from slaflow.workflow.model.parties import LEAD, SYSTEM

OBJECT_TYPES: dict[str, tuple[str, ...]] = {
    "lead": ("key", "state", "owner"),
    "person": ("name", "party", "team", "role", "calendar"),
    "team": (),
    "party": (),
    "workflow_version": ("workflow", "digest"),
    "clock": ("target", "number", "owed_by", "calendar", "allowance", "due_at", "status"),
}
"""The types of objects and their attributes, all text but :data:`TYPED`."""
TYPED = {"number": "integer", "due_at": "time"}

Link: TypeAlias = tuple[str, str, str]
"""From an object, to an object, in which role."""

_STATUS = {
    "clock_started": "running",
    "clock_restarted": "running",
    "clock_resumed": "running",
    "clock_paused": "paused",
    "clock_met": "met",
    "met_late": "met_late",
    "clock_passed_on": "passed_on",
    "breached": "breached",
    "timer_fired": "fired",
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an object is from an instant on; ``at`` None: from its beginning."""

    object_id: str
    name: str
    at: datetime | None
    value: Value


@dataclass(slots=True)
class Event:
    """One entry as OCEL has it, and what it tells about objects.

    ``roles`` are (object, qualifier), each object once; ``of_objects`` and ``links`` are about objects alone.
    """

    id: str
    type: str
    at: datetime
    attributes: dict[str, Value]
    roles: list[tuple[str, str]]
    of_objects: list[Attribute] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


def events(entries: Iterable[Entry]) -> Iterator[Event]:
    """An event per entry, in their order. Memory grows with people and agreements, not with leads."""
    begun: set[str] = set()
    for entry in entries:
        data = data_of(entry)
        named = f"entry:{entry.id}", activity_name(entry, data)
        event = Event(*named, entry.at, _said(entry, data), _roles(entry, data))
        if entry.kind == "person":
            _about_person(event, data, begun)
        elif entry.kind == "activated":
            _about_version(event, entry, begun)
        elif entry.lead is not None:
            _about_lead(event, entry, data)
        yield event


def _said(entry: Entry, data: Data) -> dict[str, Value]:
    said: dict[str, Value] = {"actor": entry.actor}
    if entry.party is not None:
        said["party"] = entry.party
    said.update(attributes(entry, data))
    return said


def _roles(entry: Entry, data: Data) -> list[tuple[str, str]]:
    """(object, role) of the entry, each object once.

    In several roles it has the first; the attributes ``actor``, ``owner`` and ``party`` tell the rest.
    Readers that keep one relation per event and object would else count fewer than there are.
    """
    found: dict[str, str] = {}
    for object_id, role in (*_special_roles(entry, data), *_usual_roles(entry)):
        if not object_id.endswith(":"):
            found.setdefault(object_id, role)
    return list(found.items())


def _special_roles(entry: Entry, data: Data) -> Iterator[tuple[str, str]]:
    """The roles of a handoff, an assignment and a person's own entry; nobody's name ends with a colon."""
    if entry.kind == "transition" and isinstance(handoff := data.get("handoff"), dict):
        for side, role in (("gave", "given by"), ("took", "taken by")):
            yield _party(handoff[side]["party"]), role
            yield _person(handoff[side]["owner"]), role
    elif entry.kind == "assigned":
        yield _person(entry.owner), "assigned to"
        yield _named("team", data.get("team")), "drawn from"
    elif entry.kind == "person":
        yield _person(data.get("email")), "subject"
        # Readers drop an object that no event names, and with it what is linked to it.
        yield from _places(data)


def _usual_roles(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.lead is not None:
        yield _lead(entry), "subject"
    if entry.actor not in (SYSTEM, LEAD):
        yield (_party(entry.actor) if entry.actor == entry.party else _person(entry.actor)), "actor"
    if entry.target is not None and entry.clock is not None:
        yield _clock(entry), "clock"
        yield _party(entry.party), "owes"
    else:
        yield _party(entry.party), "acts for"
    yield _person(entry.owner), "owner"
    if entry.digest is not None:
        yield f"workflow_version:{entry.digest}", "decided under"


def _about_lead(event: Event, entry: Entry, data: Data) -> None:
    lead = _lead(entry)
    if entry.kind == "created":
        # Nobody owns it yet: said, so that the first owner counts as a change.
        begun = {"key": data.get("key"), "state": entry.to_state, "owner": ""}
        event.of_objects += _attributes(lead, None, begun)
        event.links.append((lead, f"workflow_version:{entry.digest}", "lives under"))
    elif entry.to_state is not None and entry.to_state != entry.from_state:
        event.of_objects.append(Attribute(lead, "state", entry.at, entry.to_state))
    elif entry.kind == "assigned":
        event.of_objects.append(Attribute(lead, "owner", entry.at, entry.owner or ""))
    elif entry.clock is not None and entry.kind != "refused":
        _about_clock(event, entry, data)


def _about_clock(event: Event, entry: Entry, data: Data) -> None:
    clock = _clock(entry)
    if entry.kind == "clock_started":
        terms = {key: data.get(key) for key in ("calendar", "allowance", "due_at")}
        # Nobody owes what a timer waits for.
        owes = None if entry.party == SYSTEM else entry.party
        named = {"target": entry.target, "number": entry.clock, "owed_by": owes}
        event.of_objects += _attributes(clock, None, {**named, **terms, "status": "running"})
        event.links.append((clock, _lead(entry), "of"))
        if owes is not None:
            event.links.append((clock, _party(owes), "owed by"))
        return
    due = data.get("new") if entry.kind == "clock_moved" else None
    if entry.kind in ("clock_resumed", "clock_restarted"):
        due = data.get("due_at")
    event.of_objects += _attributes(clock, entry.at, {"status": _status(entry, data), "due_at": due})


def _status(entry: Entry, data: Data) -> str | None:
    """The status the entry leaves the clock in; None where it stays, or nobody can tell any more."""
    if entry.kind == "clock_cancelled":
        # A broken clock that is let go of stays breached; an erased entry no longer says which it was.
        return None if data.get("broken", True) else "cancelled"
    if entry.kind == "breach_lifted" and entry.entry_class == "consequence":
        return "met"
    return _STATUS.get(entry.kind)


def _about_person(event: Event, data: Data, begun: set[str]) -> None:
    if data.get("change") != "recorded":
        return
    person = _person(data.get("email"))
    at = event.at if person in begun else None
    begun.add(person)
    event.of_objects += _attributes(person, at, {name: data.get(name) for name in OBJECT_TYPES["person"]})
    event.links += [(person, place, role) for place, role in _places(data) if not place.endswith(":")]


def _places(data: Data) -> Iterator[tuple[str, str]]:
    """Where the person of an entry of people belongs."""
    yield _party(data.get("party")), "member of"
    yield _named("team", data.get("team")), "member of"
    yield _person(data.get("manager")), "reports to"


def _about_version(event: Event, entry: Entry, begun: set[str]) -> None:
    version = f"workflow_version:{entry.digest}"
    if version not in begun:
        begun.add(version)
        name = entry.stream.removeprefix("workflow:")
        event.of_objects += _attributes(version, None, {"workflow": name, "digest": entry.digest})


def _attributes(object_id: str, at: datetime | None, values: dict[str, Value | None]) -> Iterator[Attribute]:
    for name, value in values.items():
        if value is not None:
            yield Attribute(object_id, name, at, value)


def _lead(entry: Entry) -> str:
    return f"lead:{entry.lead}"


def _clock(entry: Entry) -> str:
    return f"clock:{entry.lead}:{entry.target}:{entry.clock}"


def _named(type: str, name: object) -> str:
    return f"{type}:{name or ''}"


def _person(email: object) -> str:
    return _named("person", email)


def _party(name: object) -> str:
    """A party that the agreement declares; the prospect and the system are none."""
    return _named("party", None if name in (SYSTEM, LEAD) else name)
