"""A lead's course under an agreement, in memory: inputs and ticks go in, the log comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from support.builders import MONDAY, SALT, utc

from slaflow.clock.state import Clock
from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.decision import Decision, Draft, Message, Refusal
from slaflow.lifecycle.events import (
    Answered,
    Assigned,
    Changed,
    Created,
    Fired,
    Happening,
    Input,
    Lifted,
    Migrated,
    Recorded,
)
from slaflow.lifecycle.late import concerns
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor, Lead
from slaflow.lifecycle.people import Absence, Directory, Person
from slaflow.lifecycle.rights.judged import judged
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow

LONG_AGO = utc("2020-01-01")
SECTIONS = {
    "workflow": "workflow: handoff\ntimezone: Europe/Stockholm",
    "parties": """
parties:
  marketing: {desk: demand-desk@example.com}
  sales: {desk: sales-desk@example.com}
""",
    "calendars": """
calendars:
  office: {hours: {mon-fri: ["09:00-17:00"]}}
""",
    "lead": """
lead:
  identity: [email]
  fields:
    email: email
    country: string
    employees: int
    callback_on: date
    call_at: datetime
    on_hold: {type: bool, default: false}
    note: string
""",
    "activities": """
activities:
  visit: {by: lead, points: 10, stage: interest}
  nurture: {by: marketing}
  call: {by: [sales, system], attempt: phone}
  mail: {by: sales, attempt: email}
  meeting: {by: sales, attempt: meeting, contact: true}
  reply: {by: lead, contact: true}
""",
    "stages": "stages: [unaware, interest, decision]",
    "states": """
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  accepted: {held_by: sales}
  won: {final: true}
""",
    "transitions": """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system]}
  - {trigger: return, from: [mql, accepted], to: nurturing, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
  - {trigger: resell, from: won, to: nurturing, by: marketing}
""",
    "targets": """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
""",
}
"""The parts of a small valid agreement; a test replaces or adds those it is about."""

MARKETING = Actor("marketing", "marketing")
SALES = Actor("sales", "sales")
PROSPECT = Actor("lead", "lead")
MIA, ANNA, BERIT, CARL, DORA, MARK = (
    f"{name}@example.com" for name in "mia anna berit carl dora mark".split()
)


@lru_cache(maxsize=256)
def _loaded(text: str) -> Workflow:
    checked = load_workflow(text)
    assert checked.workflow is not None, checked
    return checked.workflow


def agreement(**sections: str) -> Workflow:
    """The small agreement with *sections* in place of its own, or beside them."""
    return _loaded("\n".join({**SECTIONS, **sections}.values()))


def a_person(email: str, party: str = "sales", order: int = 1, **given: Any) -> Person:
    """Somebody who was always there."""
    return Person(email, party, order, **{"valid_from": LONG_AGO, **given})


def people(*persons: Person, away: Sequence[Absence] = ()) -> Directory:
    """*persons* in the order in which they were recorded."""
    return Directory(persons, tuple(away))


def away(
    email: str, starts: str, ends: str, recorded: str | None = None, stand_in: str | None = None
) -> Absence:
    return Absence(email, utc(starts), utc(ends), utc(recorded) if recorded else LONG_AGO, stand_in)


@dataclass
class Course:
    """One lead from its creation on, as the engine would keep it between transactions."""

    workflow: Workflow
    people: Directory = field(default_factory=Directory)
    lead: Lead | None = None
    every_clock: dict[tuple[str, int], Clock] = field(default_factory=dict)
    entries: list[Draft] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    versions: dict[str, Workflow] = field(default_factory=dict)

    @property
    def present(self) -> Lead:
        assert self.lead is not None
        return self.lead

    @property
    def open_clocks(self) -> list[Clock]:
        return [clock for clock in self.every_clock.values() if clock.is_open]

    def clock(self, target: str, number: int | None = None) -> Clock:
        """The clock of *target* with that number, else the latest."""
        return self.every_clock[target, number or self.present.clock_numbers[target]]

    def fork(self) -> Course:
        """A course of its own that stands where this one does."""
        return replace(
            self,
            lead=self.present.copy(),
            every_clock={key: clock.copy() for key, clock in self.every_clock.items()},
            entries=list(self.entries),
            messages=list(self.messages),
            decisions=list(self.decisions),
        )

    def create(
        self, at: str | datetime = MONDAY, *, number: int = 1, fields: Mapping[str, Any] | None = None
    ) -> Course:
        """Creates the lead; fields that are not given take their defaults."""
        spec = self.workflow.fields.values()
        given = {"email": "kim@example.com"} if "email" in self.workflow.fields else {}
        defaults = {each.name: each.default for each in spec if each.default is not None}
        values = {**defaults, **given, **(fields or {})}
        self.put(Created(number, "kim@example.com", values, SALT), MARKETING, _instant(at))
        return self

    def fire(
        self, trigger: str, at: str, by: Actor | None = None, late: str | None = None, *,
        override: str | None = None, **inputs: object,
    ) -> Refusal | None:  # fmt: skip
        """*trigger*, by the first party that may."""
        rows = (row for row in self.workflow.transitions if row.trigger == trigger)
        may = (Actor(party, party) for row in rows for party in row.by if party != SYSTEM)
        return self.put(
            Fired(trigger, inputs, override), by or next(may, SALES), _instant(at), late,
            by_right=override is not None,
        )  # fmt: skip

    def record(
        self, kind: str, at: str, by: Actor | None = None, late: str | None = None, *,
        automated: bool | None = None, **fields: object,
    ) -> Refusal | None:  # fmt: skip
        """A touchpoint, by the first party that may."""
        party = self.workflow.activities[kind].by[0]
        return self.put(Recorded(kind, fields, automated), by or Actor(party, party), _instant(at), late)

    def set(self, at: str, by: Actor = SALES, late: str | None = None, **fields: Any) -> Refusal | None:
        return self.put(Changed(fields), by, _instant(at), late)

    def answer(
        self, check: str, at: str, by: Actor = SALES, late: str | None = None, **values: object
    ) -> Refusal | None:
        return self.put(Answered(check, values), by, _instant(at), late)

    def assign(
        self, owner: str | None, at: str, by: Actor = SALES, late: str | None = None
    ) -> Refusal | None:
        return self.put(Assigned(owner), by, _instant(at), late)

    def lift(
        self, target: str, at: str, reason: str = "the phones were down", number: int | None = None
    ) -> Refusal | None:
        return self.put(Lifted(target, reason, number), SALES, _instant(at))

    def move(
        self, to: Workflow, at: str | datetime, grace: str = "1d", *,
        states: Mapping[str, str] | None = None, targets: Mapping[str, str] | None = None,
    ) -> Decision:  # fmt: skip
        """The lead lives under version *to* from then on."""
        self.versions[to.digest] = to
        self.put(Migrated(to.digest, states or {}, targets or {}, grace), SYSTEM_ACTOR, _instant(at))
        self.workflow = to
        self.every_clock = {(c.target, c.number): c for c in self.every_clock.values()}
        return self.decisions[-1]

    def put(
        self, happening: Happening, by: Actor, at: datetime, occurred: str | datetime | None = None, *,
        imported: bool = False, by_right: bool = False,
    ) -> Refusal | None:  # fmt: skip
        """One input that arrives at *at*; *occurred* where it happened earlier; judged if *by_right*."""
        event = Input(happening, by, _instant(occurred or at), at, imported)
        if by_right:
            event = judged(self.workflow, self.people, event, lambda: self.fork().tick(at).present)
        decision = self._decide(event, at)
        while decision.more:
            decision = self._decide(event, at)
        return decision.refusal

    def tick(self, at: str | datetime) -> Course:
        """Lets time pass until *at*."""
        while self._decide(None, _instant(at)).more:
            pass
        return self

    def _decide(self, event: Input | None, now: datetime) -> Decision:
        clocks = [c for c in self.every_clock.values() if c.is_open or (event and concerns(event, c))]
        self.versions[self.workflow.digest] = self.workflow
        decision = decide(
            self.workflow, self.people, self.lead, clocks, event, now, versions=self.versions.__getitem__
        )
        self.lead = decision.lead
        self.every_clock.update({(c.target, c.number): c for c in [*decision.changed, *decision.fallen]})
        self.entries += decision.entries
        self.messages += decision.messages
        self.decisions.append(decision)
        for team, drawn in decision.turns.items():
            self.people = self.people.after_turn(team, drawn)
        return decision

    def kinds(self, *only: str) -> list[str]:
        """The kinds of all entries, in order; *only* those named."""
        return [e.kind for e in self.entries if not only or e.kind in only]

    def told(self, kind: str | None = None) -> list[tuple[str, str | None]]:
        """Who was told, and by which step."""
        return [(m.recipient, m.step) for m in self.messages if kind in (None, m.kind)]

    def last(self, kind: str) -> Draft:
        """The latest entry of that kind."""
        return next(e for e in reversed(self.entries) if e.kind == kind)

    def all(self, kind: str) -> list[Draft]:
        return [e for e in self.entries if e.kind == kind]


def _instant(at: str | datetime) -> datetime:
    return utc(at) if isinstance(at, str) else at
