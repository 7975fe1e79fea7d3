"""What became of one promise, as reports count it, and a lead's promises on one of the two sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from slaflow.clock.disputes import is_disputed, is_upheld
from slaflow.clock.state import Clock
from slaflow.lifecycle.commitments.counted import Told
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.migration.move import Renamed
from slaflow.lifecycle.work import ClockKey
from slaflow.workflow.model.parties import SYSTEM

OUTCOMES = ("met", "met_late", "breached", "running", "cancelled", "passed_on", "lifted")


class Begun(NamedTuple):
    """When a promise began, and its place among those of all leads."""

    at: datetime
    place: int


class Promise(NamedTuple):
    """One promise of one lead and what had come of it by the instant to which it was settled.

    ``began`` is its first start, whatever restarted it later; ``seconds`` are open ones from its start to its
    fulfilment. ``owner`` is nobody's business here: promises are counted by target and by party.
    """

    target: str
    number: int
    began: Begun
    owed_by: str
    outcome: str
    due_at: datetime | None
    ended_at: datetime | None
    seconds: int | None
    was_broken: bool
    was_disputed: bool
    was_upheld: bool
    was_graced: bool

    def as_json(self) -> dict[str, Any]:
        """Outcome, due and end, as a line of the differences tells them."""
        return {
            "status": self.outcome,
            "due_at": None if self.due_at is None else instant_text(self.due_at),
            "ended_at": None if self.ended_at is None else instant_text(self.ended_at),
        }


def promises_of(clocks: Iterable[Clock], begun: Mapping[ClockKey, Begun]) -> list[Promise]:
    """The promises among *clocks*; timers and what the system owes are none."""
    return [
        Promise(
            clock.target, clock.number, begun[clock.target, clock.number], clock.owed_by, outcome(clock),
            clock.due_at, clock.ended_at, clock.open_seconds, clock.breached_at is not None,
            is_disputed(clock), is_upheld(clock), clock.graced,
        )
        for clock in clocks
        if clock.owed_by is not None and clock.owed_by != SYSTEM
    ]  # fmt: skip


def outcome(clock: Clock) -> str:
    """What a report calls it; the clock is settled to the report's instant."""
    if clock.lifted:
        return "lifted"
    return "running" if clock.status == "paused" else clock.status


def begun_by(
    entries: Iterable[Told], renamed: Sequence[Renamed] = (), places: Mapping[int, int] | None = None
) -> dict[ClockKey, Begun]:
    """When each clock began, by the name that its target has at the end; *places* by ``seq``."""
    found: dict[ClockKey, Begun] = {}
    ahead = list(renamed)
    for entry in entries:
        while ahead and ahead[0].seq <= entry.seq:
            _rename(found, ahead)
        if entry.kind == "clock_started":
            place = entry.seq if places is None else places[entry.seq]
            found[entry.target or "", entry.clock or 0] = Begun(entry.at, place)
    while ahead:
        _rename(found, ahead)
    return found


def _rename(found: dict[ClockKey, Begun], ahead: list[Renamed]) -> None:
    """Everything that one entry renames, at once: names may change places."""
    seq = ahead[0].seq
    together = []
    while ahead and ahead[0].seq == seq:
        together.append(ahead.pop(0))
    moved = {each.now: found.pop(each.was) for each in together if each.was in found}
    found.update(moved)
