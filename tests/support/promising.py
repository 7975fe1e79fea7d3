"""The office agreement with commitments, and a plain count of them from the log, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from support.builders import utc
from support.office import AGREEMENT, DAY, FOUNDED, staffed

from slaflow.engine.app import Engine
from slaflow.log.entry import Entry
from slaflow.store.rows.outbox import list_messages
from slaflow.workflow.model.commitment import Commitment, Count, Happening, Kept, Share, Sum
from slaflow.workflow.model.periods import parse_period
from slaflow.workflow.model.workflow import Workflow

WORTH = ("    return_reason: string\n", "    return_reason: string\n    worth: decimal\n")
COMMITMENTS = """\
commitments:
  volume:
    owed_by: marketing
    every: month
    count: {enter: mql, when: "lead.country == 'SE'"}
    at_least: 2
    pace: {30%: {notify: growth}, 80%: {notify: marketing}}
    missed: {notify: [marketing, sales]}
  handed_over:
    owed_by: marketing
    every: week
    count: {enter: mql}
    at_least: 2
    per: owner
    missed: {in_a_row: 2, do: [{notify: owner}]}
  pipeline:
    owed_by: marketing
    every: month
    sum: {field: worth, of: {trigger: promote}}
    at_least: 1000.5
  quality:
    owed_by: marketing
    every: month
    share: {of: {trigger: accept}, among: {trigger: [accept, return]}}
    cohort: {enter: mql}
    matures: 5d
    at_least: 70%
  accepted:
    owed_by: sales
    every: week
    share: {of: {trigger: accept}, among: {enter: mql}}
    at_least: 50%
  follow_up:
    owed_by: sales
    every: week
    share: {met: [respond, first_contact]}
    at_least: 60%
    pace: 50%
  swedes:
    owed_by: sales
    every: month
    share: {met: respond, when: "lead.country == 'SE'"}
    at_least: 60%
  calls:
    owed_by: sales
    every: day
    count: {activity: [call, mail]}
    at_least: 1
    matures: 36h
"""


APRIL = utc("2026-03-31T22:00")
"""March is over in Stockholm."""
CLOSED = APRIL + 3 * DAY
VOLUME = """\
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 2, %s}
"""
OUTCOMES = """\
commitments:
  c:
    {owed_by: marketing, every: month, %s, share: {of: {trigger: accept}, among: {trigger: [accept, return]}}}
"""


def owing(commitments: str = COMMITMENTS) -> str:
    """The office agreement with *commitments*; its leads are worth something."""
    return AGREEMENT.replace(*WORTH) + commitments


def promising(app: Engine, commitments: str = COMMITMENTS, at: datetime = FOUNDED) -> Engine:
    """*app* with people, and an agreement that promises *commitments*, in force since *at*."""
    return staffed(app, owing(commitments)) if at == FOUNDED else _again(app, commitments, at)


def _again(app: Engine, commitments: str, at: datetime) -> Engine:
    app.activate(owing(commitments), at=at)
    return app


def handed(app: Engine, number: int, at: datetime, **fields: object) -> int:
    """A lead from Sweden that marketing hands over at once; gives its id."""
    email = f"lead{number}@example.com"
    lead = int(app.add({"email": email, "country": "SE", **fields}, "marketing", at=at)["id"])
    app.record(lead, "demo", "lead", at=at)
    return lead


def told(app: Engine) -> list[tuple[str, str, datetime, str | None]]:
    """Who was told of commitments, in order: recipient, kind, instant, commitment."""
    with app.database.read() as conn:
        found = list_messages(conn)
    messages = [each.message for each in found if not each.lead_id]
    return [(each.recipient, each.kind, each.at, each.target) for each in messages]


def statements_of(app: Engine, name: str | None = None) -> list[dict[str, Any]]:
    """What was stated of commitments, without what depends on when it was written."""
    return [
        {"at": entry.at, "kind": entry.kind, "target": entry.target, "step": entry.step, **entry.data}
        for entry in app.log()
        if entry.stream.startswith("workflow:") and entry.kind != "activated"
        if name in (None, entry.target)
    ]


def verdicts(app: Engine, name: str) -> list[tuple[str, Any, str | None]]:
    """(period, figure, verdict) of each statement about one commitment."""
    return [(told["period"], told["figure"], told["verdict"]) for told in statements_of(app, name)]


# A plain count: everything in Python, from the entries alone.


@dataclass(frozen=True)
class Seen:
    """An entry of a lead with the instants at which it happened and was known."""

    entry: Entry
    happened: datetime
    known: datetime


def seen(entries: Sequence[Entry]) -> Iterator[Seen]:
    arrived: dict[str, datetime] = {}
    by_place = {(entry.stream, entry.seq): entry for entry in entries}
    for entry in sorted(entries, key=lambda each: (each.stream, each.seq)):
        told = entry.arrived_at or entry.at
        arrived[entry.stream] = max(arrived.get(entry.stream, told), told)
        if entry.lead is not None:
            known = max(entry.at, arrived[entry.stream])
            met_by = by_place.get((entry.stream, entry.caused_by or 0)) if entry.kind == "clock_met" else None
            yield Seen(entry, (met_by or entry).occurred_at or entry.at, known)


@dataclass(frozen=True)
class Plain:
    """The log as known by one instant, to be counted by going through it."""

    history: list[Seen]
    start: datetime
    end: datetime
    until: datetime

    def result(self, commitment: Commitment) -> tuple[Decimal, int]:
        """(so many or so much, of so many) for the commitment."""
        measure = commitment.measure
        if isinstance(measure, Count):
            leads = {each.entry.lead for each in self._in_period(measure.of)}
            return Decimal(len(leads)), len(leads)
        if isinstance(measure, Sum):
            first = _first(self._in_period(measure.of))
            notes = [each.entry.data["counts"][measure.of.noted] for each in first.values()]
            return sum(map(Decimal, notes), Decimal(0)), len(notes)
        if isinstance(measure, Share):
            return self._share(measure)
        assert isinstance(measure, Kept)
        return self._kept(measure)

    def _in_period(self, happening: Happening) -> list[Seen]:
        return [each for each in self._such(happening) if self.start <= each.happened < self.end]

    def _such(self, happening: Happening) -> list[Seen]:
        return [each for each in self.history if is_such(happening, each.entry)]

    def _share(self, share: Share) -> tuple[Decimal, int]:
        among = [each for each in self._such(share.among) if each.happened <= self.until]
        if share.cohort is None:
            asked = _first(each for each in among if self.start <= each.happened < self.end)
        else:
            cohort = _first(self._in_period(share.cohort))
            asked = _first(e for e in among if _comes_after(e, cohort.get(e.entry.lead)))
        if share.by_first:
            hits = [each for each in asked.values() if is_such(share.of, each.entry)]
            return Decimal(len(hits)), len(asked)
        reached = [each for each in self._such(share.of) if each.happened <= self.until]
        hit = {e.entry.lead for e in reached if _comes_after(e, asked.get(e.entry.lead), or_is=True)}
        return Decimal(len(hit)), len(asked)

    def _kept(self, kept: Kept) -> tuple[Decimal, int]:
        clocks: dict[tuple[int | None, str | None, int | None], list[Seen]] = {}
        for each in self.history:
            if each.entry.target in kept.targets:
                key = (each.entry.lead, each.entry.target, each.entry.clock)
                clocks.setdefault(key, []).append(each)
        judged = [self._verdict(kept, entries) for entries in clocks.values()]
        found = [verdict for verdict in judged if verdict is not None]
        return Decimal(sum(found)), len(found)

    def _verdict(self, kept: Kept, entries: list[Seen]) -> bool | None:
        by_kind = {each.entry.kind: each for each in entries}
        judged = by_kind.get("breached") or by_kind.get("clock_met")
        if judged is None or not self.start <= judged.happened < self.end:
            return None
        if kept.noted is not None and kept.noted not in judged.entry.data.get("counts", {}):
            return None
        return judged.entry.kind == "clock_met" or "breach_lifted" in by_kind


def is_such(happening: Happening, entry: Entry) -> bool:
    if happening.kind == "enter":
        found = entry.kind in ("transition", "created") and entry.from_state != entry.to_state
        such = found and entry.to_state in happening.names
    elif happening.kind == "trigger":
        such = entry.kind == "transition" and entry.trigger in happening.names
    else:
        such = entry.kind == "activity" and entry.data["activity"] in happening.names
    return such and (happening.noted is None or happening.noted in entry.data.get("counts", {}))


def _key(each: Seen) -> tuple[datetime, int]:
    return each.happened, each.entry.seq


def _comes_after(each: Seen, other: Seen | None, *, or_is: bool = False) -> bool:
    return other is not None and (_key(each) > _key(other) or (or_is and each is other))


def _first(found: Sequence[Seen] | Iterator[Seen]) -> dict[int | None, Seen]:
    first: dict[int | None, Seen] = {}
    for each in sorted(found, key=_key):
        first.setdefault(each.entry.lead, each)
    return first


def plainly(workflow: Workflow, entries: Sequence[Entry], told: dict[str, Any]) -> tuple[Decimal, int]:
    """What a statement should have come to, counted anew from the whole log."""
    commitment = workflow.commitments[told["commitment"]]
    period = parse_period(told["period"])
    start, end = period.bounds(workflow.timezone)
    known = [each for each in seen(entries) if each.known <= told["at"]]
    return Plain(known, start, end, end + commitment.matures).result(commitment)
