"""One lead with all that its page shows: clocks, checks, fields, what may be done, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.agreement.words.naming import unquoted
from slaflow.clock.state import Clock
from slaflow.engine.ask import Expected
from slaflow.engine.context import Context
from slaflow.engine.desk import deeds, hands, promises
from slaflow.engine.desk.asked import title_of, words_of
from slaflow.engine.desk.clock_bar import ClockBar
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import name_of
from slaflow.engine.desk.reading import see, zone_for
from slaflow.engine.desk.rows import Waits, waits_of
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.shown.checks import CheckShown, checked
from slaflow.engine.desk.shown.handoffs import Card, cards
from slaflow.engine.desk.shown.strip import Strip, strip
from slaflow.engine.desk.told import Timeline, timeline
from slaflow.engine.desk.whose import whose_lines
from slaflow.engine.desk.why import Why, why
from slaflow.engine.owners.words import Line
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.lead import Actor
from slaflow.log.entry import Entry
from slaflow.store.kept import passages as kept
from slaflow.store.kept.passages import Passage
from slaflow.store.log import history
from slaflow.workflow.model.lead import Field

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
class LeadDesk:
    """The page of a lead as of ``at``. ``expected`` goes with what is done by who saw it.

    ``sayings`` are what may be said of the breach of a clock, by its target and number.
    """

    lead_id: int
    key: str
    seq: int
    state: str
    state_name: str
    party: str
    owner: str | None
    waits: Waits | None
    whose: tuple[Line, ...]
    """Why it is whose it is."""
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
    not_theirs: str | None
    """Why none of it is the asker's to do, however the agreement stands; None where it may be."""
    fires: tuple[Deed, ...]
    records: tuple[Deed, ...]
    taking: Deed | None
    giving: Deed | None
    erasing: Deed | None
    sayings: Mapping[tuple[str, int], tuple[Deed, ...]]
    handoffs: tuple[Card, ...]
    strip: Strip | None
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
        passages = kept.of_leads(conn, [lead_id]).get(lead_id, ()) if before is None else ()
        zone = zone_for(app, conn, who)
        whose = tuple(whose_lines(app, conn, seen, drafts, ZoneInfo(zone)))
    told: list[Entry | Draft] = [*stream, *(drafts if before is None else ())]
    goes_on = bool(stream) and stream[0].seq > 1
    events = timeline(seen.naming, seen.people, told, goes_on=goes_on)
    return _desk(seen, told, events, passages, zone, whose, is_first=before is None)


def _desk(
    seen: Seen, told: Sequence[Entry | Draft], events: Timeline, passages: Sequence[Passage], zone: str,
    whose: tuple[Line, ...], *, is_first: bool,
) -> LeadDesk:  # fmt: skip
    lead, naming = seen.lead, seen.naming
    known = list(deeds.all_of(seen))
    answering = {each.name: each for each in _of(known, "answer")}
    giving, erasing = hands.giving(seen, ZoneInfo(zone)), hands.erasing(seen)
    ended = sorted((c for c in seen.clocks if c.ended_at and c.owed_by), key=_ended_at, reverse=True)
    return LeadDesk(
        lead_id=lead.id,
        key=lead.key,
        seq=lead.seq,
        state=lead.state,
        state_name=unquoted(naming.state(lead.state)),
        party=naming.party(lead.held_by),
        owner=None if lead.owner is None else name_of(seen.people, lead.owner),
        waits=waits_of(seen),
        whose=whose,
        is_mine=seen.is_mine,
        created_at=lead.created_at,
        entered_at=lead.entered_at,
        erased_at=lead.erased_at,
        bars=seen.bars,
        ended=tuple(seen.bar(clock) for clock in ended[:ENDED]),
        why=why(seen.view, naming, seen.open),
        fields=tuple(_fields(seen, known)),
        checks=tuple(
            checked(seen, each, told, answering.get(each.name)) for each in seen.workflow.checks.values()
        ),
        main=deeds.main_of(seen, known),
        not_theirs=seen.not_theirs,
        fires=_of(known, "fire"),
        records=_of(known, "record"),
        taking=next(iter(_of(known, "take")), None),
        giving=giving if giving is not None and giving.is_open else None,
        erasing=erasing if erasing is not None and erasing.is_open else None,
        sayings=dict(_sayings(seen, ended[:ENDED])),
        handoffs=cards(seen, told, passages, *promises.of_last_return(seen, told)) if is_first else (),
        strip=strip(seen, told) if is_first else None,
        timeline=events,
        expected=seen.expected,
        zone=zone,
        at=seen.at,
    )


def _sayings(seen: Seen, ended: Sequence[Clock]) -> Iterator[tuple[tuple[str, int], tuple[Deed, ...]]]:
    for clock in (*(each for each in seen.clocks if each.is_open), *ended):
        if found := promises.of_clock(seen, clock):
            yield (clock.target, clock.number), found


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
