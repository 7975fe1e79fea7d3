"""A clock as a bar shows it: how much of its allowance is used, where its steps fall, when time goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from slaflow.agreement.words.naming import Naming, plain
from slaflow.clock.disputes import is_disputed, is_upheld
from slaflow.clock.due import NO_TIME, time_left
from slaflow.clock.state import Clock, Status
from slaflow.engine.leads.lead_json import late_seconds
from slaflow.engine.leads.marks import Mark, marks_of
from slaflow.hours.calendar import Calendar
from slaflow.lifecycle.clocks import allowed_seconds, seconds
from slaflow.workflow.model.workflow import Workflow

Tone = Literal["calm", "half", "soon", "broken", "paused", "lifted", "met", "over"]
HALF, MOST = 0.5, 0.8
"""Of the allowance: from where on half of it is over, and little left where no step says it earlier."""


@dataclass(frozen=True, slots=True)
class ClockBar:
    """A clock as of an instant. Seconds are open time of its ``calendar``; ``left`` is negative past due.

    ``next_edge_at`` is when the calendar next closes or, closed, opens; None: never, or not in sight.
    ``pause_left_seconds`` is what is left of a pause that is bounded.
    """

    target: str
    number: int
    title: str
    status: Status
    tone: Tone
    owed_by: str | None
    party: str | None
    owner: str | None
    calendar: str
    allowance_seconds: int
    used_seconds: int
    left_seconds: int
    late_seconds: int | None
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None
    paused_at: datetime | None
    pause_left_seconds: int | None
    is_always: bool
    is_open_now: bool
    next_edge_at: datetime | None
    is_lifted: bool
    is_disputed: bool
    is_upheld: bool
    steps: tuple[Mark, ...]

    @property
    def is_running(self) -> bool:
        """Whether its time goes on while its calendar is open."""
        return self.ended_at is None and self.paused_at is None

    @property
    def urgency(self) -> tuple[bool, bool, int]:
        """What bars are put in order by: those that run first, least left first, timers last."""
        return self.owed_by is None, self.paused_at is not None, self.left_seconds


def bar(workflow: Workflow, clock: Clock, at: datetime, naming: Naming) -> ClockBar:
    """*clock*, which keeps the terms of *workflow*, as of *at*."""
    target, calendar = workflow.target(clock.target), workflow.calendars[clock.calendar]
    until = at if clock.ended_at is None else min(at, clock.ended_at)
    left = (
        clock.left
        if clock.ended_at is not None and clock.status == "met"
        else time_left(clock, calendar, until)
    )
    marks = marks_of(clock, target.steps, calendar)
    left_seconds = int(left.total_seconds() // 1)
    is_open = clock.is_open and calendar.is_open(at)
    return ClockBar(
        target=clock.target,
        number=clock.number,
        title=target.title or plain(clock.target),
        status=clock.status,
        tone=_tone(clock, left, marks),
        owed_by=clock.owed_by,
        party=None if clock.owed_by is None else naming.party(clock.owed_by),
        owner=clock.owner,
        calendar=clock.calendar,
        allowance_seconds=allowed_seconds(clock),
        used_seconds=allowed_seconds(clock) - left_seconds,
        left_seconds=left_seconds,
        late_seconds=late_seconds(workflow, clock, at),
        started_at=clock.started_at,
        due_at=clock.due_at,
        breached_at=clock.breached_at,
        ended_at=clock.ended_at,
        paused_at=clock.paused_at if clock.is_open else None,
        pause_left_seconds=_pause_left(clock, calendar, at),
        is_always=calendar.is_always,
        is_open_now=is_open,
        next_edge_at=calendar.next_edge(at) if clock.is_open else None,
        is_lifted=clock.lifted,
        is_disputed=is_disputed(clock),
        is_upheld=is_disputed(clock) and is_upheld(clock),
        steps=marks,
    )


def _pause_left(clock: Clock, calendar: Calendar, at: datetime) -> int | None:
    if clock.budget is None or clock.paused_at is None or not clock.is_open:
        return None
    return seconds(max(clock.budget - calendar.open_time(clock.paused_at, at), NO_TIME))


def _tone(clock: Clock, left: timedelta, marks: tuple[Mark, ...]) -> Tone:
    if clock.lifted:
        return "lifted"
    if clock.is_broken or (clock.is_open and left < NO_TIME and clock.paused_at is None):
        return "broken"
    if clock.ended_at is not None:
        return "met" if clock.status == "met" else "over"
    if clock.paused_at is not None:
        return "paused"
    used = 1 - left / clock.allowance if clock.allowance > NO_TIME else 1.0
    last = max((mark.share for mark in marks if mark.share < 1), default=MOST)
    if used >= max(last, HALF):
        return "soon"
    return "half" if used >= HALF else "calm"
