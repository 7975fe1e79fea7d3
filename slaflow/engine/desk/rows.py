"""A page of the queue: a row per lead, by its most urgent promise that the asker's party owes.

One read transaction, bounded whatever the backlog: see :func:`slaflow.engine.leads.queue.page`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from slaflow.agreement.words.naming import unquoted
from slaflow.engine.ask import Expected
from slaflow.engine.context import Context
from slaflow.engine.desk import deeds
from slaflow.engine.desk.clock_bar import ClockBar
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import name_of
from slaflow.engine.desk.reading import see_all, zone_for
from slaflow.engine.desk.said import Said, said_of
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.why import Why, why
from slaflow.engine.leads.queue import Question, first
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.rows import owed as owed_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.spellings import Spelt

Whose = Literal["me", "team", "unowned", "party"]
WHOSE: tuple[Whose, ...] = ("me", "team", "unowned", "party")
MOST = 100
"""How far leads are counted."""
PAGE = 25
LOOKED_AT = 800
"""So many of the most urgent promises are looked at at most."""


@dataclass(frozen=True, slots=True)
class Waits:
    """That a lead waits for ``team``, as it is called, since when, and its place in that queue."""

    team: str
    since: datetime
    place: int
    of: int


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead with its clocks, the most urgent first, why it is here, and what the asker may do with it.

    Among ``others``, which go on or take it, those stand first that hand the lead to another party.
    """

    lead_id: int
    key: str
    state: str
    entered_at: datetime
    state_name: str
    owner: str | None
    waits: Waits | None
    is_mine: bool
    bars: tuple[ClockBar, ...]
    why: Why
    main: Deed | None
    others: tuple[Deed, ...]
    expected: Expected
    seq: int


@dataclass(frozen=True, slots=True)
class Brief:
    """A lead in a list: without what can be done with it, which takes longest to find out."""

    lead_id: int
    key: str
    state_name: str
    owner: str | None
    waits: Waits | None
    bars: tuple[ClockBar, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """Whose leads, and how many there are as saved; ``is_more``: so many at least."""

    whose: Whose
    count: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be narrowed to: a name of the agreement, and what it is called."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of the queue ended: after so many leads, the last of which was ``lead``."""

    rows: int
    lead: int


@dataclass(frozen=True, slots=True)
class QueueDesk:
    """The page. ``next`` is where the next one begins, None: there is none, or ``is_deepest``, as nobody
    works a queue from its end. ``waiting`` as in ``QueuePage``; ``said`` is what the asker did just now.
    """

    whose: Whose
    rows: tuple[LeadRow, ...]
    tabs: tuple[Tab, ...]
    targets: tuple[Choice, ...]
    states: tuple[Choice, ...]
    party: str
    next: Mark | None
    is_deepest: bool
    waiting: int
    said: Said | None
    zone: str
    at: datetime


def queue(
    app: Context, who: Actor, whose: Whose, *, target: str | None = None, state: str | None = None,
    after: Mark | None = None, done: int | None = None,
) -> QueueDesk:  # fmt: skip
    """The :data:`PAGE` most urgent leads about which *who*'s party owes something, theirs or others'; *after*
    those of the page before. *done* is a lead to which *who* just did something.

    A *target* or *state* that no agreement names finds nothing.
    """
    now = app.present()
    with app.database.read() as conn:
        directory = app.standings.shared(people_store.directory(conn))
        team = _team(directory, who, now)
        spelt = Spelt(conn, "lead.owner")
        question = _question(app, conn, directory, who, whose, team, now, spelt)
        found, waiting, is_all = _first(question, now, PAGE + (after.rows if after else 0), target, state)
        start = _start(found, after)
        seen = see_all(app, conn, directory, who, found[start : start + PAGE], now)
        tabs = tuple(_tabs(conn, directory, who, team, now, spelt))
        zone = zone_for(app, conn, who)
        said = None if done is None else said_of(app, conn, directory, done, who)
    rows = tuple(row(each) for each in seen)
    targets, states = _choices(seen)
    party = seen[0].naming.party(who.party) if seen else who.party.replace("_", " ")
    end = start + PAGE
    mark = Mark(end, found[end - 1]) if len(found) > end else None
    is_deepest = mark is None and not is_all
    return QueueDesk(
        whose, rows, tabs, targets, states, party, mark, is_deepest, waiting, said, zone, now
    )  # fmt: skip


def _start(found: Sequence[int], after: Mark | None) -> int:
    """Where in *found* the page begins; leads that were done meanwhile are no reason to pass others over."""
    if after is None:
        return 0
    return found.index(after.lead) + 1 if after.lead in found else min(after.rows, len(found))


def _team(directory: Directory, who: Actor, now: datetime) -> str | None:
    person = directory.person(who.name, now)
    return None if person is None else person.team


def _question(
    app: Context, conn: Connection, directory: Directory, who: Actor, whose: Whose, team: str | None,
    now: datetime, spelt: Spelt,
) -> Question:  # fmt: skip
    owners = _owners(directory, who, whose, team, now)
    return Question(app, conn, directory, owners, who.party, spelt, unowned=whose == "unowned")


def _owners(
    directory: Directory, who: Actor, whose: Whose, team: str | None, now: datetime
) -> list[str] | None:
    if whose == "me":
        return [who.name]
    if whose == "team":
        return list(directory.members(team, now)) if team is not None else []
    return None


def _first(
    question: Question, now: datetime, most: int, target: str | None, state: str | None
) -> tuple[list[int], int, bool]:
    """The leads by their most urgent promise, how many wait for a tick, and whether these are all."""
    wanted = LOOKED_AT if target or state else most * 3
    while True:
        page = first(question, now, wanted)
        rows = [
            each for each in page.rows if target in (None, each["target"]) and state in (None, each["state"])
        ]
        leads = list(dict.fromkeys(each["lead"] for each in rows))
        is_all = len(page.rows) < wanted
        if is_all or len(leads) > most or wanted >= LOOKED_AT:
            return leads, page.waiting, is_all
        wanted = min(wanted * 2, LOOKED_AT)


def brief(seen: Seen) -> Brief:
    """One lead as a line of a list."""
    state, owner = unquoted(seen.naming.state(seen.lead.state)), _owner(seen)
    return Brief(seen.lead.id, seen.lead.key, state, owner, waits_of(seen), seen.bars)


def _owner(seen: Seen) -> str | None:
    return None if seen.lead.owner is None else name_of(seen.people, seen.lead.owner)


def waits_of(seen: Seen) -> Waits | None:
    """For which team the lead waits; None: for none."""
    known = seen.waits
    if known is None:
        return None
    return Waits(unquoted(seen.naming.team(known.team)), known.since, known.place, known.of)


def row(seen: Seen) -> LeadRow:
    """One lead as a row."""
    lead = seen.lead
    main, others = deeds.of_row(seen)
    return LeadRow(
        lead_id=lead.id,
        key=lead.key,
        state=lead.state,
        entered_at=lead.entered_at,
        state_name=unquoted(seen.naming.state(lead.state)),
        owner=_owner(seen),
        waits=waits_of(seen),
        is_mine=seen.is_mine,
        bars=seen.bars,
        why=why(seen.view, seen.naming, seen.open),
        main=main,
        others=tuple(sorted(others, key=lambda each: not each.is_back)),
        expected=seen.expected,
        seq=lead.seq,
    )


def _tabs(
    conn: Connection, directory: Directory, who: Actor, team: str | None, now: datetime, spelt: Spelt
) -> Iterable[Tab]:
    for whose in WHOSE:
        if whose == "team" and team is None:
            continue
        owners = _owners(directory, who, whose, team, now)
        texts = None if owners is None else spelt.of(owners)
        count = owed_store.how_many(conn, texts, who.party, MOST + 1, unowned=whose == "unowned")
        yield Tab(whose, min(count, MOST), count > MOST)


def tabs_for(conn: Connection, directory: Directory, who: Actor, now: datetime) -> tuple[Tab, ...]:
    """Whose leads *who* can look at."""
    spelt = Spelt(conn, "lead.owner")
    return tuple(_tabs(conn, directory, who, _team(directory, who, now), now, spelt))


def hands_over(seen: Seen, state: str) -> bool:
    """Whether another party than the lead's holds it in *state*."""
    return seen.workflow.states[state].held_by not in (seen.lead.held_by, None)


def _choices(seen: Sequence[Seen]) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """The promises and states of what is shown, in the order of the agreement."""
    targets: dict[str, str] = {}
    states: dict[str, str] = {}
    for workflow in {each.workflow.digest: each for each in seen}.values():
        for target in workflow.workflow.targets:
            if target.owed_by == workflow.who.party:
                targets.setdefault(target.name, target.title or target.name.replace("_", " "))
        for name in workflow.workflow.states:
            states.setdefault(name, unquoted(workflow.naming.state(name)))
    return _listed(targets), _listed(states)


def _listed(named: Mapping[str, Any]) -> tuple[Choice, ...]:
    return tuple(Choice(name, words) for name, words in named.items())
