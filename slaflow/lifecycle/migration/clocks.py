"""What becomes of each open clock of a lead that moves: the table of rules.md, 23.

Who is authoritative: ``change.py`` for which terms are the same, ``recount.py`` for what is left under new
ones, this module for the order and for the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slaflow.clock import rules
from slaflow.clock.sightings import Era, times_seen
from slaflow.clock.state import Clock
from slaflow.lifecycle.approaches import counted
from slaflow.lifecycle.clocks import calendar_name, cancel, choose_case, meet_clock
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.migration.change import Change, Terms
from slaflow.lifecycle.migration.move import Renamed
from slaflow.lifecycle.migration.recount import (
    Counting,
    begin_count,
    counting,
    give_grace,
    is_over,
    keep_late,
    rebudget,
    recount,
    used_up,
)
from slaflow.lifecycle.work import Work
from slaflow.workflow.model.clocks import Case, Span, Target, UntilField
from slaflow.workflow.model.lead import Value


@dataclass(frozen=True, slots=True)
class Mover:
    """The clocks of one lead on their way; ``work`` is under the new version already.

    ``cause`` is the entry ``migrated``, ``at`` its instant.
    """

    work: Work
    change: Change
    grace: Span
    cause: int
    at: datetime

    def move(self, clock: Clock) -> bool:
        """Carries *clock* over, or ends it; gives whether its terms are others."""
        terms = self.change.terms(clock.target)
        new = terms.new
        if new is None:
            self._cancel(clock, terms.gone)
            return True
        lives_in, state = self._lives_in(clock, terms, new), self.work.lead.state
        if state not in lives_in:
            self._cancel(clock, f"{new.name} does not live in {state}")
            return True
        case = self._case(clock, terms, new)
        if case is None:
            self._cancel(clock, f"no case of {new.name} holds")
            return True
        calendar = self._calendar(clock, terms, new, case)
        is_same = self.change.are_alike(clock.calendar, calendar)
        old = self.work.calendar(clock)
        how = counting(clock, terms.old, old, self.work.workflow.calendars[calendar], is_same, self.at)
        given = terms.old.cases[clock.case].allowance
        self._rename(clock, new)
        is_equal = terms.are_equal and is_same
        if not is_equal:
            clock.seen = self._seen(clock, terms)
            if not new.is_timer and self._is_met(clock, new):
                # Counted as it was until then: what it was kept in is told by its old terms.
                meet_clock(self.work, clock, self.at, self.cause)
                self._take_terms(clock, lives_in, case, calendar)
                return True
        self._take_terms(clock, lives_in, case, calendar)
        if is_equal:
            rules.refresh(clock, new, how.new)
        else:
            counts_alike = is_same and given == new.cases[case].allowance
            self._count_anew(clock, terms.old, new, how, counts_alike)
        return not is_equal

    def _cancel(self, clock: Clock, because: str) -> None:
        cancel(self.work, clock, self.at, self.cause, because)

    def _lives_in(self, clock: Clock, terms: Terms, new: Target) -> frozenset[str]:
        if new.lives_in is not None:
            return new.lives_in
        if terms.old.lives_in is not None:
            return frozenset((self.work.lead.state,))
        return frozenset(map(self.change.state, clock.lives_in))

    def _case(self, clock: Clock, terms: Terms, new: Target) -> int | None:
        return clock.case if terms.same_cases else choose_case(new, self.work.view(self.at))

    def _calendar(self, clock: Clock, terms: Terms, new: Target, case: int) -> str:
        """The calendar it counts in from now on; whose own it is was settled when it started."""
        is_owners = terms.old.counts_in(clock.case) == new.counts_in(case) == "owner"
        if is_owners and clock.calendar in self.work.workflow.calendars:
            return clock.calendar
        return calendar_name(self.work, new, case, self.at)

    def _rename(self, clock: Clock, new: Target) -> None:
        """Gives *clock* the target's new name, and where clocks had that name before, a number of its own."""
        if clock.target == new.name:
            return
        numbers, was = self.work.lead.clock_numbers, (clock.target, clock.number)
        clock.target = new.name
        clock.number = numbers[new.name] + 1 if new.name in numbers else clock.number
        numbers[new.name] = clock.number
        self.work.is_moved = True
        self.work.renamed.append(Renamed(self.cause, self.at, was, (clock.target, clock.number)))
        self.work.rename_breach(was, (clock.target, clock.number))

    def _seen(self, clock: Clock, terms: Terms) -> dict[int, tuple[datetime | None, ...]]:
        """What it has seen, by the places of the new ``meet``; below 0 stands what hangs on no place."""
        places = terms.places
        return {
            place if place < 0 else places[place]: times
            for place, times in clock.seen.items()
            if place < 0 or place in places
        }

    def _is_met(self, clock: Clock, new: Target) -> bool:
        """Whether what people have done since it started fulfils the new ``meet``."""
        lead, spacing = self.work.lead, self.work.workflow.attempt_spacing
        for place, pattern in enumerate(new.meet):
            if pattern.kind == "attempts":
                total, channels = counted([a for a in lead.attempts if a.at >= clock.started_at], spacing)
                if total >= pattern.times and channels >= pattern.channels:
                    return True
            elif len(times_seen(clock, place, Era(clock.started_at, None))) >= pattern.times:
                return True
        return False

    def _take_terms(self, clock: Clock, lives_in: frozenset[str], case: int, calendar: str) -> None:
        """From here on *clock* keeps the terms of the new text."""
        self.work.touch(clock)
        clock.digest, clock.lives_in = self.work.workflow.digest, lives_in
        clock.case, clock.calendar = case, calendar

    def _count_anew(self, clock: Clock, old: Target, new: Target, how: Counting, counts_alike: bool) -> None:
        due = clock.due_at
        if clock.is_broken:
            keep_late(clock, how)
        else:
            given = new.cases[clock.case]
            if not counts_alike:
                recount(clock, given.allowance, how, self._until(given))
            rebudget(clock, old, new, how)
            if is_over(clock, given.allowance, how):
                give_grace(clock, self.grace, how)
            begin_count(clock, how)
        fallen = used_up(clock, new, how)
        clock.carried_out += [label for label in fallen if label not in clock.carried_out]
        rules.refresh(clock, new, how.new)
        if clock.due_at != due:
            self._tell_due(clock, due)

    def _until(self, case: Case) -> Value:
        allowance = case.allowance
        return self.work.lead.fields.get(allowance.field) if isinstance(allowance, UntilField) else None

    def _tell_due(self, clock: Clock, due: datetime | None) -> None:
        assert due is not None
        assert clock.due_at is not None
        data = {"old": instant_text(due), "new": instant_text(clock.due_at), "graced": clock.graced}
        self.work.log_clock("clock_moved", self.at, clock, self.cause, data=data)
