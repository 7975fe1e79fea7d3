"""A page of the log for who reads it: rows newest first, and the names that may be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from slaflow.agreement.words.naming import Naming, plain, unquoted
from slaflow.engine.context import Context
from slaflow.engine.desk.reading import zone_for
from slaflow.engine.leads import address
from slaflow.engine.leads.filters import UnknownFilter
from slaflow.engine.log.filters import checked
from slaflow.engine.logbook.sentences import Said, Sayings
from slaflow.errors import InvalidValue, SlaflowError
from slaflow.language import _
from slaflow.lifecycle.lead import Actor
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log import around, pages
from slaflow.store.log.filter import LogFilter
from slaflow.store.log.pages import Place
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.spellings import spellings
from slaflow.workflow.model.parties import LEAD, SYSTEM

__all__ = ["LogFilter", "Logbook", "Place", "Row", "lead_called", "show", "zone_of"]


@dataclass(frozen=True, slots=True)
class Row:
    """An entry on a line; ``key`` is what its lead is known by now."""

    id: int
    at: datetime
    kind: str
    stream: str
    said: Said
    lead: int | None
    key: str | None
    party: str | None
    is_late: bool
    is_blank: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Names that may be asked for, those of the agreements in force, and what they are called there."""

    parties: Mapping[str, str]
    targets: Mapping[str, str]
    triggers: Mapping[str, str]

    def words_of(self, filter_: str, name: str) -> str:
        """What *name* is called, where it is one of them."""
        known = {"party": self.parties, "target": self.targets, "trigger": self.triggers}
        return known.get(filter_, {}).get(name, name)


@dataclass(frozen=True, slots=True)
class Logbook:
    """``before`` is where the next page begins, None: there is none; ``is_short``: it may hold some.

    ``archived`` is the file that entries were moved to last; None: all are here.
    """

    rows: tuple[Row, ...]
    before: Place | None
    is_short: bool
    archived: str | None
    choices: Choices
    zone: str
    at: datetime


def show(app: Context, who: Actor, wanted: LogFilter, before: Place | None, most: int) -> Logbook:
    """The latest entries before *before* that *wanted* lets through.

    Raises:
        UnknownFilter, InvertedRange: as ``log list``; no person is named who was not asked for.
    """
    _check(app, wanted)
    with app.database.read() as conn:
        if wanted.actor is not None:
            known = tuple(spellings(conn, "entry.actor", [wanted.actor]))
            wanted = replace(wanted, actors=known or (wanted.actor,))
        page = pages.page(conn, wanted, before, most)
        zone, rows = zone_for(app, conn, who), rows_of(app, conn, page.entries)
        choices, archived = _choices(app, conn), around.last_archive(conn)
    return Logbook(rows, page.before, page.is_short, archived, choices, zone, app.now())


def zone_of(app: Context, who: Actor) -> str:
    with app.database.read() as conn:
        return zone_for(app, conn, who)


def empty(app: Context, who: Actor) -> Logbook:
    """Without a row: what was asked for cannot be."""
    with app.database.read() as conn:
        return Logbook((), None, False, None, _choices(app, conn), zone_for(app, conn, who), app.now())


def lead_called(app: Context, text: str) -> int:
    """The number of the lead of that number or identity. Raises ``InvalidValue``.

    No other lead is named: who asks may not be one of those who know them.
    """
    try:
        with app.database.read() as conn:
            return address.find(conn, text)
    except address.AmbiguousLead:
        raise InvalidValue(
            _("{text} is one lead's number and another's identity; write #{text} for the number").format(
                text=text
            )
        ) from None
    except SlaflowError as error:
        if not isinstance(error, address.UnknownLead):
            raise
        raise InvalidValue(_("no lead has that number or identity")) from None


def _check(app: Context, wanted: LogFilter) -> None:
    try:
        checked(app, wanted)
    except UnknownFilter as error:
        if error.what != "actor":
            raise
        raise InvalidValue(_("nobody of that name has done anything in this log")) from None


def rows_of(app: Context, conn: Connection, entries: Iterable[Entry]) -> tuple[Row, ...]:
    """Those entries as rows, in their order."""
    found = list(entries)
    sayings = Sayings(app, people_store.directory(conn))
    keys = lead_store.keys_of(conn, sorted({each.lead for each in found if each.lead is not None}))
    return tuple(_row(each, sayings.said(each), keys.get(each.lead or 0)) for each in found)


def _row(entry: Entry, said: Said, key: str | None) -> Row:
    assert entry.id is not None
    happened = entry.occurred_at or entry.at
    return Row(
        entry.id, entry.at, entry.kind, entry.stream, said, entry.lead, key, entry.party,
        is_late=entry.arrived_at is not None and entry.arrived_at > happened,
        is_blank=entry.data_text is None,
    )  # fmt: skip


def _choices(app: Context, conn: Connection) -> Choices:
    flows = [app.remember(version) for version in workflow_store.all_active(conn).values()]
    parties = dict.fromkeys((*(party for flow in flows for party in flow.parties), LEAD, SYSTEM))
    targets: dict[str, str] = {}
    triggers: dict[str, str] = {}
    for flow in flows:
        naming = Naming(flow)
        targets |= {each.name: each.title or plain(each.name) for each in flow.targets}
        triggers |= {each: unquoted(naming.trigger(each)) for each in flow.triggers}
    return Choices({each: plain(each) for each in parties}, targets, triggers)
