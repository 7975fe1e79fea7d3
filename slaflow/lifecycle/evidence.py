"""Late evidence judged against the clocks that were open when it happened (rules.md, 15 and 16).

Running, paused or cancelled since, a clock is met; broken, its breach is lifted if the promise was
fulfilled by due, else it is met late. What was carried out meanwhile stands.
"""

from __future__ import annotations

from datetime import datetime

from slaflow.clock import rules
from slaflow.clock.due import time_left, used_by
from slaflow.clock.sightings import Era, era_at, see, times_seen
from slaflow.clock.state import Clock
from slaflow.lifecycle.approaches import reached_at
from slaflow.lifecycle.clocks import seconds
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.effects import Effect, matches
from slaflow.lifecycle.late import Late
from slaflow.lifecycle.view import View
from slaflow.lifecycle.work import Work
from slaflow.workflow.model.clocks import Pattern, Target


def testify(work: Work, effect: Effect, late: Late) -> list[tuple[Clock, int]]:
    """Judges *late* against every clock that was open when it happened, in file order.

    Gives the clocks that are fulfilled by it and were not before, each with the entry that says so. A
    trigger is evidence only where it could have left the states in which the clock lives; what the
    transition does now, such as entering a state, it does not do in the past.
    """
    if not late.is_evidence:
        return []
    judged_by: dict[str, tuple[View, frozenset[str]]] = {}
    then = effect._replace(entered=None, fields=frozenset())
    fulfilled = []
    for clock in work.clocks_in_order():
        era, version = era_at(clock, late.occurred_at), work.version(clock)
        target = version.target(clock.target)
        if era is None or target.is_timer:
            continue
        if version.digest not in judged_by:
            view = View(version, work.lead, late.at)
            judged_by[version.digest] = view, late.may_leave(version)
        view, states = judged_by[version.digest]
        if effect.trigger is not None and clock.lives_in.isdisjoint(states):
            continue
        done = _fulfilled_at(work, clock, target, era, then, late, view)
        if done is not None:
            fulfilled += _conclude(work, clock, era, effect.seq, done, late.at)
    return fulfilled


def _fulfilled_at(
    work: Work, clock: Clock, target: Target, era: Era, effect: Effect, late: Late, view: View
) -> datetime | None:
    """The instant at which, with this evidence, the promise was fulfilled; None: not yet."""
    found = []
    for place, pattern in enumerate(target.meet):
        if not matches(pattern, effect, view):
            continue
        if pattern.kind == "attempts":
            found.append(_attempted_at(view, pattern, era))
        else:
            see(clock, place, late.occurred_at)
            work.touch(clock)
            times = times_seen(clock, place, era)
            # Where it is not known when, the worst is taken: a wrongly lifted breach cannot be restored.
            latest = clock.ended_at or late.at
            found.append((times[pattern.times - 1] or latest) if len(times) >= pattern.times else None)
    return min((at for at in found if at is not None), default=None)


def _attempted_at(view: View, pattern: Pattern, era: Era) -> datetime | None:
    since, until = era
    made = [a for a in view.lead.attempts if since <= a.at and (until is None or a.at < until)]
    return reached_at(made, view.workflow.attempt_spacing, pattern.times, pattern.channels)


def _conclude(
    work: Work, clock: Clock, era: Era, cause: int, done: datetime, at: datetime
) -> list[tuple[Clock, int]]:
    """Ends the clock as fulfilled at *done*; what is met already, or no better than known, stays."""
    was, breached_at, due_at = clock.status, clock.breached_at, clock.due_at
    if was == "met" or (was == "met_late" and breached_at is not None and done > breached_at):
        return []
    used = used_by(clock, work.calendar(clock), era.since, done)
    clock.started_at = min(clock.started_at, era.since)
    rules.meet_at(clock, done, used)
    data: dict[str, object] = {"completed_at": instant_text(done), "was": was}
    if clock.status == "met_late":
        assert due_at is not None
        data["late_seconds"] = late_by = seconds(-time_left(clock, work.calendar(clock), done))
        rules.note_late(clock, late_by)
        seq = work.log_clock("met_late", at, clock, cause, data=data)
    else:
        clock.open_seconds = seconds(used)
        data |= {"open_seconds": clock.open_seconds, "left_seconds": seconds(clock.left)}
        if breached_at is not None:
            assert due_at is not None
            data["due_at"] = instant_text(due_at)
        kind = "clock_met" if breached_at is None else "breach_lifted"
        seq = work.log_clock(kind, at, clock, cause, data=data)
    return [] if was == "met_late" else [(clock, seq)]
