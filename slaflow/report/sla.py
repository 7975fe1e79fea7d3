"""The SLA report: what each party promised per lead, and what came of it.

Counts every clock that started in the period, as it stands at the report's instant. Nothing is saved: a
running clock past its due instant counts as broken, whether or not a tick has said so yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.clock.due import NO_TIME
from slaflow.clock.state import Clock
from slaflow.engine.app import Engine
from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.lifecycle.draft import instant_text
from slaflow.lifecycle.people import Directory
from slaflow.store import people as people_store
from slaflow.store import workflows as workflow_store
from slaflow.store.database import Connection
from slaflow.store.figures import ClockFigure, promises
from slaflow.workflow.model import Workflow

GROUPINGS = ("owner", "team", "month")
NONE = "(none)"
OUTCOMES = ("met", "met_late", "breached", "running", "cancelled", "lifted")


class InvertedRange(SlaflowError):
    """A period that ends before it begins."""

    code = "inverted_range"
    exit_code = USAGE

    def __init__(self, start: datetime, end: datetime) -> None:
        super().__init__(f"--from {instant_text(start)} is not before --to {instant_text(end)}; swap them")


@dataclass(slots=True)
class Tally:
    """The clocks of one target. ``seconds`` are open times from start to fulfilment."""

    owed_by: str
    started: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    seconds: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "owed_by": self.owed_by,
            "started": self.started,
            **self.outcomes,
            "met_rate": met_rate(self.outcomes),
            "median_seconds": percentile(self.seconds, 0.5),
            "p90_seconds": percentile(self.seconds, 0.9),
        }


def met_rate(outcomes: dict[str, int]) -> float | None:
    """Met within the promise over all that were decided; lifted ones count as met. None: nothing yet."""
    met = outcomes["met"] + outcomes["lifted"]
    decided = met + outcomes["met_late"] + outcomes["breached"]
    return round(met / decided, 4) if decided else None


def percentile(seconds: list[int], share: float) -> int | None:
    """The nearest-rank percentile, None of nothing."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def outcome(clock: Clock, at: datetime) -> str:
    """What a clock counts as at *at*; exactly one of :data:`OUTCOMES`."""
    if clock.lifted:
        return "lifted"
    if clock.status == "running" and clock.due_at is not None and clock.due_at < at:
        return "breached"
    return "running" if clock.status == "paused" else clock.status


@dataclass(slots=True)
class Figures:
    """What each target and each party came to. A target of two agreements may be owed by two parties."""

    targets: dict[str, Tally] = field(default_factory=dict)
    parties: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, clock: Clock, workflow: Workflow, now: datetime) -> None:
        """Adds one clock as it stands at *now*."""
        party, came_to = clock.owed_by or "", outcome(clock, now)
        tally = self.targets.setdefault(clock.target, Tally(party))
        tally.started += 1
        tally.outcomes[came_to] += 1
        self.parties.setdefault(party, dict.fromkeys(OUTCOMES, 0))[came_to] += 1
        seconds = open_seconds(clock, workflow)
        if seconds is not None:
            tally.seconds.append(seconds)

    def as_json(self) -> dict[str, Any]:
        parties = {
            party: {"met_rate": met_rate(total), "breached": total["breached"]}
            for party, total in sorted(self.parties.items())
        }
        return {
            "targets": {name: self.targets[name].as_json() for name in sorted(self.targets)},
            "parties": parties,
        }


def open_seconds(clock: Clock, workflow: Workflow) -> int | None:
    """Open time from start to fulfilment, pauses left out; None where it was not fulfilled."""
    if clock.status not in ("met", "met_late") or clock.ended_at is None:
        return None
    calendar = workflow.calendars[clock.calendar]
    used = clock.allowance - clock.left
    since = NO_TIME if clock.base_at >= clock.ended_at else calendar.open_time(clock.base_at, clock.ended_at)
    return int((used + since) / timedelta(seconds=1))


def sla(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """``report sla`` of INTERFACE.md; with *by* also ``groups``, the same figures per group.

    Args:
        start, end: the period in which the clocks started, half-open; None is unbounded.
        by: ``owner``, ``team``, ``month`` (of the start, in the workflow's zone) or a lead field.

    Raises:
        InvertedRange: *end* is not after *start*.
        UnknownName: *by* is nothing to group by.
    """
    if start is not None and end is not None and end <= start:
        raise InvertedRange(start, end)
    now = app.present(at)
    everything = Figures()
    groups: dict[str, Figures] = {}
    with app.database.read() as conn:
        if by is not None:
            _check_grouping(app, conn, by)
        directory = people_store.directory(conn)
        for figure in promises(conn, start, end):
            workflow = app.workflow(figure.digest)
            everything.count(figure.clock, workflow, now)
            if by is not None:
                name = group_of(by, figure, workflow, directory)
                groups.setdefault(name, Figures()).count(figure.clock, workflow, now)
    report = {
        "from": None if start is None else instant_text(start),
        "to": None if end is None else instant_text(end),
        "settled_to": instant_text(now),
        **everything.as_json(),
    }
    if by is not None:
        report["by"] = by
        report["groups"] = {name: groups[name].as_json() for name in sorted(groups)}
    return report


def _check_grouping(app: Engine, conn: Connection, by: str) -> None:
    """Raises ``UnknownName`` unless *by* is a grouping, or a field of some version that was in force."""
    if by in GROUPINGS:
        return
    digests = {version.digest for version in workflow_store.versions(conn)}
    versions = workflow_store.by_digest(conn, digests).values()
    fields = [name for version in versions for name in app.remember(version).fields]
    if by not in fields:
        raise UnknownName("grouping", by, [*GROUPINGS, *fields])


def group_of(by: str, figure: ClockFigure, workflow: Workflow, directory: Directory) -> str:
    """The group a clock is put in; what has no value stands under ``(none)``."""
    clock = figure.clock
    if by == "owner":
        return clock.owner or NONE
    if by == "team":
        person = directory.person(clock.owner, clock.started_at)
        return person.team if person and person.team else NONE
    if by == "month":
        return clock.started_at.astimezone(ZoneInfo(workflow.timezone)).strftime("%Y-%m")
    value = figure.fields.get(by)
    if isinstance(value, bool):
        return "true" if value else "false"
    return NONE if value is None else str(value)
