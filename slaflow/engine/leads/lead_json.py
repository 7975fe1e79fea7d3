"""LEAD of json.md, "A lead": what people and scripts are shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from slaflow.clock.disputes import is_disputed, is_upheld
from slaflow.clock.due import Counted, time_left
from slaflow.clock.state import Clock
from slaflow.engine.leads.marks import marks_of
from slaflow.lifecycle.approaches import next_welcome
from slaflow.lifecycle.clocks import allowed_seconds, seconds
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.guards import available
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.view import View
from slaflow.lifecycle.work import Versions
from slaflow.workflow.model.workflow import Workflow


def lead_json(
    workflow: Workflow, lead: Lead, clocks: Iterable[Clock], at: datetime, versions: Versions,
    *, with_available: bool,
) -> dict[str, Any]:  # fmt: skip
    """LEAD as of *at*, to which the lead has been settled; *versions* gives those it has left."""
    view = View(workflow, lead, at)
    total, channels = view.attempts()
    shown: dict[str, Any] = {
        "id": lead.id,
        "key": lead.key,
        "state": lead.state,
        "owner": lead.owner,
        "held_by": lead.held_by,
        "waits_for": lead.waits_for,
        "waits_since": None if lead.waits_since is None else instant_text(lead.waits_since),
        "workflow": lead.workflow,
        "digest": lead.digest,
        "created_at": instant_text(lead.created_at),
        "entered_at": instant_text(lead.entered_at),
        "erased_at": None if lead.erased_at is None else instant_text(lead.erased_at),
        "score": view.score("score"),
        "fit": view.score("fit"),
        "engagement": view.score("engagement"),
        "stage": lead.stage,
        "fields": {name: lead.fields.get(name) for name in workflow.fields},
        "checks": {
            name: {"passed": answer.passed, "answer": dict(answer.values)}
            for name, answer in lead.checks.items()
            if name in workflow.checks
        },
        "attempts": {"total": total, "channels": channels},
        "cycles": lead.cycles,
        "clocks": [
            _clock(kept_by(clock, workflow, versions), clock, at, with_available)
            for clock in in_order(workflow, clocks)
        ],
    }
    shown |= _journey(workflow, lead, at)
    if with_available:
        shown |= {"as_of": instant_text(at), "available": available(workflow, lead, at)}
    return shown


def _journey(workflow: Workflow, lead: Lead, at: datetime) -> dict[str, Any]:
    """What the agreement says of the buyer's journey: its stages, and from when on an approach is welcome."""
    said: dict[str, Any] = {}
    if workflow.described:
        said["stages"] = [
            {"name": each.name, "title": each.title, "about": each.about, "signal": each.signal}
            for each in workflow.described
        ]
    if workflow.pace is not None:
        welcome = next_welcome(workflow, lead, at)
        said["next_welcome_at"] = None if welcome is None else instant_text(welcome)
    return said


_LEAD = (
    "id", "key", "state", "owner", "held_by", "waits_for", "waits_since", "workflow", "digest", "created_at",
    "entered_at", "erased_at", "score", "fit", "engagement", "stage",
)  # fmt: skip
_CLOCK = (
    "status", "owed_by", "owner", "number", "started_at", "due_at", "paused_at", "left_seconds",
    "breached_at", "ended_at", "late_seconds", "lifted", "calendar", "graced",
)  # fmt: skip


def lead_columns(workflows: Iterable[Workflow]) -> list[str]:
    """Where in LEAD without ``available`` something may stand under *workflows*, in their order.

    Of each target one clock is meant, as in ``clocks.respond.due_at``.
    """
    known = list(workflows)
    answers = (
        f"checks.{name}.{part}"
        for workflow in known
        for name, each in workflow.checks.items()
        for part in ("passed", *(f"answer.{field}" for field in each.fields))
    )
    targets = dict.fromkeys(target.name for workflow in known for target in workflow.targets)
    columns = (
        *_LEAD,
        *(f"fields.{name}" for workflow in known for name in workflow.fields),
        *answers,
        "attempts.total",
        "attempts.channels",
        "cycles",
        *(f"clocks.{target}.{part}" for target in targets for part in _CLOCK),
    )
    return list(dict.fromkeys(columns))


def in_order(workflow: Workflow, clocks: Iterable[Clock]) -> list[Clock]:
    """Clocks by target in file order, each target's oldest first."""
    places = {target.name: target.index for target in workflow.targets}
    return sorted(clocks, key=lambda c: (places.get(c.target, len(places)), c.target, c.number))


def kept_by(clock: Clock, workflow: Workflow, versions: Versions) -> Workflow:
    """The version whose terms *clock* keeps, of a lead that lives under *workflow*."""
    return workflow if clock.digest == workflow.digest else versions(clock.digest)


def clock_json(workflow: Workflow, clock: Clock, at: datetime) -> dict[str, Any]:
    """A clock as LEAD carries it; while paused ``due_at`` is where it stood when the pause began.

    ``disputed`` and ``upheld`` stand there where its breach is disputed.
    """
    return {
        "target": clock.target,
        "status": clock.status,
        "owed_by": clock.owed_by,
        "owner": clock.owner,
        "number": clock.number,
        "started_at": instant_text(clock.started_at),
        "due_at": None if clock.due_at is None else instant_text(clock.due_at),
        "paused_at": None if clock.paused_at is None else instant_text(clock.paused_at),
        "left_seconds": left_seconds(workflow, clock, at) if clock.is_open else None,
        "breached_at": None if clock.breached_at is None else instant_text(clock.breached_at),
        "ended_at": None if clock.ended_at is None else instant_text(clock.ended_at),
        "late_seconds": late_seconds(workflow, clock, at),
        "lifted": clock.lifted,
        "calendar": clock.calendar,
        "graced": clock.graced,
        **({"disputed": True, "upheld": is_upheld(clock)} if is_disputed(clock) else {}),
    }


def _clock(workflow: Workflow, clock: Clock, at: datetime, is_alone: bool) -> dict[str, Any]:
    """A clock; of a lead that is shown alone also with what each look at a calendar is needed for."""
    shown = clock_json(workflow, clock, at)
    return {**shown, **_outlook(workflow, clock, at)} if is_alone else shown


def _outlook(workflow: Workflow, clock: Clock, at: datetime) -> dict[str, Any]:
    """What it is called, how long it has, when its time goes on or stops, and when each step falls."""
    target, calendar = workflow.target(clock.target), workflow.calendars[clock.calendar]
    edge = calendar.next_edge(at) if clock.is_open else None
    return {
        "title": target.title,
        "allowance_seconds": allowed_seconds(clock),
        "open_now": clock.is_open and calendar.is_open(at),
        "next_edge_at": None if edge is None else instant_text(edge),
        "steps": [
            {
                "label": each.label,
                "at": None if each.at is None else instant_text(each.at),
                "done": each.is_done,
            }
            for each in marks_of(clock, target.steps, calendar)
        ],
    }


def late_seconds(workflow: Workflow, clock: Clock, at: datetime) -> int | None:
    """Open time past due of a broken clock: frozen where it ended, running while it is owed.

    None also where it turned out to have been met in time.
    """
    if not clock.is_broken or clock.due_at is None or clock.status == "met":
        return None
    return seconds(-time_left(clock, workflow.calendars[clock.calendar], clock.ended_at or at))


def left_seconds(workflow: Workflow, clock: Counted, at: datetime) -> int:
    """Open time left until due, negative once it is past."""
    left = time_left(clock, workflow.calendars[clock.calendar], at)
    return int(left.total_seconds() // 1)
