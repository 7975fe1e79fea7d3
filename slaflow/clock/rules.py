"""What can happen to a clock: started, paused, resumed, moved, met, cancelled, broken.

Each rule changes the clock it is given and keeps ``wake_at`` right; writing log entries about it is
the lifecycle's part.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from slaflow.clock.due import (
    NO_TIME,
    SHORTEST,
    due_after,
    due_with,
    floor_second,
    open_budget,
    time_used,
    wake_instant,
)
from slaflow.clock.state import Clock
from slaflow.hours.calendar import Calendar
from slaflow.hours.zones import months_later
from slaflow.workflow.model.clocks import (
    Allowance,
    Days,
    LocalTime,
    Months,
    OpenTime,
    Pause,
    Target,
    UntilField,
)
from slaflow.workflow.model.lead import Value

SECOND = timedelta(seconds=1)


def due_at_start(
    allowance: Allowance, calendar: Calendar, start: datetime, until: Value = None
) -> tuple[datetime, timedelta]:
    """The due instant and the open time until it, for a clock that starts at *start*.

    *until* is the stored value of the field that an ``until`` reads.
    """
    if isinstance(allowance, UntilField):
        due = until_instant(allowance, calendar, until)
        if due <= start:
            due = floor_second(start + SHORTEST)
    elif isinstance(allowance, LocalTime):
        due = calendar.next_local_time(start, allowance.minutes)
    else:
        due = due_after(calendar, start, allowance)
    if isinstance(allowance, OpenTime):
        return due, allowance.duration
    return due, max(calendar.open_time(start, due), NO_TIME)


def until_instant(allowance: UntilField, calendar: Calendar, until: Value) -> datetime:
    """The instant that an ``until`` names, ``before`` taken off.

    Source: workflow-file.md, "Durations": a date is the close of that local day, a datetime that instant;
    ``before`` in days and months goes back local days, in hours and minutes elapsed time.
    """
    days = allowance.before.days if isinstance(allowance.before, Days) else 0
    months = allowance.before.months if isinstance(allowance.before, Months) else 0
    elapsed = allowance.before.duration if isinstance(allowance.before, OpenTime) else NO_TIME
    if allowance.is_date:
        day = months_later(date.fromisoformat(str(until)), -months) - timedelta(days=days)
        return floor_second(calendar.close_of_day(day) - elapsed)
    local = datetime.fromisoformat(str(until)).astimezone(ZoneInfo(calendar.timezone))
    day = months_later(local.date(), -months) - timedelta(days=days)
    back = datetime.combine(day, local.time()).replace(tzinfo=local.tzinfo, fold=local.fold)
    return floor_second(back.astimezone(ZoneInfo("UTC")) - elapsed)


def refresh(clock: Clock, target: Target, calendar: Calendar) -> None:
    """Sets ``wake_at`` anew; every rule below ends with it."""
    clock.wake_at = wake_instant(clock, target, calendar)


def pause(clock: Clock, target: Target, calendar: Calendar, at: datetime) -> None:
    """Stops the clock's time at *at*; the first pause draws its budget."""
    assert target.pause is not None
    if clock.budget is None:
        clock.budget = first_budget(target.pause, calendar, at)
    # Not measured to due, which is rounded down: many pauses would lose a second each.
    clock.left = max(clock.left - calendar.open_time(clock.base_at, at), NO_TIME)
    clock.base_at = at
    clock.status = "paused"
    clock.paused_at = at
    refresh(clock, target, calendar)


def first_budget(terms: Pause, calendar: Calendar, at: datetime) -> timedelta | None:
    """How long the clock may be paused in its life, in open time; None for no bound."""
    return None if terms.at_most is None else open_budget(calendar, at, terms.at_most)


def may_pause(clock: Clock) -> bool:
    """Only a running, unbroken clock with something left of its pause's budget pauses."""
    return (
        clock.is_open
        and clock.status == "running"
        and not clock.is_broken
        and (clock.budget is None or clock.budget > NO_TIME)
    )


def resume(clock: Clock, target: Target, calendar: Calendar, at: datetime) -> None:
    """Lets the clock run on from *at* with the time it had left."""
    draw_budget(clock, calendar, at)
    clock.status = "running"
    clock.paused_at = None
    clock.base_at = at
    if isinstance(allowance := target.cases[clock.case].allowance, LocalTime):
        _resume_to_local_time(clock, allowance, calendar, at)
        refresh(clock, target, calendar)
        return
    due = due_with(calendar, at, clock.left)
    # An until may name an instant outside opening hours, later than its open time is used up.
    clock.due_at = due if clock.due_at is None else max(due, clock.due_at)
    refresh(clock, target, calendar)


def _resume_to_local_time(clock: Clock, allowance: LocalTime, calendar: Calendar, at: datetime) -> None:
    """A pause moves no time of day: if it has passed meanwhile, the next one counts."""
    if clock.due_at is None or clock.due_at <= at:
        clock.due_at = calendar.next_local_time(at, allowance.minutes)
    clock.left = max(calendar.open_time(at, clock.due_at), NO_TIME)


def draw_budget(clock: Clock, calendar: Calendar, at: datetime) -> None:
    """Takes the time paused until *at* off the pause's budget, which is one for the clock's life."""
    assert clock.paused_at is not None
    if clock.budget is not None:
        clock.budget = max(clock.budget - calendar.open_time(clock.paused_at, at), NO_TIME)


def exhaust(clock: Clock, target: Target, calendar: Calendar, at: datetime) -> None:
    """Resumes the clock because its pause's budget is used up; no pause follows."""
    resume(clock, target, calendar, at)
    clock.budget = NO_TIME


def move_due(clock: Clock, target: Target, calendar: Calendar, at: datetime, due: datetime) -> None:
    """Moves the due instant; one not after the move gives due one minute after it.

    Steps already carried out stay so; the others move along (workflow-file.md, "Clocks").
    """
    moved = due if due > at else floor_second(at + SHORTEST)
    used = max(time_used(clock, calendar, at), NO_TIME)
    clock.left = max(calendar.open_time(at, moved), NO_TIME)
    clock.allowance = used + clock.left
    clock.base_at = at
    clock.due_at = moved
    refresh(clock, target, calendar)


def meet(clock: Clock, at: datetime) -> None:
    """The promise is fulfilled: in time, or late if it was broken before."""
    clock.status = "met_late" if clock.is_broken else "met"
    _end(clock, at)


def meet_at(clock: Clock, then: datetime, used: timedelta) -> None:
    """The promise turns out to have been fulfilled at *then*, which may be before what is known of it.

    In time it ends as met, and a breach is lifted; else as met late. *used* is the open time until then.
    """
    if clock.breached_at is not None and then > clock.breached_at:
        clock.status = "met_late"
    else:
        clock.status = "met"
        clock.lifted = clock.lifted or clock.is_broken
        clock.left = max(clock.allowance - used, NO_TIME)
        clock.base_at = then
        clock.paused_at = None
    clock.let_go = False
    _end(clock, then)


def note_late(clock: Clock, late_seconds: int) -> None:
    """Notes how long a broken promise took: what it was given, and how late it was."""
    clock.open_seconds = clock.allowance // SECOND + late_seconds


def lift(clock: Clock) -> None:
    """Excuses the breach, not the duty: what is still owed stays owed, its later steps lapse."""
    clock.lifted = True
    clock.wake_at = None


def cancel(clock: Clock, at: datetime, *, by_debtor: bool = False) -> None:
    """The clock ends unfulfilled; a broken one stays ``breached``, no longer owed.

    Unbroken it was let go where who owed it moved the lead on.
    """
    if not clock.is_broken:
        clock.status, clock.let_go = "cancelled", by_debtor
    _end(clock, at)


def pass_on(clock: Clock, at: datetime) -> None:
    """Another owner follows: the promise of the one before ends unfulfilled; broken it stays ``breached``."""
    if not clock.is_broken:
        clock.status = "passed_on"
    _end(clock, at)


def break_promise(clock: Clock) -> None:
    """The due instant passed unfulfilled."""
    clock.status = "breached"
    clock.breached_at = clock.due_at


def fire_timer(clock: Clock, at: datetime) -> None:
    """A timer did what it was set for."""
    clock.status = "fired"
    _end(clock, at)


def _end(clock: Clock, at: datetime) -> None:
    if clock.paused_at is not None:
        # What passed since the pause began was not used up.
        clock.base_at = at
    clock.ended_at = at
    clock.wake_at = None
    clock.paused_at = None
