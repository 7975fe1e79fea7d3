"""What a clock has left under new terms: open time used is kept, due is counted from the move on.

Nothing here writes entries; what the numbers come to is told in ``clocks.py``. Source: rules.md, 23.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from slaflow.clock import rules
from slaflow.clock.due import (
    NO_TIME,
    SHORTEST,
    due_after,
    due_with,
    floor_second,
    open_budget,
    step_instant,
    time_left,
)
from slaflow.clock.sightings import counts_since, never_paused
from slaflow.clock.state import Clock
from slaflow.hours.calendar import Calendar
from slaflow.workflow.model.clocks import (
    Allowance,
    Days,
    LocalTime,
    Months,
    OpenTime,
    Span,
    Step,
    Target,
    UntilField,
)
from slaflow.workflow.model.lead import Value


@dataclass(frozen=True, slots=True)
class Counting:
    """How a clock counted until *at*, and how it counts from then on."""

    at: datetime
    used: timedelta
    """Open time of its allowance by *at*."""
    old: Calendar
    new: Calendar
    is_same: bool
    """Whether both calendars are open at the same times."""
    paused_before: bool
    """Whether the clock is paused, or was: then its days are not those since its start."""


def counting(
    clock: Clock, target: Target, old: Calendar, new: Calendar, is_same: bool, at: datetime
) -> Counting:
    """How *clock* counted; *target* is what it is a clock of in the old text."""
    resumed = target.pause is not None and not never_paused(clock)
    paused_before = clock.status == "paused" or clock.budget is not None or resumed
    if clock.status == "paused" or clock.is_broken:
        used = clock.allowance - clock.left
    else:
        # Not measured to due, which is rounded down.
        used = clock.allowance - clock.left + old.open_time(clock.base_at, at)
    return Counting(at, used, old, new, is_same, paused_before)


def recount(clock: Clock, allowance: Allowance, how: Counting, until: Value) -> None:
    """Gives an unbroken *clock* the new *allowance*; *until* is the value of the field an ``until`` reads."""
    if isinstance(allowance, OpenTime):
        _keep_used(clock, allowance.duration, how)
    elif isinstance(allowance, Days | Months):
        due = due_after(how.new, clock.started_at, allowance)
        whole = max(how.new.open_time(clock.started_at, due), NO_TIME)
        if how.paused_before:
            _keep_used(clock, whole, how)
        elif how.is_same and clock.base_at == clock.started_at:
            clock.allowance, clock.left, clock.due_at = whole, whole, due
        else:
            _fall_due(clock, due, how)
    else:
        _fall_due(clock, _named(clock, allowance, how, until), how)


def _named(clock: Clock, allowance: LocalTime | UntilField, how: Counting, until: Value) -> datetime:
    if isinstance(allowance, UntilField):
        return rules.until_instant(allowance, how.new, until)
    return how.new.next_local_time(clock.started_at, allowance.minutes)


def _keep_used(clock: Clock, allowance: timedelta, how: Counting) -> None:
    """What it has used counts against *allowance*; a paused clock's time starts again when it resumes."""
    if clock.status != "paused" and not how.is_same:
        clock.base_at, clock.left, clock.allowance = how.at, allowance - how.used, allowance
    else:
        clock.left += allowance - clock.allowance
        clock.allowance = allowance
    clock.due_at = due_with(how.new, clock.base_at, max(clock.left, NO_TIME))


def _fall_due(clock: Clock, due: datetime, how: Counting) -> None:
    """Due at an instant that does not hang on what was used."""
    if clock.status != "paused":
        clock.base_at = how.at
    clock.due_at = due
    clock.left = max(how.new.open_time(clock.base_at, due), NO_TIME)
    clock.allowance = how.used + clock.left


def is_over(clock: Clock, allowance: Allowance, how: Counting) -> bool:
    """Whether nothing is left of it at the move, or it would be due by then."""
    if clock.status == "paused":
        return clock.left <= NO_TIME and not isinstance(allowance, LocalTime)
    return clock.due_at is not None and clock.due_at <= how.at


def give_grace(clock: Clock, grace: Span, how: Counting) -> None:
    """Gives it *grace*, counted like ``within`` from the move on; what it has used stays used."""
    due = due_after(how.new, how.at, grace)
    due = due if due > how.at else floor_second(how.at + SHORTEST)
    clock.left = max(how.new.open_time(how.at, due), NO_TIME)
    clock.allowance = how.used + clock.left
    clock.graced = True
    if clock.status == "paused":
        clock.due_at = due_with(how.new, clock.base_at, clock.left)
    else:
        clock.base_at, clock.due_at = how.at, due


def begin_count(clock: Clock, how: Counting) -> None:
    """Notes where a count begins that no pause began, so that the next move knows."""
    if clock.base_at == how.at and not how.paused_before:
        counts_since(clock, how.at)


def keep_late(clock: Clock, how: Counting) -> None:
    """Where the calendar of a broken clock is another, what it is late by stands and is counted on."""
    if how.is_same or clock.due_at is None:
        return
    clock.base_at, clock.left = how.at, time_left(clock, how.old, how.at)


def used_up(clock: Clock, target: Target, how: Counting) -> list[str]:
    """The steps of *target* that fell, or would have, before the move: they count as carried out."""
    return [
        step.label
        for step in target.steps
        if step.falls_after_due == clock.is_broken and not step.is_due and _fell(clock, step, how)
    ]


def _fell(clock: Clock, step: Step, how: Counting) -> bool:
    if not clock.is_broken:
        if step.kind == "percent" and (clock.graced or _share(clock, step) < how.used):
            return True
        if clock.status == "paused":
            return step.kind == "before" and step.offset > clock.left
    falls = step_instant(clock, step, how.new)
    return falls is not None and falls < how.at


def _share(clock: Clock, step: Step) -> timedelta:
    return clock.allowance * step.percent // 100


def paused_in_all(clock: Clock, old: Target, how: Counting) -> timedelta:
    """Open time of the budget of its pauses that the clock has used by the move."""
    if not how.paused_before:
        return NO_TIME
    now = NO_TIME if clock.paused_at is None else how.old.open_time(clock.paused_at, how.at)
    terms = old.pause
    if clock.budget is not None and terms is not None and isinstance(terms.at_most, OpenTime):
        return max(terms.at_most.duration - clock.budget, NO_TIME) + now
    # Open time that passed and was not used: it was paused.
    return max(how.old.open_time(clock.started_at, how.at) - how.used, now, NO_TIME)


def rebudget(clock: Clock, old: Target, new: Target, how: Counting) -> None:
    """What is left of the new pause's ``at_most`` once the open time paused so far is taken off it."""
    if new.pause is None:
        return
    if old.pause is not None and old.pause.at_most == new.pause.at_most and how.is_same:
        return
    spent = paused_in_all(clock, old, how)
    if new.pause.at_most is None:
        clock.budget = None
    elif spent or clock.status == "paused":
        whole = open_budget(how.new, clock.paused_at or how.at, new.pause.at_most)
        # Drawn when it resumes, with all of this pause as the new calendar counts it.
        again = NO_TIME if clock.paused_at is None else how.new.open_time(clock.paused_at, how.at)
        clock.budget = max(whole - spent, NO_TIME) + again
