"""The steps of a clock: where in its allowance each falls, when, and whether it was carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from slaflow.clock.due import NO_TIME, step_instant
from slaflow.clock.state import Clock
from slaflow.hours.calendar import Calendar
from slaflow.workflow.model.clocks import Step


@dataclass(frozen=True, slots=True)
class Mark:
    """A step: ``share`` is its place in the allowance, 1.0 is due; ``at`` None: nobody knows while paused."""

    label: str
    share: float
    at: datetime | None
    is_done: bool


def marks_of(clock: Clock, steps: tuple[Step, ...], calendar: Calendar) -> tuple[Mark, ...]:
    """The steps that have a place, in the order in which they fall."""
    return tuple(sorted(_marks(clock, steps, calendar), key=lambda mark: mark.share))


def _marks(clock: Clock, steps: tuple[Step, ...], calendar: Calendar) -> Iterator[Mark]:
    for step in steps:
        falls = None if clock.paused_at is not None else step_instant(clock, step, calendar)
        share = _share(clock, step, falls, calendar)
        is_done = step.label in clock.carried_out or (step.is_due and clock.is_broken)
        if share is not None and (falls is not None or is_done or clock.paused_at is not None):
            yield Mark(step.label, share, falls, is_done)


def _share(clock: Clock, step: Step, falls: datetime | None, calendar: Calendar) -> float | None:
    """Where in the allowance a step lies; None where nobody can say."""
    if step.kind == "percent":
        return step.percent / 100
    if clock.allowance <= NO_TIME:
        return 1.0
    if step.kind in ("before", "after"):
        sign = -1 if step.kind == "before" else 1
        return max(1 + sign * (step.offset / clock.allowance), 0.0)
    if falls is None or clock.due_at is None:
        return None
    return 1 + calendar.open_time(clock.due_at, falls) / clock.allowance
