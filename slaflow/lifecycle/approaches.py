"""Approaches to a lead: attempts that count, what was meant for another stage, and what came too often."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from slaflow.lifecycle.lead import Attempt, Lead
from slaflow.workflow.model.lead import Activity, Approaches
from slaflow.workflow.model.workflow import Workflow


def counted(attempts: Iterable[Attempt], spacing: timedelta) -> tuple[int, int]:
    """How many of *attempts* count, and over how many channels.

    From the earliest on, one counts if *spacing* has passed since the last that counted; channels
    are those of all attempts, counted or not (rules.md, 10).
    """
    counting = list(_counting(attempts, spacing))
    return counting[-1][1:] if counting else (0, 0)


def counted_within(attempts: Iterable[Attempt], spacing: timedelta, after: datetime) -> int:
    """How many of those of *attempts* that count came after that instant."""
    counting = [(at, total) for at, total, _ in _counting(attempts, spacing)]
    before = max((total for at, total in counting if at <= after), default=0)
    return counting[-1][1] - before if counting else 0


def reached_at(attempts: Iterable[Attempt], spacing: timedelta, times: int, channels: int) -> datetime | None:
    """The instant at which *attempts* came to as many that count, over as many channels; None: not yet."""
    counting = _counting(attempts, spacing)
    return next((at for at, total, over in counting if total >= times and over >= channels), None)


def _counting(attempts: Iterable[Attempt], spacing: timedelta) -> Iterator[tuple[datetime, int, int]]:
    """After each attempt its instant, how many count so far, and over how many channels."""
    total = 0
    last: datetime | None = None
    channels: set[str] = set()
    for attempt in attempts:
        channels.add(attempt.channel)
        if last is None or attempt.at - last >= spacing:
            total += 1
            last = attempt.at
        yield attempt.at, total, len(channels)


def remarks(
    workflow: Workflow, lead: Lead, kind: Activity, party: str, then: datetime, reached: str | None
) -> dict[str, Any]:
    """What the entry of a touchpoint says of it, judged on the lead as it stood before; nothing under an
    agreement that does not speak of the journey."""
    if not workflow.tells_stages:
        return {}
    said: dict[str, Any] = {} if lead.stage is None else {"stage": lead.stage}
    if reached is not None:
        said["reached"] = reached
    if kind.fits and lead.stage not in kind.fits:
        said["misfit"] = {"stage": lead.stage}
    pace = workflow.pace
    if pace is not None and party in pace.by and _is_over(lead, pace, then):
        said["over_pace"] = True
    return said


def note_approach(workflow: Workflow, lead: Lead, party: str, then: datetime) -> None:
    """Keeps the instant of an approach, in order of occurrence and as far back as the pace looks."""
    pace = workflow.pace
    if pace is not None and party in pace.by:
        insort(lead.approaches, then)
        del lead.approaches[: -pace.at_most]


def next_welcome(workflow: Workflow, lead: Lead, at: datetime) -> datetime | None:
    """From when on an approach is within the pace again; None where it is at *at*, or nothing bounds it."""
    pace = workflow.pace
    if pace is None or len(lead.approaches) < pace.at_most:
        return None
    again = lead.approaches[-pace.at_most] + pace.per
    return again if again > at else None


def _is_over(lead: Lead, pace: Approaches, then: datetime) -> bool:
    return sum(then - pace.per < each <= then for each in lead.approaches) >= pace.at_most
