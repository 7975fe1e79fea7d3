"""The queue: what is owed next, least time left first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from slaflow.clock.state import Clock
from slaflow.engine.context import Context
from slaflow.engine.leads.filters import check_declared, owner_as_known
from slaflow.engine.leads.lead_json import left_seconds
from slaflow.engine.settle import Standing
from slaflow.engine.standings import Owing
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.dealing import loads
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import owed as owed_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.owed import Candidate, Owed
from slaflow.store.rows.spellings import Spelt
from slaflow.workflow.identity import folded
from slaflow.workflow.model.workflow import Workflow

SETTLED = 20
"""Of the leads in which something fell, so many are settled for a page beside those that it shows."""
LOOKED_AT = 800
"""So many of the most urgent promises are looked at at most, where a page is not full with fewer."""
COUNTED = 10_000


def queue(
    app: Context,
    owner: str | None,
    team: str | None,
    party: str | None,
    limit: int | None,
    at: datetime | None,
) -> list[dict[str, Any]]:
    """Every promise owed as of *at* (None: now), settled in memory; paused ones come last.

    ``seconds_left`` is open time of the target's calendar, negative once it is past due. ``waits_for`` is the
    team that is to give the lead an owner, ``waits_place`` of ``waits_of`` its place there (past: null).

    Raises:
        UnknownFilter: no such person, team or party.
    """
    now = app.present(at)
    with app.database.read() as conn:
        asked = _asked(app, conn, owner, team, party, now)
        if at is not None:
            return sorted(asked.past(now), key=_urgency)[:limit]
        return _placed(conn, sorted(asked.present(now, limit), key=_urgency)[:limit])


@dataclass(frozen=True)
class QueuePage:
    """The most urgent promises, and in how many leads something fell that was not looked into for it.

    ``waiting`` is bounded by :data:`COUNTED`; 0: the rows are those of :func:`queue`. Else they stand as of
    the last tick, but for the leads shown, which are as they are now.
    """

    rows: list[dict[str, Any]]
    waiting: int


def page(app: Context, owner: str | None, team: str | None, party: str | None, limit: int) -> QueuePage:
    """The first rows of the queue, at a cost that does not grow with what no tick has carried out yet.

    Raises:
        UnknownFilter: no such person, team or party.
    """
    now = app.present()
    with app.database.read() as conn:
        found = first(_asked(app, conn, owner, team, party, now), now, limit)
        return replace(found, rows=_placed(conn, found.rows))


def _placed(conn: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """*rows*, those of leads that wait for a team with where they stand in its queue."""
    places = loads.places(conn, {row["lead"] for row in rows if row["waits_for"]})
    for row in rows:
        if (place := places.get(row["lead"])) is not None:
            row["waits_place"], row["waits_of"] = place.place, place.of
    return rows


def first(asked: Question, now: datetime, limit: int) -> QueuePage:
    """As :func:`page`, of a question that is asked already."""
    fallen = owed_store.fallen(asked.conn, now, COUNTED)
    if len(fallen) <= SETTLED:
        return QueuePage(sorted(asked.present(now, limit), key=_urgency)[:limit], 0)
    rows, settled = asked.as_saved(now, limit, fallen)
    return QueuePage(rows, len(set(fallen) - settled))


def _asked(
    app: Context, conn: Connection, owner: str | None, team: str | None, party: str | None, now: datetime
) -> Question:
    directory = app.standings.shared(people_store.directory(conn))
    check_declared(app, conn, "party", party)
    owners = _owners(app, conn, directory, owner, team, now)
    return Question(app, conn, directory, owners, party, Spelt(conn, "lead.owner"))


def _urgency(row: Mapping[str, Any]) -> tuple[bool, int, str, int]:
    return row["paused"], row["seconds_left"], row["due_at"] or "", row["lead"]


@dataclass(frozen=True)
class Question:
    """A question to the queue: whose leads' promises (None: anybody's), owed by which party.

    ``unowned``: of those leads that nobody owns. ``spelt`` says how owners are spelt.
    """

    app: Context
    conn: Connection
    directory: Directory
    owners: list[str] | None
    party: str | None
    spelt: Spelt
    unowned: bool = False

    def present(self, now: datetime, most: int | None) -> Iterator[dict[str, Any]]:
        """The rows as of now: all, or those among which the *most* urgent are."""
        yield from self._as_settled(owed_store.unsettled(self.conn, now), now)
        standing = self._most_urgent(most, now)
        yield from self._saved(standing if most is None else self._ranked(standing, now)[:most], now)

    def as_saved(
        self, now: datetime, most: int, fallen: Sequence[int]
    ) -> tuple[list[dict[str, Any]], set[int]]:
        """The *most* urgent rows as saved, as now those of the leads shown, of :data:`SETTLED` others that
        are *fallen*, and of those that others had be settled before; and all these leads."""
        # In the others nothing fell: they are as they are saved.
        fell = None if len(fallen) >= COUNTED else set(fallen)
        kept = self.app.standings.holding(self.directory, fallen, now)
        also = {lead_id for lead_id, owing in kept.items() if self._is_about(owing)}
        also.update(islice((each for each in fallen if each not in kept), SETTLED))
        looked_at, settled, rows = most, set[int](), list[dict[str, Any]]()
        while True:
            saved = self._ranked(self._most_urgent(looked_at, None), now)
            shown = {each.lead for each in saved[:looked_at]}
            wanted = (shown if fell is None else shown & fell).union(also) - settled
            rows += self._as_settled(sorted(wanted), now)
            settled |= wanted
            standing = [] if fell is None else [each for each in saved if each.lead not in fell]
            if len(rows) + len(standing) < most and looked_at <= len(saved):
                # What fell took some of these promises away: others come forward.
                if fell is not None:
                    both = {each.clock: each for each in (*standing, *self._most_urgent(most, now))}
                    standing = self._ranked(both.values(), now)
                elif looked_at < LOOKED_AT:
                    looked_at *= 2
                    continue
            rows += self._saved(standing[:most], now)
            return sorted(rows, key=_urgency)[:most], settled.union(kept)

    def _as_settled(self, lead_ids: Sequence[int], now: datetime) -> Iterator[dict[str, Any]]:
        standings = self.app.standings
        heads = lead_store.heads(self.conn, standings.holding(self.directory, lead_ids, now))
        known = standings.known(self.directory, heads, now)
        for workflow, stood in known.values():
            yield from self._rows(workflow, stood, now)
        others = [each for each in lead_ids if each not in known]
        leads = lead_store.read(self.conn, others)
        clocks = clock_store.open_of(self.conn, others)
        for lead in leads.values():
            yield from self._settled(Standing(lead, clocks[lead.id], max(now, lead.as_of)))

    def _ranked(self, candidates: Iterable[Candidate], now: datetime) -> list[Candidate]:
        """*candidates* as their rows are sorted, so that only those are read that are kept."""

        def place(each: Candidate) -> tuple[bool, int, str, int, int]:
            left = left_seconds(self.app.workflow(each.digest), each, now)
            due = "" if each.due_at is None else instant_text(each.due_at)
            return each.status == "paused", left, due, each.lead, each.clock

        return sorted(candidates, key=place)

    def _saved(self, candidates: Iterable[Candidate], now: datetime) -> Iterator[dict[str, Any]]:
        for owed in owed_store.read(self.conn, [each.clock for each in candidates]):
            workflow = self.app.workflow(owed.clock.digest)
            yield _row(workflow, owed, owed.lead_id, owed.clock, now)

    def _most_urgent(self, most: int | None, settled_at: datetime | None) -> list[Candidate]:
        if self.unowned:
            return owed_store.of_nobody(self.conn, self.party, most, settled_at)
        if self._spelt is None:
            return owed_store.of_anybody(self.conn, self.party, most, settled_at)
        own_much = most is not None and self.party is not None and self._own_much
        return owed_store.of_owners(self.conn, self._spelt, self.party, most, settled_at, own_much=own_much)

    def past(self, at: datetime) -> Iterator[dict[str, Any]]:
        """The rows as things stood then; every lead that may owe something is settled."""
        # Imported here, as nobody looks back at the present: it takes all that decides a log again.
        from slaflow.engine.log.past import Lookback

        owed = owed_store.leads_owing(self.conn, self._spelt, self.party)
        leads = {**lead_store.read(self.conn, owed), **lead_store.due(self.conn, at)}
        clocks = clock_store.open_of(self.conn, list(leads))
        stored = ((leads[lead_id], clocks[lead_id]) for lead_id in sorted(leads))
        for stood in Lookback(self.app, self.conn, at).among(stored):
            yield from self._settled(stood)

    @cached_property
    def _spelt(self) -> list[str] | None:
        return None if self.owners is None else self.spelt.of(self.owners)

    @cached_property
    def _own_much(self) -> bool:
        return owed_store.much(self.conn, self._spelt or ())

    @cached_property
    def _keys(self) -> set[str] | None:
        return None if self.owners is None else {folded(each) for each in self.owners}

    def _settled(self, saved: Standing) -> Iterator[dict[str, Any]]:
        workflow = self.app.workflow(saved.lead.digest)
        settled = self.app.standings.of(workflow, self.directory, saved.lead, saved.clocks, saved.at)
        yield from self._rows(workflow, settled, saved.at)

    def _rows(self, workflow: Workflow, settled: Standing, at: datetime) -> Iterator[dict[str, Any]]:
        lead = settled.lead
        if not self._is_whose(lead.owner):
            return
        for clock in settled.clocks:
            if clock.is_open and clock.owed_by is not None and self.party in (None, clock.owed_by):
                yield _row(workflow, lead, lead.id, clock, at)

    def _is_about(self, owing: Owing) -> bool:
        owes = owing.parties if self.party is None else self.party in owing.parties
        return bool(owes) and self._is_whose(owing.owner)

    def _is_whose(self, owner: str | None) -> bool:
        if self.unowned:
            return owner is None
        return self._keys is None or folded(owner or "") in self._keys


def _owners(
    app: Context, conn: Connection, directory: Directory, owner: str | None, team: str | None, at: datetime
) -> list[str] | None:
    """Whose leads are asked for; None: anybody's."""
    wanted = None if owner is None else owner_as_known(conn, directory, owner)
    if team is None:
        return None if wanted is None else [wanted]
    check_declared(app, conn, "team", team, (each.team for each in directory.people if each.team))
    members = directory.members(team, at)
    return [member for member in members if wanted in (None, member)]


def _row(workflow: Workflow, of: Lead | Owed, lead: int, clock: Clock, at: datetime) -> dict[str, Any]:
    return {
        "lead": lead,
        "key": of.key,
        "target": clock.target,
        "title": workflow.target(clock.target).title,
        "owed_by": clock.owed_by,
        "owner": of.owner,
        "waits_for": of.waits_for,
        "waits_since": None if of.waits_since is None else instant_text(of.waits_since),
        "waits_place": None,
        "waits_of": None,
        "due_at": None if clock.due_at is None else instant_text(clock.due_at),
        "seconds_left": left_seconds(workflow, clock, at),
        "calendar": clock.calendar,
        "state": of.state,
        "status": clock.status,
        "paused": clock.status == "paused",
        "lifted": clock.lifted,
    }
