"""An input's entry turned back into what was told: the log holds all that deciding again needs.

Source: rules.md, 21. A round-robin pick is an input too, but nobody told it: it belongs to the input that
drew it, and replay takes it from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slaflow.lifecycle.events import (
    Answered,
    Assigned,
    Changed,
    Contested,
    Created,
    Dealt,
    Disputed,
    Erased,
    Fired,
    Happening,
    Input,
    Lifted,
    Migrated,
    Recorded,
    Upheld,
    Verb,
    from_given,
    return_from,
)
from slaflow.lifecycle.lead import Actor
from slaflow.log.entry import Entry
from slaflow.log.errors import NotReplayable

Data = Mapping[str, Any]
UNSALTED = bytes(16)
"""Stands for a lead's salt, which is in no entry; a lead without one counts as erased."""


def is_pick(entry: Entry) -> bool:
    """Whether *entry* records whom an input's routing picked, which only the other leads of then explain."""
    return entry.kind == "assigned" and entry.entry_class == "input" and entry.caused_by is not None


def is_deal(entry: Entry) -> bool:
    """Whether *entry* is a pick by itself: of a lead that waited, or was handed over to a team."""
    return entry.kind == "assigned" and entry.caused_by is None and "dealt" in (entry.data or {})


def is_told(entry: Entry) -> bool:
    """Whether somebody told it: an input that is no pick."""
    return entry.entry_class == "input" and not is_pick(entry)


def input_of(entry: Entry) -> Input:
    """What was told, as the core was given it; of a new lead all but its salt.

    Raises:
        NotReplayable: its data was erased, or it is of a kind that is not decided again.
    """
    read = _HAPPENINGS.get(entry.kind)
    if read is None:
        raise NotReplayable(f"an input {entry.kind} is not decided again")
    if entry.data_text is None:
        raise NotReplayable("erased")
    assert entry.occurred_at is not None
    assert entry.arrived_at is not None
    data = entry.data or {}
    who = Actor(entry.actor, entry.party or "")
    imported = bool(data.get("late", {}).get("imported"))
    # Rights were judged when it was told, and never are again.
    denied = data["because"][0] if data.get("denied") else None
    happening = read(entry, data)
    return Input(
        happening, who, entry.occurred_at, entry.arrived_at, imported, data.get("right"), denied,
        data.get("via"),
    )  # fmt: skip


def _created(entry: Entry, data: Data) -> Happening:
    return Created(data["number"], data["key"], data["fields"], UNSALTED)


def _changed(entry: Entry, data: Data) -> Happening:
    return Changed(data["fields"])


def _activity(entry: Entry, data: Data) -> Happening:
    return Recorded(data["activity"], data["fields"], data["automated"])


def _checked(entry: Entry, data: Data) -> Happening:
    return Answered(data["check"], data["answer"])


def _transition(entry: Entry, data: Data) -> Happening:
    # Of moves only those that were overridden have a reason.
    return Fired(entry.trigger or "", from_given(data.get("given", data["inputs"])), entry.reason)


def _assigned(entry: Entry, data: Data) -> Happening:
    return Dealt(**data["dealt"]) if "dealt" in data else Assigned(data["to"])


def _lifted(entry: Entry, data: Data) -> Happening:
    # Its party is the one that owed, not the actor's; no rule asks for that of who lifts.
    return Lifted(entry.target or "", entry.reason or "", entry.clock)


def _contested(verb: Verb, entry: Entry, data: Data) -> Happening:
    return Contested(verb, data["about"], entry.reason or "", return_from(data))


def _granted(entry: Entry, data: Data) -> Happening:
    return _contested("lift", entry, data)


def _disputed(entry: Entry, data: Data) -> Happening:
    if entry.target is None:
        return _contested("dispute", entry, data)
    return Disputed(entry.target or "", entry.reason or "", entry.clock)


def _upheld(entry: Entry, data: Data) -> Happening:
    if entry.target is None:
        return _contested("uphold", entry, data)
    return Upheld(entry.target or "", entry.reason or "", entry.clock)


def _migrated(entry: Entry, data: Data) -> Happening:
    return Migrated(entry.digest or "", data["state_map"], data["target_map"], data["grace"])


def _refused(entry: Entry, data: Data) -> Happening:
    if entry.trigger is not None:
        return Fired(entry.trigger, from_given(data["inputs"]), data.get("override"))
    if "activity" in data:
        return Recorded(data["activity"], from_given(data["fields"]))
    if "contest" in data:
        of = data["of"]
        return Contested(data["contest"], data["about"], "", None if of is None else return_from(of))
    if "lift" in data:
        return Lifted(data["lift"], "", data["number"])
    if "dispute" in data:
        return Disputed(data["dispute"], "", data["number"])
    if "uphold" in data:
        return Upheld(data["uphold"], "", data["number"])
    if "change" in data:
        return Changed(dict.fromkeys(data["change"]))
    if "deal" in data:
        return Dealt(**data["deal"])
    if "assign" in data:
        return Assigned(data["assign"])
    if "erase" in data:
        return Erased("", "")
    return Answered(data["check"], from_given(data["answer"]))


_HAPPENINGS: dict[str, Callable[[Entry, Data], Happening]] = {
    "created": _created,
    "changed": _changed,
    "activity": _activity,
    "checked": _checked,
    "transition": _transition,
    "assigned": _assigned,
    "breach_lifted": _lifted,
    "disputed": _disputed,
    "granted": _granted,
    "upheld": _upheld,
    "migrated": _migrated,
    "refused": _refused,
}
