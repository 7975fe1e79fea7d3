"""For the party that hands leads over: which came back and why, and which are close to being handed over.

Both are bounded: of the last handoffs and of the last touches so many are looked at, whatever there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from slaflow.engine.context import Context
from slaflow.engine.desk import refusals
from slaflow.engine.desk.reading import see_all, zone_for
from slaflow.engine.desk.refusals import Because
from slaflow.engine.desk.rows import LeadRow, Tab, hands_over, row, tabs_for
from slaflow.engine.desk.said import Said, said_of
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.told import Event, timeline
from slaflow.lifecycle.lead import Actor
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.rows import lately as store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.workflow.model.flow import Transition

SHOWN = 25
HANDOFFS, TOUCHES, TOUCHED = 500, 1000, 200
"""Handoffs that are looked at; touches, and of the leads touched how many."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """A lead that the asker's party holds again; ``event`` is what took it back, with what was said."""

    row: LeadRow
    event: Event | None


@dataclass(frozen=True, slots=True)
class Close:
    """A lead with its score, and the clauses that still keep it from being handed over."""

    row: LeadRow
    score: float
    lacks: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class LatelyDesk:
    back: tuple[CameBack, ...]
    close: tuple[Close, ...]
    tabs: tuple[Tab, ...]
    said: Said | None
    zone: str
    at: datetime


def begins_with(app: Context, who: Actor) -> bool:
    """Whether *who*'s party holds leads from their beginning, by an agreement in force."""
    with app.database.read() as conn:
        active = [app.remember(each) for each in workflow_store.all_active(conn).values()]
    return any(each.states[each.initial].held_by == who.party for each in active)


def is_any_in_force(app: Context) -> bool:
    """Whether there is an agreement that leads can be under."""
    with app.database.read() as conn:
        return bool(workflow_store.all_active(conn))


def came_back(app: Context, who: Actor, done: int | None = None) -> LatelyDesk:
    """The leads that were given back to *who*'s party and stayed there, newest first."""
    now = app.present()
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        found = store.came_back(conn, who.party, HANDOFFS, SHOWN)
        seen = see_all(app, conn, directory, who, [each.lead for each in found], now)
        events = {each.lead: entry for each in found if (entry := _entry(conn, each)) is not None}
        tabs, zone = tabs_for(conn, directory, who, now), zone_for(app, conn, who)
        said = None if done is None else said_of(app, conn, directory, done, who)
    held = [each for each in seen if each.lead.held_by == who.party]
    rows = tuple(CameBack(row(each), _event(each, events.get(each.lead.id))) for each in held)
    return LatelyDesk(rows, (), tabs, said, zone, now)


def _entry(conn: Connection, back: store.Back) -> Entry | None:
    found = store.entry_of(conn, back)
    return None if found is None else Entry._make(found)


def _event(seen: Seen, entry: Entry | None) -> Event | None:
    if entry is None:
        return None
    # By itself, whatever led to it.
    return timeline(seen.naming, seen.people, [entry._replace(caused_by=None)], goes_on=False).events[0]


def close(app: Context, who: Actor, done: int | None = None) -> LatelyDesk:
    """Of the leads that were touched last and that *who*'s party holds, the best by score."""
    now = app.present()
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        touched = store.touched(conn, TOUCHES)[:TOUCHED]
        seen = see_all(app, conn, directory, who, touched, now)
        tabs, zone = tabs_for(conn, directory, who, now), zone_for(app, conn, who)
        said = None if done is None else said_of(app, conn, directory, done, who)
    scored = [
        (each.view.score("score"), each, ways)
        for each in seen if each.lead.held_by == who.party and (ways := list(_ways(each)))
    ]  # fmt: skip
    scored.sort(key=lambda each: (-each[0], each[1].lead.id))
    rows = tuple(Close(row(each), score, _lacks(each, ways)) for score, each, ways in scored[:SHOWN])
    return LatelyDesk((), rows, tabs, said, zone, now)


def _ways(seen: Seen) -> Iterator[Transition]:
    """The transitions that hand the lead over from where it is."""
    for each in seen.workflow.transitions:
        if seen.lead.state in each.from_states and each.to is not None and hands_over(seen, each.to):
            yield each


def _lacks(seen: Seen, ways: Sequence[Transition]) -> tuple[Because, ...]:
    """Of the way that lacks least what it lacks."""
    found = [refusals.taught(seen.view, each) for each in ways]
    least = min(found, key=len)
    return tuple(least)
