"""What waits of a hook, applied: read what is lacking, decide some hundred things at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slaflow.engine.transaction import tried, uncollected
from slaflow.errors import SlaflowError, UnknownName, own_fault
from slaflow.exchange.imports.actors import Actors
from slaflow.link import fetch
from slaflow.link.apply import FIRST, LONGEST, Records, Round, Terms, counted
from slaflow.link.crm.shapes import Crm, CrmClosed
from slaflow.link.fetch import Library
from slaflow.link.heard import Read
from slaflow.link.hook_map import HookMap, read_hook_map
from slaflow.link.out_binding import check_one_way, read_link_file
from slaflow.settings.hooks import AnyHook, HubSpotHook
from slaflow.settings.reach import Reach
from slaflow.store.errors import ConflictingChange, StoreError, StoreFailed
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import APPLIED, ECHO, FAILED, UNCHANGED, WAITING, Delivered, Settled
from slaflow.store.rows import people as people_store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

AT_ONCE = 500
"""Things that one transaction applies."""
IN_THE_WAY = "others were changing the lead"


@dataclass(slots=True)
class HookReport:
    """What became of how many; ``problem`` says why nothing could be done."""

    counts: Counter[str] = field(default_factory=Counter)
    problem: str | None = None

    def as_json(self) -> dict[str, Any]:
        told = {status: self.counts[status] for status in (APPLIED, UNCHANGED, ECHO, FAILED)}
        return {**told, "put_off": self.counts[WAITING], "problem": self.problem}


def crm_of(reach: Reach, hook: AnyHook) -> str | None:
    """The CRM whose records the hook tells of: that which it fetches from, else the only one of its kind."""
    if isinstance(hook, HubSpotHook) and hook.fetch is not None:
        return hook.fetch
    alike = [name for name, each in reach.crms.items() if each.kind == hook.kind]
    return alike[0] if len(alike) == 1 else None


def terms_of(app: Engine, reach: Reach, name: str, now: datetime | None = None) -> Terms:
    """The hook *name* with its map, held against the agreement in force.

    Raises:
        UnknownName: slaflow.toml has no such hook, or no such CRM.
        MapInvalid, FileUnreadable, WorkflowNotActive and the like.
    """
    hook = reach.hooks.get(name)
    if hook is None:
        raise UnknownName("hook", name, reach.hooks)
    crm = crm_of(reach, hook)
    if crm is not None and crm not in reach.crms:
        raise UnknownName("receiver", crm, reach.crms)
    now, workflow = now or app.now(), app.active(hook.workflow)
    with app.database.read() as conn:
        actors = Actors(workflow, people_store.directory(conn), now)
    map = read_hook_map(hook.map, workflow, actors)
    return Terms(app, name, hook, map, crm, now, *shared(app, reach, crm, map))


def shared(app: Engine, reach: Reach, crm: str | None, map: HookMap) -> tuple[frozenset[str], frozenset[str]]:
    """The fields of the lead that *crm* may change too, and those of them that are ours where both sides
    change them at once. Raises ``MapInvalid`` for one that is to go both ways and is not said to."""
    if crm is None:
        return frozenset(), frozenset()
    settings = reach.crms[crm]
    workflow = app.active(settings.workflow)
    link = read_link_file(settings.map, workflow)
    check_one_way(settings.map.read_bytes(), str(settings.map), workflow, map.document)
    both = link.document.both.values()
    return frozenset(each.field for each in both), frozenset(e.field for e in both if e.wins == "ours")


def run_once(
    app: Engine,
    reach: Reach,
    name: str,
    *,
    now: datetime | None = None,
    crms: Mapping[str, Crm] | None = None,
) -> HookReport:
    """Applies some of what is due of the hook *name*; nothing is counted where nothing is.

    Args:
        crms: those that are open already, by name; others are opened as slaflow.toml says.

    Raises:
        SlaflowError: as :func:`terms_of`, or the database cannot be had now.
    """
    report, now = HookReport(), now or app.now()
    with app.database.read() as conn:
        rows = inbox.due(conn, name, now, AT_ONCE)
    if not rows:
        return report
    terms = terms_of(app, reach, name, now)
    records: dict[int, Read | None] = {}
    if wanted := _lacking(terms, rows):
        closed, records = _read(app, reach, terms, wanted, crms)
        if closed is not None:
            _put_off(terms, wanted, closed.reason, closed.for_)
            report.counts[WAITING] += len(wanted)
            late = {row.id for row in wanted}
            rows = [row for row in rows if row.id not in late]
    _apply(terms, rows, records, report)
    return report


def _lacking(terms: Terms, rows: Sequence[Delivered]) -> list[Delivered]:
    if not isinstance(terms.hook, HubSpotHook) or terms.hook.fetch is None:
        return []
    with terms.app.database.read() as conn:
        return fetch.lacking(conn, terms.name, terms.crm, terms.hook, terms.map, rows)


def _read(
    app: Engine, reach: Reach, terms: Terms, rows: Sequence[Delivered], crms: Mapping[str, Crm] | None
) -> tuple[CrmClosed | None, dict[int, Read | None]]:
    from slaflow.link.crm.opening import opened

    assert terms.crm is not None
    settings, lent = reach.crms[terms.crm], (crms or {}).get(terms.crm)
    link = read_link_file(settings.map, app.active(settings.workflow))
    crm = lent or opened(reach, terms.crm)
    try:
        return None, fetch.read(Library(crm, link.object), terms.map, rows)
    except CrmClosed as closed:
        return closed, {}
    finally:
        if lent is None:
            crm.close()


def _apply(terms: Terms, rows: Sequence[Delivered], records: Records, report: HookReport) -> None:
    """Applies them together; where somebody is in the way of one, it alone waits, and the rest go on."""
    if not rows:
        return

    def once() -> Counter[str]:
        with uncollected(), terms.app.database.write() as conn:
            held = inbox.take_up(conn, [row.id for row in rows], terms.now)
            return counted(Round(terms, conn, held, records).apply())

    try:
        report.counts += tried(once)
    except Exception as error:
        # A bug of ours that one of them runs into is no reason to keep the others waiting, or other hooks.
        if isinstance(error, StoreError) and not isinstance(error, StoreFailed):
            raise
        if len(rows) > 1:
            half = len(rows) // 2
            _apply(terms, rows[:half], records, report)
            _apply(terms, rows[half:], records, report)
        elif isinstance(error, ConflictingChange):
            _put_off(terms, rows, IN_THE_WAY)
            report.counts[WAITING] += 1
        else:
            _fail(terms, rows[0], error)
            report.counts[FAILED] += 1


def _put_off(terms: Terms, rows: Sequence[Delivered], reason: str, wait: timedelta | None = None) -> None:
    with terms.app.database.write() as conn:
        for row in rows:
            until = terms.now + (wait or min(FIRST * 2 ** min(row.tries, 20), LONGEST))
            inbox.put_off(conn, [row.id], until, reason)


def _fail(terms: Terms, row: Delivered, error: Exception) -> None:
    """Of what went wrong outside every rule only its code is said: its words may hold anything."""
    why = error.code if isinstance(error, SlaflowError) else own_fault(error)
    with terms.app.database.write() as conn:
        inbox.settle(conn, [Settled(row.id, FAILED, None, f"it could not be decided: {why}")])
