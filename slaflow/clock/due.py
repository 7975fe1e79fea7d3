"""When a clock is due and when its steps fall.

All instants are aware UTC, whole seconds rounded down (rules.md, 4), and never before the instant
from which the clock's time is counted (``base_at``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from slaflow.clock.state import Clock, Status
from slaflow.hours.calendar import Calendar
from slaflow.workflow.model.clocks import Days, OpenTime, Span, Step, Target

NO_TIME = timedelta(0)
SHORTEST = timedelta(minutes=1)


class Counted(Protocol):
    """What time left is counted from: a clock, or as much of it as that takes."""

    @property
    def calendar(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def left(self) -> timedelta: ...
    @property
    def base_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime | None: ...


def floor_second(at: datetime) -> datetime:
    """*at* rounded down to a whole second."""
    return at.replace(microsecond=0) if at.microsecond else at


def due_after(calendar: Calendar, start: datetime, span: Span) -> datetime:
    """The due instant of a promise of *span* that starts at *start*.

    Source: workflow-file.md, "Durations".
    """
    return floor_second(_end_of(calendar, start, span))


def _end_of(calendar: Calendar, start: datetime, span: Span) -> datetime:
    if isinstance(span, OpenTime):
        return calendar.add(start, span.duration)
    if isinstance(span, Days):
        return calendar.close_of_open_day(start, span.days)
    return calendar.close_months_after(start, span.months)


def due_with(calendar: Calendar, base: datetime, left: timedelta) -> datetime:
    """The due instant of a clock that has *left* open time at *base*; never before *base*."""
    return max(floor_second(calendar.add(base, left)), base)


def open_budget(calendar: Calendar, at: datetime, span: Span) -> timedelta:
    """*span* as open time counted from *at*: what a pause's ``at_most`` gives when it first begins."""
    return (
        span.duration if isinstance(span, OpenTime) else calendar.open_time(at, _end_of(calendar, at, span))
    )


def time_left(clock: Counted, calendar: Calendar, at: datetime) -> timedelta:
    """Open time left at *at*; negative once the clock is past due."""
    if clock.left < NO_TIME:
        # Late already when its lead moved to another calendar: that stands, and is counted on from there.
        return clock.left - calendar.open_time(clock.base_at, at)
    if clock.status == "paused" or clock.due_at is None:
        return clock.left
    return calendar.open_time(at, clock.due_at)


def time_used(clock: Clock, calendar: Calendar, at: datetime) -> timedelta:
    """Open time of its allowance the clock has used by *at*, pauses left out."""
    return clock.allowance - time_left(clock, calendar, at)


def used_by(clock: Clock, calendar: Calendar, since: datetime, at: datetime) -> timedelta:
    """Open time the clock had used by an instant that may be past, counted from its start at *since*.

    Exact unless the clock was paused, ran and was paused again since *at*: only the latest turn is kept.
    """
    if at < clock.started_at:
        return calendar.open_time(since, at)
    used = clock.allowance - clock.left
    if at >= clock.base_at and clock.status != "paused":
        return used + calendar.open_time(clock.base_at, at)
    return min(used, calendar.open_time(clock.started_at, at))


def step_instant(clock: Clock, step: Step, calendar: Calendar) -> datetime | None:
    """When *step* falls, or None where it is left out because it would not lie after the start.

    Source: workflow-file.md, "Steps". *clock* is not paused.
    """
    due = clock.due_at
    if due is None:
        return None
    if step.is_due:
        return due
    if step.kind == "after":
        return floor_second(calendar.add(due, step.offset))
    if step.kind == "after_days":
        return floor_second(calendar.close_of_open_day(due, step.days))
    if step.kind == "after_months":
        return floor_second(calendar.close_months_after(due, step.months))
    if step.falls_after_due:
        return floor_second(calendar.add(due, clock.allowance * (step.percent - 100) // 100))
    if step.kind == "before":
        return _before_due(clock, step.offset, due, calendar)
    return _at_share(clock, step.percent, due, calendar)


def _before_due(clock: Clock, offset: timedelta, due: datetime, calendar: Calendar) -> datetime | None:
    # A clock that started outside opening hours has its whole allowance left when they begin, later.
    if offset > clock.allowance or (offset == clock.allowance and calendar.is_open(clock.started_at)):
        return None
    return max(floor_second(calendar.subtract(due, offset)), clock.base_at)


def _at_share(clock: Clock, percent: int, due: datetime, calendar: Calendar) -> datetime | None:
    share = clock.allowance * percent // 100
    # Judged at the start: what was left out then does not come back with a resumption.
    if floor_second(calendar.add(clock.started_at, share)) <= clock.started_at:
        return None
    used = clock.allowance - clock.left
    falls = floor_second(calendar.add(clock.base_at, max(share - used, NO_TIME)))
    return min(max(falls, clock.base_at), due)


def pending_steps(clock: Clock, target: Target, calendar: Calendar) -> Iterator[tuple[datetime, Step]]:
    """The steps still to fall with their instants: before due while unbroken, after it once broken."""
    for step in target.steps:
        if step.label in clock.carried_out or step.falls_after_due != clock.is_broken:
            continue
        falls = step_instant(clock, step, calendar)
        if falls is not None:
            yield falls, step


def next_step(clock: Clock, target: Target, calendar: Calendar) -> tuple[datetime, Step] | None:
    """The step that falls next and its instant; of several at one instant the first in the file."""
    found: tuple[datetime, Step] | None = None
    for pair in pending_steps(clock, target, calendar):
        if found is None or pair[0] < found[0]:
            found = pair
    return found


def wake_instant(clock: Clock, target: Target, calendar: Calendar) -> datetime | None:
    """When time alone next does something to the clock; None if never.

    A clock that ended or was lifted carries out nothing more; a paused one wakes when its budget ends.
    """
    if not clock.is_open or clock.lifted:
        return None
    if clock.status == "paused":
        return pause_end(clock, calendar)
    step = next_step(clock, target, calendar)
    return step[0] if step else None


def pause_end(clock: Clock, calendar: Calendar) -> datetime | None:
    """When the pause's budget is used up; None where the pause has no bound."""
    if clock.budget is None or clock.paused_at is None:
        return None
    return max(floor_second(calendar.add(clock.paused_at, clock.budget)), clock.paused_at)
