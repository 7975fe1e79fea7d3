"""What an event of the lead does to its clocks, in the contract's order.

Meet, cancel, pause, resume, then restart; starts are judged once the lead rests (rules.md, 7).
Who is authoritative: ``clock/rules.py`` for what a clock becomes, this module for when and for the log.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil

from slaflow.clock import rules
from slaflow.clock.due import time_left
from slaflow.clock.sightings import begin_anew, see
from slaflow.clock.state import Clock
from slaflow.lifecycle.approaches import counted
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.effects import Effect, is_unassigned, matches
from slaflow.lifecycle.owners.promises import must_wait, taken_up, wait
from slaflow.lifecycle.view import View
from slaflow.lifecycle.work import Cause, Work
from slaflow.workflow.model.clocks import Target, UntilField
from slaflow.workflow.model.workflow import Workflow

Occasion = tuple[str, str | None]
"""A pattern's kind, and the name it gives where it gives one."""


def meet_clocks(work: Work, effect: Effect, cause: Cause) -> list[tuple[Clock, int]]:
    """Meets what *effect* fulfils; gives the clocks met, each with the entry that says so.

    What a step causes keeps nobody's promise: it ends the clock it would have met (rules.md, 11).
    """
    view = work.view(cause.at)
    met = []
    for clock in work.open_clocks():
        target = work.target(clock)
        if target.is_timer or not _is_met(work, clock, target, effect, view):
            continue
        if cause.by_step:
            cancel(work, clock, cause.at, effect.seq, "what the system fires keeps nobody's promise")
        else:
            met.append((clock, meet_clock(work, clock, cause.at, effect.seq)))
    return met


def _is_met(work: Work, clock: Clock, target: Target, effect: Effect, view: View) -> bool:
    met = False
    for place, pattern in enumerate(target.meet):
        if not matches(pattern, effect, view) or is_unassigned(pattern, view):
            continue
        if pattern.kind == "attempts":
            since = [a for a in work.lead.attempts if a.at >= clock.started_at]
            total, channels = counted(since, work.workflow.attempt_spacing)
            met |= total >= pattern.times and channels >= pattern.channels
        else:
            work.touch(clock)
            met |= see(clock, place, view.at) >= pattern.times
    return met


def meet_clock(work: Work, clock: Clock, at: datetime, cause: int) -> int:
    """Ends *clock* as fulfilled at *at*, late where it is broken; gives the entry that says so."""
    calendar = work.calendar(clock)
    left = time_left(clock, calendar, at)
    used = clock.allowance - left
    rules.meet(clock, at)
    if clock.is_broken:
        late = seconds(-left)
        rules.note_late(clock, late)
        return work.log_clock("met_late", at, clock, cause, data={"late_seconds": late})
    clock.open_seconds = seconds(used)
    data = {"open_seconds": clock.open_seconds, "left_seconds": seconds(left)}
    return work.log_clock("clock_met", at, clock, cause, data=data)


def cancel_clocks(work: Work, effect: Effect, at: datetime) -> None:
    """Ends the clocks that do not live in the state entered."""
    if effect.entered is None:
        return
    for clock in work.open_clocks():
        if effect.entered not in clock.lives_in:
            cancel(work, clock, at, effect.seq, f"the lead entered {effect.entered}")


def cancel(work: Work, clock: Clock, at: datetime, cause: int | None, because: str) -> None:
    """Ends *clock*; a broken one stays breached, its lateness frozen."""
    calendar = work.calendar(clock)
    data: dict[str, object] = {"because": because, "broken": clock.is_broken}
    if clock.is_broken:
        data["late_seconds"] = seconds(-time_left(clock, calendar, at))
    rules.cancel(clock, at, by_debtor=cause is not None and _is_own_move(work, clock, cause))
    work.log_clock("clock_cancelled", at, clock, cause, data=data)


def _is_own_move(work: Work, clock: Clock, cause: int) -> bool:
    """Whether who owes *clock* moved the lead by the entry *cause* of this decision."""
    moved = work.entry(cause)
    return moved.kind == "transition" and clock.owed_by is not None and moved.party == clock.owed_by


def move_clocks(work: Work, effect: Effect, at: datetime) -> None:
    """Moves the due instants that hang on a field the event changed; emptying it cancels."""
    if not effect.fields:
        return
    for clock in work.open_clocks():
        target = work.target(clock)
        allowance = target.cases[clock.case].allowance
        if not isinstance(allowance, UntilField) or allowance.field not in effect.fields:
            continue
        if work.lead.fields.get(allowance.field) is None:
            cancel(work, clock, at, effect.seq, f"{allowance.field} was emptied")
        elif not clock.is_broken:
            _move(work, clock, target, allowance, at, effect.seq)


def _move(work: Work, clock: Clock, target: Target, allowance: UntilField, at: datetime, cause: int) -> None:
    calendar = work.calendar(clock)
    old = clock.due_at
    due = rules.until_instant(allowance, calendar, work.lead.fields[allowance.field])
    if due == old:
        return
    rules.move_due(clock, target, calendar, at, due)
    assert old is not None
    assert clock.due_at is not None
    data = {"old": instant_text(old), "new": instant_text(clock.due_at)}
    work.log_clock("clock_moved", at, clock, cause, data=data)


def look_at_pauses(work: Work, at: datetime, cause: int | None) -> None:
    """Pauses and resumes what the lead, as it stands now, asks for."""
    pausing = [
        (clock, target, target.pause)
        for clock in work.open_clocks()
        if (target := work.target(clock)).pause is not None
    ]
    if not pausing:
        return
    view = work.view(at)
    wanted = [(clock, target, view.holds(terms.when)) for clock, target, terms in pausing]
    for clock, target, wants in wanted:
        if wants and rules.may_pause(clock) and has_reason(target, view):
            pause(work, clock, target, at, cause)
    for clock, target, wants in wanted:
        if not wants and clock.status == "paused":
            resume(work, clock, target, at, cause)


def has_reason(target: Target, view: View) -> bool:
    """Whether the field that must say why a clock of *target* is paused says anything."""
    field = target.pause.reason if target.pause is not None else None
    return field is None or bool(str(view.lead.fields.get(field) or "").strip())


def pause(work: Work, clock: Clock, target: Target, at: datetime, cause: int | None) -> None:
    rules.pause(clock, target, work.calendar(clock), at)
    budget = None if clock.budget is None else seconds(clock.budget)
    data = {"left_seconds": seconds(clock.left), "budget_seconds": budget}
    work.log_clock("clock_paused", at, clock, cause, data=data)


def resume(work: Work, clock: Clock, target: Target, at: datetime, cause: int | None) -> None:
    rules.resume(clock, target, work.calendar(clock), at)
    assert clock.due_at is not None
    data = {"due_at": instant_text(clock.due_at), "because": "the pause's condition no longer holds"}
    work.log_clock("clock_resumed", at, clock, cause, data=data)


def restart_clocks(work: Work, effect: Effect, at: datetime) -> None:
    """Starts afresh the unbroken clocks whose ``restart`` names what happened."""
    for clock in work.open_clocks():
        target = work.target(clock)
        if not target.restart or clock.is_broken:
            continue
        view = work.view(at)
        if any(matches(pattern, effect, view) for pattern in target.restart):
            _restart(work, clock, target, view, effect.seq)


def _restart(work: Work, clock: Clock, target: Target, view: View, cause: int) -> None:
    terms = choose_case(target, view)
    if terms is None:
        return
    if clock.status == "paused":
        rules.draw_budget(clock, work.calendar(clock), view.at)
    old = clock.due_at
    begin_anew(clock, view.at, work.workflow.late_evidence)
    fresh = new_clock(work, target, view, terms, clock.number, clock.lives_in)
    for name in ("case", "started_at", "base_at", "due_at", "allowance", "left", "owner", "calendar"):
        setattr(clock, name, getattr(fresh, name))
    clock.carried_out = []
    if clock.status == "paused":
        clock.paused_at = view.at
    rules.refresh(clock, target, work.calendar(clock))
    data = {**_terms(clock, target), "old": instant_text(old) if old else None}
    work.log_clock("clock_restarted", view.at, clock, cause, data=data)


def start_clocks(work: Work, effects: list[Effect], met: list[tuple[Clock, int]], at: datetime) -> None:
    """Starts, in file order, what the whole chain of events asks for, now that the lead rests.

    *met* are the clocks the chain met, with the entries that met them: repeating ones start again.
    """
    # Late evidence may meet what ended under a version that had targets of its own.
    known = ((clock, seq) for clock, seq in met if work.workflow.has_target(clock.target))
    again = {clock.target: seq for clock, seq in known if work.lead.state in clock.lives_in}
    followed = taken_up(work, effects)
    asked = _starting(work.workflow, effects, {**again, **followed})
    if not asked:
        return
    taken = {clock.target for clock in work.open_clocks()}
    view = work.view(at)
    for target in asked:
        if target.name in taken:
            continue
        cause = again.get(target.name) if target.repeat else None
        cause = cause or followed.get(target.name) or _asked_for(target, effects, view)
        if cause is None or not lives_at_rest(work, target):
            continue
        if must_wait(work, target):
            wait(work, target, at)
        else:
            start(work, target, view, cause)


def _starting(workflow: Workflow, effects: list[Effect], again: Collection[str]) -> list[Target]:
    """The targets that *effects* may start, and those that may start *again*, in file order."""
    by_occasion = _by_occasion(workflow)
    found = {workflow.target(name).index for name in again}
    for effect in effects:
        for occasion in _occasions(effect):
            found.update(by_occasion.get(occasion, ()))
    return [workflow.targets[place] for place in sorted(found)]


@lru_cache(maxsize=64)
def _by_occasion(workflow: Workflow) -> Mapping[Occasion, tuple[int, ...]]:
    """For each occasion the places of the targets that name it in ``start``, worked out once."""
    found: dict[Occasion, list[int]] = {}
    for target in workflow.targets:
        for pattern in target.start:
            for name in pattern.names or (None,):
                found.setdefault((pattern.kind, name), []).append(target.index)
    return {occasion: tuple(places) for occasion, places in found.items()}


def _occasions(effect: Effect) -> Iterator[Occasion]:
    """What *effect* is, in the kinds and names of patterns; nothing now, where it is over."""
    if effect.is_past:
        return
    if effect.entered is not None:
        yield "enter", effect.entered
    if effect.trigger is not None:
        yield "trigger", effect.trigger
    if effect.activity is not None:
        yield "activity", effect.activity
    for name in effect.fields:
        yield "set", name
    if effect.attempt:
        yield "attempts", None
    if effect.contact:
        yield "contact", None
    if effect.assigned:
        yield "assign", None
    if effect.disputed is not None:
        yield "dispute", effect.disputed
    if effect.ruled is not None:
        yield "ruling", effect.ruled


def _asked_for(target: Target, effects: list[Effect], view: View) -> int | None:
    """The entry of the first event that starts *target*, or None."""
    state = view.lead.state
    for effect in effects:
        for pattern in target.start:
            passed_through = target.lives_in is None and pattern.kind == "enter" and effect.entered != state
            if passed_through or effect.is_past or is_unassigned(pattern, view):
                continue
            if matches(pattern, effect, view):
                return effect.seq
    return None


def lives_at_rest(work: Work, target: Target) -> bool:
    """Whether a clock of *target* may run in the state the lead rests in.

    In a final state only targets that name it in ``while`` do.
    """
    state = work.workflow.states[work.lead.state]
    if target.lives_in is None:
        return not state.final
    return state.name in target.lives_in


def choose_case(target: Target, view: View) -> int | None:
    """The first case of ``within`` that holds; an ``until`` whose field is empty does not."""
    for place, case in enumerate(target.cases):
        allowance = case.allowance
        if isinstance(allowance, UntilField) and view.lead.fields.get(allowance.field) is None:
            continue
        if view.holds(case.when):
            return place
    return None


def new_clock(
    work: Work, target: Target, view: View, case: int, number: int, lives_in: frozenset[str]
) -> Clock:
    """A running clock of *target* that starts at the view's instant."""
    lead = work.lead
    name = calendar_name(work, target, case, view.at)
    calendar = work.workflow.calendars[name]
    allowance = target.cases[case].allowance
    until = lead.fields.get(allowance.field) if isinstance(allowance, UntilField) else None
    due, span = rules.due_at_start(allowance, calendar, view.at, until)
    return Clock(
        target=target.name,
        number=number,
        digest=work.workflow.digest,
        status="running",
        owed_by=target.owed_by,
        owner=lead.owner,
        calendar=name,
        lives_in=lives_in,
        started_at=view.at,
        base_at=view.at,
        due_at=due,
        allowance=span,
        left=span,
        case=case,
    )


def start(work: Work, target: Target, view: View, cause: int) -> None:
    """Starts a clock of *target*; none where no case of ``within`` holds."""
    case = choose_case(target, view)
    if case is None:
        return
    lead = work.lead
    number = lead.clock_numbers.get(target.name, 0) + 1
    lead.clock_numbers[target.name] = number
    clock = new_clock(work, target, view, case, number, target.lives_in or frozenset((lead.state,)))
    rules.refresh(clock, target, work.calendar(clock))
    work.add(clock)
    work.log_clock("clock_started", view.at, clock, cause, data=_terms(clock, target))
    if target.pause is not None and view.holds(target.pause.when) and has_reason(target, view):
        pause(work, clock, target, view.at, cause)


def _terms(clock: Clock, target: Target) -> dict[str, object]:
    assert clock.due_at is not None
    return {
        "number": clock.number,
        "case": clock.case,
        "allowance": target.cases[clock.case].allowance.text,
        "allowance_seconds": seconds(clock.allowance),
        "due_at": instant_text(clock.due_at),
        "calendar": clock.calendar,
    }


def calendar_name(work: Work, target: Target, case: int, at: datetime) -> str:
    """The calendar a clock of *target* counts in under *case*: ``owner`` is the owner's own, or their team's.

    A person's own that this agreement does not have is passed over. Source: workflow-file.md, "Calendars".
    """
    name = target.cases[case].calendar or target.calendar
    if name != "owner":
        return name
    person = work.people.person(work.lead.owner, at)
    own = person.calendar if person else None
    if own is not None and own in work.workflow.calendars:
        return own
    team = work.workflow.teams.get(person.team or "") if person else None
    return team.calendar if team and team.calendar else work.workflow.first_calendar


def seconds(span: timedelta) -> int:
    """*span* as whole seconds, rounded down, not below zero."""
    return max(int(span.total_seconds()), 0)


def allowed_seconds(clock: Clock) -> int:
    """What *clock* had at its start as it is told: due falls on whole seconds, so a moment may be wanting."""
    return max(ceil(clock.allowance.total_seconds()), 0)
