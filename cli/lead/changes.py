"""What one input changed, as a sentence: two LEADs compared, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from ..words import instant, on_calendar, score

Lead = Mapping[str, Any]
Clock = Mapping[str, Any]


def added(lead: Lead, zone: tzinfo) -> str:
    """``lead 42 added: kim@example.com in mql, owner anna@example.com; respond due Mon 2026-03-09 13:30``."""
    owner = _owned(lead, "no owner")
    first = f"lead {lead['id']} added: {lead['key']} in {lead['state']}, {owner}"
    running = [clock for clock in lead["clocks"] if clock["ended_at"] is None]
    return "; ".join([first, *(_started(clock, zone) for clock in running)])


def happened(before: Lead, after: Lead, what: str, zone: tzinfo, *, on_time: bool = True) -> str:
    """``lead 42: mql -> sales_accepted (accept); respond met with 1 h 12 min left``.

    Args:
        what: the input in short: a trigger, ``call recorded``.
        on_time: whether it was told as it happened, so that the time left before is the time left at it.
    """
    parts = [_move(before, after, what), *_changes(before, after)]
    known = {(c["target"], c["number"]): c for c in before["clocks"]}
    for clock in after["clocks"]:
        earlier = known.get((clock["target"], clock["number"]))
        change = _started(clock, zone) if earlier is None else _clock_change(earlier, clock, zone, on_time)
        parts.append(change)
    return f"lead {after['id']}: " + "; ".join(part for part in parts if part)


def assigned(after: Lead, zone: tzinfo) -> str:
    """What is to be known of an assignment: that it came too late to change anything, or whom it reached."""
    assignment = after["assignment"]
    if not assignment["applied"]:
        keeps = f"{after['owner']} keeps the lead" if after["owner"] else "nobody has the lead"
        return f" late: logged, and changes nothing; {keeps}"
    if assignment["away_until"] is None:
        return ""
    return f"; {assignment['to']} is away until {instant(assignment['away_until'], zone)}"


def _move(before: Lead, after: Lead, what: str) -> str:
    if before["state"] == after["state"]:
        return what
    handoff = f", handed to {after['held_by']}" if before["held_by"] != after["held_by"] else ""
    return f"{before['state']} -> {after['state']} ({what}{handoff})"


def _changes(before: Lead, after: Lead) -> Iterator[str]:
    if before["owner"] != after["owner"]:
        yield _owned(after, "no owner now")
    elif after.get("waits_for") and not before.get("waits_for"):
        yield _owned(after, "")
    if before["score"] != after["score"]:
        yield f"score {score(before['score'])} -> {score(after['score'])}"
    if before["stage"] != after["stage"] and after["stage"]:
        yield f"stage {after['stage']}"
    for name, answer in after["checks"].items():
        if before["checks"].get(name) != answer:
            yield f"{name} {'passed' if answer['passed'] else 'not passed'}"


def _owned(lead: Lead, else_: str) -> str:
    if lead["owner"]:
        return f"owner {lead['owner']}"
    return f"waits for {lead['waits_for']}" if lead.get("waits_for") else else_


def _started(clock: Clock, zone: tzinfo) -> str:
    if clock["ended_at"] is not None:
        return f"{clock['target']} {_plain_status(clock)}"
    if clock["status"] == "paused":
        return f"{clock['target']} starts paused{_remaining(clock)}"
    return f"{clock['target']} due {instant(clock['due_at'], zone)}"


def _remaining(clock: Clock) -> str:
    left = clock["left_seconds"]
    return f" with {on_calendar(left, clock['calendar'])} left" if left is not None and left >= 0 else ""


def _plain_status(clock: Clock) -> str:
    return str(clock["status"]).replace("_", " ")


def _clock_change(earlier: Clock, clock: Clock, zone: tzinfo, on_time: bool) -> str:
    """What became of one clock; nothing where nothing did."""
    target = clock["target"]
    if earlier["ended_at"] is None and clock["ended_at"] is not None:
        return f"{target} {_ended(earlier, clock, on_time)}"
    if clock["lifted"] and not earlier["lifted"]:
        return f"{target} breach lifted"
    if clock.get("upheld") and not earlier.get("upheld"):
        return f"{target} breach upheld"
    if clock.get("disputed") and not earlier.get("disputed"):
        return f"{target} breach disputed"
    if earlier["status"] != clock["status"]:
        if clock["status"] == "paused":
            return f"{target} paused{_remaining(clock)}"
        if earlier["status"] == "paused":
            return f"{target} runs again, due {instant(clock['due_at'], zone)}"
        return f"{target} {_plain_status(clock)}"
    if earlier["due_at"] != clock["due_at"] and clock["due_at"]:
        return f"{target} now due {instant(clock['due_at'], zone)}"
    return ""


def _ended(earlier: Clock, clock: Clock, on_time: bool) -> str:
    if clock["status"] == "met":
        if clock["lifted"]:
            return "met in time after all, breach lifted"
        return f"met{_remaining(earlier)}" if on_time else "met"
    if clock["status"] == "met_late":
        late = clock["late_seconds"]
        return f"met {on_calendar(late, clock['calendar'])} late" if late else "met late"
    return "no longer owed" if clock["status"] == "breached" else _plain_status(clock)
