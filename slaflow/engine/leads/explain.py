"""Why a clock is due when it is, and why a trigger is refused: in plain words and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.clock.disputes import is_disputed, is_upheld
from slaflow.clock.rules import may_pause
from slaflow.clock.state import Clock
from slaflow.engine.leads.lead_json import kept_by, late_seconds, left_seconds
from slaflow.engine.leads.stretch import Stretch, Stretches
from slaflow.errors import UnknownName
from slaflow.hours.calendar import Calendar
from slaflow.hours.ledger import spans
from slaflow.hours.words import open_time
from slaflow.lifecycle.clocks import has_reason
from slaflow.lifecycle.decision import Decision, instant_text
from slaflow.lifecycle.erasure import LeadErased
from slaflow.lifecycle.guards import available
from slaflow.lifecycle.owners.promises import is_waiting
from slaflow.lifecycle.view import View
from slaflow.lifecycle.work import Versions, no_other
from slaflow.store.database import Connection
from slaflow.store.log.entries import entries
from slaflow.store.log.filter import LogFilter
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.workflow import Workflow

PAUSE_KINDS = ("clock_paused", "clock_resumed", "clock_restarted")


NONE: Stretches = {}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a clock's time: paused, resumed or restarted at an instant."""

    target: str
    clock: int
    kind: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of all clocks of a lead, and the terms that they had before it moved."""

    all: list[Turn]
    earlier: Stretches

    def names(self, clock: Clock) -> list[str]:
        """What *clock* is called, and was before."""
        return [clock.target, *(each.key[0] for each in self.stretches(clock))]

    def stretches(self, clock: Clock) -> list[Stretch]:
        """The earlier terms of *clock* since it started, which may have been anew."""
        known = self.earlier.get((clock.target, clock.number), ())
        return [each for each in known if each.until > clock.started_at]

    def of(self, clock: Clock) -> list[Turn]:
        """The pauses of *clock* since it started."""
        keys = {(clock.target, clock.number), *(each.key for each in self.stretches(clock))}
        own = (turn for turn in self.all if (turn.target, turn.clock) in keys)
        return [t for t in own if t.at >= clock.started_at and t.kind != "clock_restarted"]


def history(conn: Connection, lead_id: int) -> list[Turn]:
    """The pauses of every clock of the lead, oldest first."""
    found = [
        Turn(entry.target or "", entry.clock or 0, entry.kind, entry.at, entry.seq)
        for kind in PAUSE_KINDS
        for entry in entries(conn, LogFilter(lead=lead_id, kind=kind))
    ]
    return sorted(found, key=lambda turn: turn.seq)


def explain(
    workflow: Workflow, settled: Decision, before: list[Turn], name: str | None, at: datetime,
    versions: Versions = no_other, earlier: Stretches = NONE,
) -> dict[str, Any]:  # fmt: skip
    """What stands behind a target's latest clock or a trigger; without a *name*, of all open ones.

    A clock that ended under a version that the lead has left is explained by that one; *earlier* are the
    terms that clocks had before their lead moved. A clock answers to its earlier names too.

    Raises:
        UnknownName: neither a target, a timer nor a trigger of the lead's workflow.
    """
    turns = Turns([*before, *_turns(settled)], earlier)
    triggers = available(workflow, settled.lead, at)
    if name is None:
        clocks = [c for c in settled.clocks if c.is_open]
        lines = [_clock(workflow, settled, c, turns, at) for c in clocks]
        return {"lead": settled.lead.id, "clocks": lines, "available": triggers}
    names = (name for clock in settled.clocks for name in turns.names(clock))
    targets = list(dict.fromkeys((*(t.name for t in workflow.targets), *names)))
    if name in targets:
        return _latest(workflow, settled, turns, name, at, versions)
    if name not in workflow.triggers:
        raise UnknownName("target or trigger", name, [*targets, *workflow.triggers])
    return _trigger(settled, triggers, name)


def _turns(settled: Decision) -> list[Turn]:
    """What settling in memory added to the log's turns."""
    return [
        Turn(e.target or "", e.clock or 0, e.kind, e.at, e.seq)
        for e in settled.entries
        if e.kind in PAUSE_KINDS
    ]


def _latest(
    workflow: Workflow, settled: Decision, turns: Turns, name: str, at: datetime, versions: Versions
) -> dict[str, Any]:
    clocks = [c for c in settled.clocks if c.target == name]
    clocks = clocks or [c for c in settled.clocks if name in turns.names(c)]
    if clocks:
        latest = max(clocks, key=lambda c: c.number)
        return _clock(kept_by(latest, workflow, versions), settled, latest, turns, at)
    plain = [f"no clock of {name} has started for this lead"]
    if is_waiting(settled.lead, name):
        plain = [f"{name} waits for somebody to own the lead, and starts then"]
    nothing: dict[str, Any] = {"target": name, "started_at": None, "due_at": None, "spans": []}
    return {**nothing, "status": None, "plain": plain}


def _trigger(settled: Decision, triggers: list[dict[str, Any]], name: str) -> dict[str, Any]:
    rows = [row for row in triggers if row["trigger"] == name]
    state = settled.lead.state
    because = [reason for row in rows for reason in row["because"]]
    if (erased_at := settled.lead.erased_at) is not None:
        because = [str(LeadErased(settled.lead.id, erased_at))]
    elif not rows:
        because = [f"{name} does not lead from {state}"]
    return {
        "trigger": name,
        "state": state,
        "allowed": any(row["allowed"] for row in rows),
        "because": because,
        "rows": rows,
    }


def _clock(workflow: Workflow, settled: Decision, clock: Clock, turns: Turns, at: datetime) -> dict[str, Any]:
    target = workflow.target(clock.target)
    before = turns.stretches(clock)
    end = clock.due_at if clock.due_at is not None else clock.started_at
    if clock.status == "paused" and clock.paused_at is not None:
        end = clock.paused_at
    calendars = [*((each.calendar, each.until) for each in before), (workflow.calendars[clock.calendar], end)]
    lines = _spans(calendars, clock.started_at, end, turns.of(clock))
    not_paused = _not_paused(target, clock, View(workflow, settled.lead, at))
    return {
        "target": clock.target,
        "title": target.title,
        "status": clock.status,
        "owed_by": clock.owed_by,
        "started_at": instant_text(clock.started_at),
        "due_at": None if clock.due_at is None else instant_text(clock.due_at),
        "within": target.cases[clock.case].allowance.text,
        "case": clock.case,
        "when": _condition(workflow, clock),
        "calendar": clock.calendar,
        "open_seconds": int(clock.allowance.total_seconds()),
        "left_seconds": left_seconds(workflow, clock, at) if clock.is_open else None,
        "late_seconds": late_seconds(workflow, clock, at),
        "spans": lines,
        **({"before": [each.as_json() for each in before]} if before else {}),
        "not_paused": not_paused,
        "plain": [*_plain(workflow, clock, lines, before), *([not_paused] if not_paused else [])],
    }


def _not_paused(target: Target, clock: Clock, view: View) -> str | None:
    """Why a clock runs although the condition of its pause holds: nobody said why it should not."""
    terms = target.pause
    if terms is None or has_reason(target, view) or not may_pause(clock) or not view.holds(terms.when):
        return None
    return f"not paused, although {terms.when.text}: {terms.reason} does not say why"


def _condition(workflow: Workflow, clock: Clock) -> str | None:
    when = workflow.target(clock.target).cases[clock.case].when
    return None if when is None else when.text


def _spans(
    calendars: Sequence[tuple[Calendar, datetime]], start: datetime, end: datetime, turns: list[Turn]
) -> list[dict[str, Any]]:
    """The stretches from start to due, each by the calendar that ruled until then.

    A paused one counts nothing, whatever the calendar says.
    """
    lines: list[dict[str, Any]] = []
    since, paused = start, False
    for turn in [*turns, Turn("", 0, "", end, 0)]:
        while (upto := min(turn.at, end)) > since:
            calendar, until = next((each for each in calendars if each[1] > since), calendars[-1])
            upto = upto if until <= since else min(upto, until)
            lines += [_paused(since, upto)] if paused else _counted(calendar, since, upto)
            since = upto
        paused = turn.kind == "clock_paused"
    return lines


def _paused(start: datetime, end: datetime) -> dict[str, Any]:
    return {"from": instant_text(start), "to": instant_text(end), "seconds": 0, "what": "paused"}


def _counted(calendar: Calendar, start: datetime, end: datetime) -> list[dict[str, Any]]:
    return [
        {
            "from": instant_text(span.from_at),
            "to": instant_text(span.to_at),
            "seconds": span.seconds,
            "what": span.what,
        }
        for span in spans(calendar, start, end)
    ]


def _plain(
    workflow: Workflow, clock: Clock, spans: list[dict[str, Any]], before: Sequence[Stretch]
) -> list[str]:
    """The same in words, in the workflow's zone."""
    target = workflow.target(clock.target)
    within = target.cases[clock.case].allowance.text
    zone = ZoneInfo(workflow.timezone)
    owed = f"{clock.owed_by} owes" if clock.owed_by else "a timer of"
    lines = [
        f"{clock.target}: {owed} {within} on the calendar {clock.calendar}, counted in {workflow.timezone}",
        f"started {local(clock.started_at, zone)}",
    ]
    if (condition := _condition(workflow, clock)) is not None:
        lines.append(f"case {clock.case + 1}, because {condition}")
    lines += [_was(each, zone) for each in before]
    for span in spans:
        begins, ends = (local(datetime.fromisoformat(span[key]), zone) for key in ("from", "to"))
        counts = open_time(span["seconds"]) if span["seconds"] else "0"
        lines.append(f"  {begins} to {ends}: {span['what']}, counts {counts}")
    if clock.graced:
        lines.append("given grace when the lead moved to this version, as nothing was left")
    if clock.due_at is not None and clock.status != "paused":
        lines.append(f"due {local(clock.due_at, zone)}")
    return [*lines, *_lifted(clock, zone)]


def _was(stretch: Stretch, zone: ZoneInfo) -> str:
    said = stretch.as_json()
    pause = said["pause"]
    paused = "" if pause is None else f", paused while {pause['when']}"
    if pause is not None and pause["at_most"] is not None:
        paused += f" for at most {pause['at_most']}"
    until, name = local(stretch.until, zone), said["target"]
    return f"until {until} it was {name}: {said['within']} on the calendar {said['calendar']}{paused}"


def _lifted(clock: Clock, zone: ZoneInfo) -> list[str]:
    if not clock.lifted:
        ruling = "and that was turned down" if is_upheld(clock) else "and nobody has ruled on that yet"
        return [f"its breach is disputed, {ruling}"] if is_disputed(clock) else []
    if clock.status == "met" and clock.ended_at is not None:
        return [f"fulfilled {local(clock.ended_at, zone)}, as was told later: its breach is lifted"]
    return ["its breach is lifted; " + ("it is still owed" if clock.is_open else "it is no longer owed")]


def local(at: datetime, zone: ZoneInfo) -> str:
    """*at* as a person of that zone writes it: ``Fri 2026-03-06 14:30``, seconds only where there are any."""
    here = at.astimezone(zone)
    form = "%a %Y-%m-%d %H:%M:%S" if here.second else "%a %Y-%m-%d %H:%M"
    return here.strftime(form)


def compile_condition(workflow: Workflow, text: str) -> Any:
    """A CEL condition over what a guard sees of a lead, for ``lead list --where``."""
    # Imported here: no other command on a lead compiles anything, and what does takes long to import.
    from slaflow.workflow.compile.scopes import guard_scope

    return guard_scope(workflow).compile(text, "bool")
