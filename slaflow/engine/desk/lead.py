"""One lead with all that its page shows: clocks, checks, fields, what may be done, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import plain
from slaflow.clock.state import Clock
from slaflow.engine.ask import Expected
from slaflow.engine.context import Context
from slaflow.engine.desk import deeds
from slaflow.engine.desk.asked import title_of, words_of
from slaflow.engine.desk.clock_bar import ClockBar
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import name_of
from slaflow.engine.desk.reading import see, zone_for
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.told import Timeline, timeline
from slaflow.engine.desk.why import Why, unquoted, why
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.lead import Actor, Answer
from slaflow.log.entry import Entry
from slaflow.store.log import history
from slaflow.workflow.model.lead import Check, Field

READ = 400
"""Entries of the log that are read for a page of its timeline."""
ENDED = 20


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field and what stands in it; ``setting`` says who may set it."""

    name: str
    title: str
    value: str | None
    is_identity: bool
    setting: Deed | None


@dataclass(frozen=True, slots=True)
class CheckShown:
    """A check: its question, when it passes, and the last answer; ``passed`` None: none that stands."""

    name: str
    title: str
    question: str | None
    passes: tuple[str, ...]
    passed: bool | None
    values: tuple[tuple[str, str], ...]
    answered_at: datetime | None
    stands_until: datetime | None
    answering: Deed | None


@dataclass(frozen=True, slots=True)
class LeadDesk:
    """The page of a lead as of ``at``. ``expected`` goes with what is done by who saw it."""

    lead_id: int
    key: str
    seq: int
    state: str
    state_name: str
    party: str
    owner: str | None
    is_mine: bool
    created_at: datetime
    entered_at: datetime
    erased_at: datetime | None
    bars: tuple[ClockBar, ...]
    ended: tuple[ClockBar, ...]
    why: Why
    fields: tuple[FieldShown, ...]
    checks: tuple[CheckShown, ...]
    main: Deed | None
    fires: tuple[Deed, ...]
    records: tuple[Deed, ...]
    taking: Deed | None
    timeline: Timeline
    expected: Expected
    zone: str
    at: datetime


def show(app: Context, lead_id: int, who: Actor, before: int | None = None) -> LeadDesk:
    """The page of *lead_id* for *who*; its timeline goes on before the entry *before*.

    Raises:
        LeadNotThere: there is no such lead.
    """
    now = app.present()
    with app.database.read() as conn:
        seen, drafts = see(app, conn, lead_id, who, now, with_ended=True)
        stream = history.newest(conn, lead_id, before, READ)
        zone = zone_for(app, conn, who)
    told: list[Entry | Draft] = [*stream, *(drafts if before is None else ())]
    goes_on = bool(stream) and stream[0].seq > 1
    return _desk(seen, timeline(seen.naming, seen.people, told, goes_on=goes_on), zone)


def _desk(seen: Seen, events: Timeline, zone: str) -> LeadDesk:
    lead, naming = seen.lead, seen.naming
    known = list(deeds.all_of(seen))
    ended = sorted((c for c in seen.clocks if c.ended_at and c.owed_by), key=_ended_at, reverse=True)
    return LeadDesk(
        lead_id=lead.id,
        key=lead.key,
        seq=lead.seq,
        state=lead.state,
        state_name=unquoted(naming.state(lead.state)),
        party=naming.party(lead.held_by),
        owner=None if lead.owner is None else name_of(seen.people, lead.owner),
        is_mine=seen.is_mine,
        created_at=lead.created_at,
        entered_at=lead.entered_at,
        erased_at=lead.erased_at,
        bars=seen.bars,
        ended=tuple(seen.bar(clock) for clock in ended[:ENDED]),
        why=why(seen.view, naming, seen.open),
        fields=tuple(_fields(seen, known)),
        checks=tuple(_check(seen, each, known) for each in seen.workflow.checks.values()),
        main=deeds.main_of(seen, known),
        fires=_of(known, "fire"),
        records=_of(known, "record"),
        taking=next(iter(_of(known, "take")), None),
        timeline=events,
        expected=seen.expected,
        zone=zone,
        at=seen.at,
    )


def _ended_at(clock: Clock) -> datetime:
    assert clock.ended_at is not None
    return clock.ended_at


def _of(known: Sequence[Deed], kind: str) -> tuple[Deed, ...]:
    return tuple(each for each in known if each.kind == kind)


def _fields(seen: Seen, known: Sequence[Deed]) -> list[FieldShown]:
    settings, identity = {each.name: each for each in _of(known, "set")}, seen.workflow.identity
    return [
        FieldShown(name, title_of(spec), _value(seen, spec), name in identity, settings.get(name))
        for name, spec in seen.workflow.fields.items()
    ]


def _value(seen: Seen, spec: Field) -> str | None:
    value = seen.lead.fields.get(spec.name)
    return None if value is None else words_of(value, spec)


def _check(seen: Seen, check: Check, known: Sequence[Deed]) -> CheckShown:
    answer = seen.lead.checks.get(check.name)
    stands = seen.view.answer_stands(check.name)
    until = None if answer is None or check.valid_for is None else answer.at + check.valid_for
    return CheckShown(
        name=check.name,
        title=unquoted(seen.naming.check(check.name)),
        question=check.question,
        passes=tuple(clause.otherwise or condition(clause.that, seen.naming) for clause in check.passes),
        passed=answer.passed if answer is not None and stands else None,
        values=() if answer is None else _values(check, answer),
        answered_at=None if answer is None else answer.at,
        stands_until=until,
        answering=next((each for each in _of(known, "answer") if each.name == check.name), None),
    )  # fmt: skip


def _values(check: Check, answer: Answer) -> tuple[tuple[str, str], ...]:
    given = answer.values.items()
    return tuple(
        (_titled(check, name), words_of(value, check.fields.get(name)))
        for name, value in given
        if value is not None
    )


def _titled(check: Check, name: str) -> str:
    return title_of(check.fields[name]) if name in check.fields else plain(name)
