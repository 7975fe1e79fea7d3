"""One lead told under a draft: the inputs of the record again, and whatever the draft makes of them.

Who is authoritative: the core for what follows from an input, the record for which input comes when, who was
there, and whom a team drew. Nothing else of the record steers it: not its steps but how far a tick had run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from slaflow.backtest.meant import Reader
from slaflow.backtest.promise import Begun
from slaflow.clock.state import Clock
from slaflow.lifecycle.breaches.returns import returned
from slaflow.lifecycle.decision import Decision, Draft
from slaflow.lifecycle.events import Contested, Created, Disputed, Input, Lifted, Migrated, Upheld
from slaflow.lifecycle.life import Life
from slaflow.lifecycle.migration.move import Renamed
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.work import ClockKey
from slaflow.log.entry import Entry
from slaflow.log.inputs import input_of, is_told
from slaflow.log.people import PeopleLog
from slaflow.log.picks import with_picks
from slaflow.log.replay import INSTANT, Versions, known_at


class Unlike(NamedTuple):
    """An input that the record took and the draft refuses, or the other way round."""

    entry: Entry
    because: tuple[str, ...] = ()


@dataclass(slots=True)
class Telling:
    """One lead on its way through the record's inputs, under the version that *reader* reads for.

    ``entries`` are those of its stream from the first on, ``recorded`` is when each of its recorded clocks
    began, by its last name, and ``renamed`` which of them migrations called otherwise.
    """

    entries: Sequence[Entry]
    reader: Reader
    versions: Versions
    people: PeopleLog
    recorded: Mapping[ClockKey, Begun]
    renamed: Sequence[Renamed]
    life: Life = field(default_factory=Life)
    drafts: list[Draft] = field(default_factory=list)
    begun: dict[ClockKey, Begun] = field(default_factory=dict)
    impossible: list[Unlike] = field(default_factory=list)
    possible: list[Unlike] = field(default_factory=list)
    inputs: int = 0
    _steps: list[Entry] = field(default_factory=list)
    """The steps that the record carried out since the last input."""

    def until(self, at: datetime) -> None:
        """Tells what had arrived by *at*, and settles the lead to it."""
        following: Entry | None = None
        for place, entry in enumerate(self.entries):
            if not is_told(entry):
                if entry.step is not None and entry.caused_by is None and entry.entry_class == "consequence":
                    self._steps.append(entry)
                continue
            if known_at(entry) > at:
                following = entry
                break
            self._tell(entry, place)
        self._settle(at, None if following is None else following.id)

    def _tell(self, entry: Entry, place: int) -> None:
        self.inputs += 1
        event = input_of(entry)
        if isinstance(event.happening, Migrated):
            return
        then = self.versions(entry.digest or "", entry.id)
        now = max(event.arrived_at, entry.at)
        if isinstance(event.happening, Created):
            meant = self.reader.created(event, event.happening, then)
            people = self.people.known(entry.id, now)
        elif self.life.lead is None:
            return
        else:
            self._catch_up(event, entry)
            people = self.people.known(entry.id, now)
            here = self._told_here(event, entry)
            if here is None:
                return
            meant = self.reader.told(here, entry, self.life.lead, then, people)
        was_refused = entry.kind == "refused"
        if meant.because and not was_refused:
            self.impossible.append(Unlike(entry, meant.because))
        if meant.event is not None:
            people = with_picks(people.supposed(), self.entries, place)
            self._carry_out(meant.event, entry, people, now, was_refused)

    def _catch_up(self, event: Input, entry: Entry) -> None:
        """Settles the lead to the arrival; where a tick had run past that, as far as it had."""
        before = event.arrived_at
        if self._steps:
            before = max(before, self._steps[-1].at + INSTANT)
        self._settle(before, entry.id)
        self._steps.clear()

    def _settle(self, before: datetime, otherwise: int | None) -> None:
        """Carries out what falls before an instant, an instant at a time; *otherwise* is the id of the entry
        by which they knew the people, where the record has no step from then on."""
        life, workflow = self.life, self.reader.workflow
        while life.lead is not None and (falls := life.next_wake) is not None and falls < before:
            written = next((step.id for step in self._steps if step.at >= falls), otherwise)
            if self.people.place(written) == self.people.place(otherwise):
                people, now = self.people.known(otherwise, falls + INSTANT), before
                if people is not self.people.known(otherwise, before):
                    now = falls + INSTANT
            else:
                people, now = self.people.known(written, falls + INSTANT), falls + INSTANT
            self._take(life.decide(workflow, people, None, now, in_place=True))

    def _carry_out(
        self, event: Input, entry: Entry, people: Directory, now: datetime, was_refused: bool
    ) -> None:
        decision = self.life.decide(self.reader.workflow, people, event, now, in_place=True)
        self._take(decision)
        if decision.refusal is None and was_refused:
            self.possible.append(Unlike(entry))
        elif decision.refusal is not None and not was_refused:
            self.impossible.append(Unlike(entry, decision.refusal.because))

    def _take(self, decision: Decision) -> None:
        self.life.take(decision)
        self.drafts += decision.entries
        for draft in decision.entries:
            if draft.kind == "clock_started":
                self.begun[draft.target or "", draft.clock or 0] = Begun(draft.at, draft.seq)

    def _told_here(self, event: Input, entry: Entry) -> Input | None:
        """*event* about what there is here: the return, or the clock, that has taken the place of the
        recorded one. None where there is no breach of which to say anything."""
        happening = event.happening
        if isinstance(happening, Contested):
            found = returned(self.drafts, happening.about)
            return event._replace(happening=replace(happening, returned=found))
        if not isinstance(happening, Lifted | Disputed | Upheld):
            return event
        name, number = self._last_name((happening.target, happening.number or 0), entry.seq)
        clock = None if happening.number is None else self._counterpart(name, number)
        if entry.kind != "refused":
            if not self._is_promise(name) or clock is None or not clock.is_broken or clock.lifted:
                return None
        elif not self._is_promise(name):
            return None
        number_here = happening.number if clock is None else clock.number
        return event._replace(happening=replace(happening, target=name, number=number_here))

    def _is_promise(self, name: str) -> bool:
        workflow = self.reader.workflow
        return workflow.has_target(name) and not workflow.target(name).is_timer

    def _last_name(self, key: ClockKey, seq: int) -> ClockKey:
        """What a recorded clock is called in the end that is *key* at entry *seq*."""
        for each in self.renamed:
            if each.seq > seq and each.was == key:
                key, seq = each.now, each.seq
        return key

    def _counterpart(self, target: str, number: int) -> Clock | None:
        """The clock of the same target and start as a recorded one, else that of its number."""
        own = [clock for clock in self.life.clocks if clock.target == target]
        began = self.recorded.get((target, number))
        for clock in own:
            if began is not None and self.begun[target, clock.number].at == began.at:
                return clock
        return next((clock for clock in own if clock.number == number), None)
