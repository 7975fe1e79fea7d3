"""Every report once more, the slow way: from the log, entry by entry, in plain Python."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.engine.app import Engine
from slaflow.log.entry import Entry
from slaflow.workflow.model.workflow import Workflow

SECOND = timedelta(seconds=1)
NONE = "(none)"
RANKS = {"marketing": 0, "sales": 1}
Group = Callable[[str | None, datetime, int], str]
"""The group of (owner, instant, lead)."""


def percentile(values: Iterable[float], share: float) -> Any:
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else None


def spread(values: Sequence[float]) -> dict[str, Any]:
    return {"median": percentile(values, 0.5), "p90": percentile(values, 0.9)}


def rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def elapsed(start: datetime, end: datetime) -> int:
    return int(end.timestamp() // 1 - start.timestamp() // 1)


def one_group(owner: str | None, at: datetime, lead: int) -> str:
    return ""


def grouping(app: Engine, by: str, fields: dict[int, dict[str, Any]]) -> Group:
    """What ``--by`` means, by another way than the report's."""

    def of(owner: str | None, at: datetime, lead: int) -> str:
        if by == "owner":
            return owner or NONE
        if by == "team":
            people = {person.email: person.team for person in app.people(at)}
            return people.get(owner or "") or NONE
        if by == "month":
            return f"{at.astimezone(ZoneInfo('Europe/Stockholm')):%Y-%m}"
        return str(fields[lead].get(by, NONE))

    return of


def streams(app: Engine, at: datetime) -> dict[int, list[Entry]]:
    """What was logged of each lead by then, in order."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in sorted(app.log(), key=lambda each: each.seq):
        if entry.lead is not None and entry.at <= at:
            found[entry.lead].append(entry)
    return found


@dataclass
class Passage:
    """A handoff and everything that came of it."""

    entry: Entry
    took: str
    next: Entry | None = None
    next_took: str = ""
    decided: Entry | None = None
    touches: list[Entry] = field(default_factory=list)
    state: str = ""
    """Where the lead has come to."""

    @property
    def gave(self) -> str:
        assert self.entry.held_by is not None
        return self.entry.held_by

    @property
    def direction(self) -> str:
        if self.entry.from_state == "won":
            return "reopened"
        return "return" if RANKS[self.took] < RANKS[self.gave] else "forward"

    @property
    def came_back(self) -> bool:
        if self.next is None or self.next.from_state == "won":
            return False
        return RANKS[self.next_took] < RANKS[self.next.held_by or ""]

    @property
    def is_held(self) -> bool:
        return self.next is None and self.state not in ("won", "lost")

    @property
    def outcome(self) -> str:
        if self.decided is None:
            return "open"
        if self.decided.party == "system":
            return "by_system"
        return "returned" if self.decided is self.next and self.came_back else "accepted"

    @property
    def kind(self) -> str:
        if self.came_back and self.next is not None and self.next.party != "system":
            return "returned"
        return ("never_touched", "touched_once", "worked")[min(len(self.touches), 2)]


def passages(app: Engine, at: datetime, start: datetime | None, end: datetime | None) -> list[Passage]:
    workflow = app.active()
    found = []
    for entries in streams(app, at).values():
        for place, entry in enumerate(entries):
            if entry.handoff and (start is None or entry.at >= start) and (end is None or entry.at < end):
                found.append(_passage(workflow, entry, entries[place + 1 :]))
    return found


def _passage(workflow: Workflow, entry: Entry, rest: list[Entry]) -> Passage:
    passage = Passage(entry, _holder(workflow, entry))
    moves = [each for each in rest if each.kind == "transition" and each.from_state != each.to_state]
    passage.decided = moves[0] if moves else None
    passage.next = next((each for each in moves if each.handoff), None)
    passage.next_took = _holder(workflow, passage.next) if passage.next else ""
    passage.state = (moves[-1] if moves else entry).to_state or ""
    until = passage.next.at if passage.next else None
    for each in rest:
        happened = each.occurred_at or each.at
        is_touch = each.kind == "activity" and each.party == passage.took and not each.data["automated"]
        if is_touch and happened >= entry.at and (until is None or happened < until):
            passage.touches.append(each)
    return passage


def _holder(workflow: Workflow, entry: Entry) -> str:
    holder = workflow.holder(entry.to_state or "", entry.held_by)
    assert holder is not None
    return holder


def handoffs(app: Engine, found: Sequence[Passage], group: Group = one_group) -> dict[str, Any]:
    """Group, then (giver, taker, direction), to what the report says of that way."""
    ways: dict[str, dict[Any, list[Passage]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        owner = each.entry.data["handoff"]["took"]["owner"]
        name = group(owner, each.entry.at, each.entry.lead or 0)
        ways[name][each.gave, each.took, each.direction].append(each)
    return {
        name: {way: _way(app, those) for way, those in sorted(by_way.items())}
        for name, by_way in ways.items()
    }


def _way(app: Engine, those: list[Passage]) -> dict[str, Any]:
    outcomes = Counter(each.outcome for each in those)
    shown: dict[str, list[int]] = defaultdict(list)
    for each in those:
        for kind, number in each.entry.data["handoff"]["touchpoints"].items():
            shown[kind].append(number)
    decided = outcomes["accepted"] + outcomes["returned"]
    return {
        "handed_over": len(those),
        **{name: outcomes[name] for name in ("accepted", "returned", "by_system", "open")},
        "accept_rate": rate(outcomes["accepted"], decided),
        "return_rate": rate(outcomes["returned"], decided),
        "came_back": sum(each.came_back for each in those),
        "never_touched": sum(not each.touches for each in those),
        "touched_once": sum(len(each.touches) == 1 for each in those),
        "score": spread([float(each.entry.data["handoff"]["score"]) for each in those]),
        "stages": {},
        "touchpoints": {
            kind: {"handoffs": len(numbers), "times": sum(numbers)} for kind, numbers in sorted(shown.items())
        },
        **_times(app, those),
    }


def _times(app: Engine, those: list[Passage]) -> dict[str, Any]:
    """All the office's teams and its first calendar are the same: the office's."""
    calendar = app.active().calendars["office"]
    attempts = {kind.kind for kind in app.active().activities.values() if kind.attempt}
    times: dict[str, list[int]] = {"decision": [], "first_touch": [], "first_attempt": []}
    for each in those:
        if each.decided is not None and each.outcome in ("accepted", "returned"):
            times["decision"].append(calendar.open_time(each.entry.at, each.decided.at) // SECOND)
        touched = [touch.occurred_at for touch in each.touches if touch.occurred_at]
        tried = [t.occurred_at for t in each.touches if t.occurred_at and t.data["activity"] in attempts]
        for name, instants in (("first_touch", touched), ("first_attempt", tried)):
            if instants:
                times[name].append(calendar.open_time(each.entry.at, min(instants)) // SECOND)
    return {f"{name}_open_seconds": spread(seconds) for name, seconds in times.items()}


def waste(found: Sequence[Passage], group: Group = one_group) -> dict[str, Any]:
    parties: dict[str, dict[str, list[Passage]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        owner = each.entry.data["handoff"]["took"]["owner"]
        parties[group(owner, each.entry.at, each.entry.lead or 0)][each.took].append(each)
    return {
        name: {party: _made(those) for party, those in sorted(by_party.items())}
        for name, by_party in parties.items()
    }


def _made(those: list[Passage]) -> dict[str, Any]:
    kinds = Counter(each.kind for each in those)
    names = ("never_touched", "touched_once", "worked", "returned")
    return {
        "handed_over": len(those),
        **{name: kinds[name] for name in names},
        **{f"{name}_share": rate(kinds[name], len(those)) for name in names},
        "untouched_still_held": sum(e.kind == "never_touched" and e.is_held for e in those),
        "returned_untouched": sum(e.kind == "returned" and not e.touches for e in those),
    }


def visits(entries: Sequence[Entry]) -> list[tuple[str, datetime]]:
    """Each state a lead entered, and when."""
    return [
        (each.to_state or "", each.at)
        for each in entries
        if each.kind == "created" or (each.kind == "transition" and each.from_state != each.to_state)
    ]


def funnel(app: Engine, at: datetime, start: datetime | None, end: datetime | None,
           group: Callable[[Entry], str] = lambda entry: "") -> dict[str, Any]:  # fmt: skip
    """Group to the number of leads, (leads, spread) per state and (leads, moves, spread) per move."""
    found: dict[str, Any] = {}
    for entries in streams(app, at).values():
        born = entries[0]
        if (start is not None and born.at < start) or (end is not None and born.at >= end):
            continue
        counts = found.setdefault(group(born), {"leads": 0, "states": {}, "moves": {}})
        counts["leads"] += 1
        course = visits(entries)
        for state in dict.fromkeys(state for state, _ in course):
            first = next(at for name, at in course if name == state)
            counts["states"].setdefault(state, []).append(elapsed(born.at, first))
        for (one, since), (other, then) in pairwise(course):
            leads, seconds = counts["moves"].setdefault((one, other), (set(), []))
            leads.add(born.lead)
            seconds.append(elapsed(since, then))
    return found


def aging(app: Engine, at: datetime, group: Callable[[int, str | None, datetime], str]) -> dict[str, Any]:
    """Group, then state, to the open leads: (elapsed seconds, lead, owner)."""
    found: dict[str, dict[str, list[tuple[int, int, str | None]]]] = defaultdict(lambda: defaultdict(list))
    for lead, entries in streams(app, at).items():
        state, since = visits(entries)[-1]
        if not app.active().states[state].final:
            owner = entries[-1].owner
            found[group(lead, owner, since)][state].append((elapsed(since, at), lead, owner))
    return found
