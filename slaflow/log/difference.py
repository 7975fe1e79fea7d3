"""Where an entry, a lead's row or a clock's row is not what deciding again gives: named, key by key.

What a person may have erased is never quoted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isclose
from typing import Any

import orjson

from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.lifecycle.lead import Lead, Tally
from slaflow.log.chain import data_bytes
from slaflow.log.entry import KEYS, Entry
from slaflow.log.verify import Finding
from slaflow.workflow.identity import folded

_COMPARED = (*KEYS[2:8], *KEYS[9:23], "digest", "data")
PERSONAL = frozenset(("fields", "inputs", "given", "set", "answer", "key", "checks"))
LEAD_FIELDS = tuple(name for name in Lead.__slots__ if name not in ("head", "salt"))
CLOCK_FIELDS = tuple(name for name in Clock.__slots__ if name != "id")


def difference(written: Entry, draft: Draft, lead: Lead | None) -> Finding | None:
    """How *written* differs from *draft*, which deciding the lead again put in its place."""
    decided = (
        draft.seq, lead and lead.id, draft.entry_class, draft.at, draft.arrived_at, draft.occurred_at,
        draft.kind, draft.actor, draft.party, draft.owner, draft.held_by, draft.trigger, draft.from_state,
        draft.to_state, draft.target, draft.clock, draft.step, draft.handoff, draft.reason, draft.caused_by,
        draft.digest, data_bytes(draft).decode(),
    )  # fmt: skip
    found = (*written[2:8], *written[9:23], written.digest, written.data_text)
    if found == decided:
        return None
    return _named(written, draft, decided, found)


def _named(written: Entry, draft: Draft, decided: Sequence[Any], found: Sequence[Any]) -> Finding:
    if written.kind != draft.kind:
        reason = f"deciding again gives {_article(draft.kind)} at {instant_text(draft.at)} in its place"
        return Finding(written.id, written.stream, reason, written.seq, draft.kind, written.kind)
    for key, ours, theirs in zip(_COMPARED[:-1], decided, found, strict=False):
        if ours != theirs:
            return _other(written, key, ours, theirs)
    return _other(written, *_first_other("data", orjson.loads(decided[-1]), written.data))


def _article(kind: str) -> str:
    return f"an entry {kind}"


def _first_other(path: str, ours: Any, theirs: Any) -> tuple[str, Any, Any]:
    """The first place at which two JSON values differ, as a dotted path."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for name in sorted({*ours, *theirs}):
            if ours.get(name, _ABSENT) != theirs.get(name, _ABSENT):
                return _first_other(f"{path}.{name}", ours.get(name), theirs.get(name))
    return path, ours, theirs


_ABSENT = object()


def _other(written: Entry, key: str, ours: Any, theirs: Any) -> Finding:
    reason = f"its {key} is not what deciding again gives"
    expected, found = _shown(key, ours), _shown(key, theirs)
    return Finding(written.id, written.stream, reason, written.seq, expected, found)


def missing(last: Entry, draft: Draft) -> Finding:
    """The log ends with *last*, and deciding again goes on with *draft* at the same instant."""
    reason = f"deciding again gives {_article(draft.kind)} after it, which is not there"
    return Finding(last.id, last.stream, reason, last.seq)


def uncalled(written: Entry) -> Finding:
    """Nothing that was told makes *written* come about there."""
    reason = f"nothing before it calls for {_article(written.kind)}"
    return Finding(written.id, written.stream, reason, written.seq)


def row_finding(stream: str, decided: Lead, stored: Lead) -> Finding | None:
    """How the lead's row differs from what its log comes to."""
    for name in LEAD_FIELDS:
        ours, theirs = getattr(decided, name), getattr(stored, name)
        if not (_same(ours, theirs) or _knows_less(name, ours, theirs)):
            return _of_row(stream, "the lead's row", name, ours, theirs)
    return None


def clock_finding(stream: str, decided: Sequence[Clock], stored: Sequence[Clock]) -> Finding | None:
    """How the rows of a lead's clocks differ from what its log comes to."""
    ours = {(clock.target, clock.number): clock for clock in decided}
    theirs = {(clock.target, clock.number): clock for clock in stored}
    for target, number in [*ours, *(key for key in theirs if key not in ours)]:
        row = f"the row of clock {target} {number}"
        made, kept = ours.get((target, number)), theirs.get((target, number))
        if made is None or kept is None:
            reason = f"{row} is {'not there' if kept is None else 'there, and the log starts no such clock'}"
            return Finding(None, stream, reason)
        for name in CLOCK_FIELDS:
            mine, stands = getattr(made, name), getattr(kept, name)
            if not (_same(mine, stands) or _knows_less(name, mine, stands)):
                return _of_row(stream, row, name, mine, stands)
    return None


def _knows_less(name: str, ours: Any, theirs: Any) -> bool:
    """Whether the row says the same as far as it knows: earlier versions kept how often a pattern was seen
    and not when, of resets only the latest, and of an identity the spelling."""
    if name == "seen" and {place: len(ours[place]) for place in ours} == {k: len(theirs[k]) for k in theirs}:
        return all(
            k in (None, at) for place in ours for at, k in zip(ours[place], theirs[place], strict=True)
        )
    if name == "key" and not (theirs.isascii() and theirs == theirs.strip()):
        # Which of two spellings is the identity is not for the row of the other to say.
        return folded(ours) == folded(theirs)
    if name == "let_go" and theirs is None:
        # What it is told by had gone into files before rows knew it.
        return True
    if name == "field_at" and not any(key.startswith("reset.") for key in theirs):
        return bool({key: at for key, at in ours.items() if not key.startswith("reset.")} == theirs)
    return False


def _of_row(stream: str, row: str, name: str, ours: Any, theirs: Any) -> Finding:
    reason = f"{row}: its {name} is not what the log comes to"
    return Finding(None, stream, reason, None, _shown(name, ours), _shown(name, theirs))


def _same(ours: Any, theirs: Any) -> bool:
    """Whether two values are equal; points and engagement as far as another machine computes them alike."""
    if ours == theirs:
        return True
    if isinstance(ours, float) and isinstance(theirs, float | int):
        return isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping) and ours.keys() == theirs.keys():
        return all(_same(ours[name], theirs[name]) for name in ours)
    if isinstance(ours, Tally) and isinstance(theirs, Tally):
        rest = (ours.count, ours.last) == (theirs.count, theirs.last)
        return rest and _same(ours.points, theirs.points)
    return False


def _shown(key: str, value: Any) -> str:
    """A value for the finding; nothing of what may be about a person."""
    if not PERSONAL.isdisjoint(key.split(".")):
        return ""
    if isinstance(value, datetime):
        return instant_text(value)
    return "nothing" if value is None else str(value)
