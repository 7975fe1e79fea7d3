"""A log with every kind of entry an export treats by itself: two leads, mixed; people; an erased third."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from support.builders import MONDAY, a_draft, sealed

from slaflow.engine.app import Engine
from slaflow.exchange.exports.run import ExportReport, export_log
from slaflow.lifecycle.decision import Draft
from slaflow.log.entry import Entry
from slaflow.store.database import Database
from slaflow.store.log import entries as log
from slaflow.store.log.filter import LogFilter

ANNA, MIA = "anna@example.com", "mia@example.com"
HOUR = timedelta(hours=1)
DUE = "2026-03-02T13:00:00Z"
CLOCK = {"target": "respond", "clock": 1, "actor": "system", "entry_class": "consequence"}


def step(seq: int, kind: str, **given: Any) -> Draft:
    """The entry *seq* hours after Monday's beginning."""
    return a_draft(seq, kind, **{"at": MONDAY + seq * HOUR, "held_by": "sales", "data": {}, **given})


def of_a_clock(seq: int, kind: str, **given: Any) -> Draft:
    return step(seq, kind, **{**CLOCK, "arrived_at": None, "occurred_at": None, **given})


def handoff(seq: int) -> Draft:
    sides = {"gave": {"party": "marketing", "owner": MIA}, "took": {"party": "sales", "owner": ANNA}}
    figures = {"score": "62.5", "fit": "12.5", "engagement": "50", "stage": None, "touchpoints": {"demo": 2}}
    return step(
        seq, "transition", trigger="promote", from_state="new", to_state="mql", handoff=True, actor=MIA,
        party="marketing", owner=MIA, held_by="marketing",
        data={"inputs": {"note": "call <soon> & \"often\""}, "set": {}, "handoff": {**sides, **figures}},
    )  # fmt: skip


def life(lead: int) -> list[Draft]:
    """Created, handed over, a clock paused, broken and met late; refusals, a check, an activity."""
    key = {"key": f"lead{lead}@example.com", "number": lead}
    fields = {
        "company": "Ål & Øl \u0007 \u2028 😀\r\n",
        "employees": 12,
        "on_hold": False,
        "tags": ["a", "b"],
    }
    due = {"due_at": DUE, "calendar": "office", "allowance": "4h", "allowance_seconds": 14400, "case": 0}
    return [
        step(1, "created", to_state="new", actor="lead", party="lead", data={**key, "fields": fields}),
        handoff(2),
        step(3, "assigned", actor="system", party="system", owner=ANNA,
             data={"to": ANNA, "method": "round_robin", "team": "nordics", "candidates": [ANNA], "rule": 1}),
        of_a_clock(4, "clock_started", owner=ANNA, data=due),
        of_a_clock(5, "clock_paused", owner=ANNA, data={"left_seconds": 60, "budget_seconds": None}),
        of_a_clock(6, "clock_resumed", owner=ANNA, data={"due_at": "2026-03-02T15:00:00Z", "because": "x"}),
        of_a_clock(7, "warned", step="50%", owner=ANNA),
        of_a_clock(8, "breached", step="100%", owner=ANNA),
        step(9, "refused", trigger="win", from_state="mql", reason="check.value is not answered", owner=ANNA),
        step(10, "activity", owner=ANNA, data={"activity": "call", "fields": {}, "points": "2.5"}),
        step(11, "checked", owner=ANNA, data={"check": "value", "answer": {"sum": "10"}, "passed": True}),
        step(12, "transition", trigger="accept", from_state="mql", to_state="accepted", owner=ANNA),
        of_a_clock(13, "met_late", owner=ANNA, caused_by=12, data={"late_seconds": 3600}),
    ]  # fmt: skip


def people() -> list[Entry]:
    told = {
        "change": "recorded",
        "party": "sales",
        "name": "Anna",
        "team": None,
        "role": "member",
        "order": 1,
    }
    drafts = [
        step(1, "person", actor="system", party="system", held_by=None, data={**told, "email": ANNA}),
        step(2, "person", actor="system", party="system", held_by=None,
             data={**told, "email": ANNA, "team": "nordics", "manager": MIA}),
    ]  # fmt: skip
    return sealed(drafts, stream="people", lead=None, digest=None, salt=b"")


def erased(lead: int) -> list[Entry]:
    """A life of which nothing personal is left; the entry that says so keeps its data."""
    drafts = [
        *life(lead),
        step(14, "erased", actor=MIA, party="marketing", reason="asked for", data={"entries": 13}),
    ]
    return [
        entry if entry.kind == "erased" else entry._replace(data_text=None) for entry in sealed(drafts, lead)
    ]


def mixed(*courses: list[Entry]) -> list[Entry]:
    """Several leads at once, as they come in: the entries of all in order of time."""
    return sorted((entry for course in courses for entry in course), key=lambda entry: entry.at)


def written(database: Database, entries: Iterable[Entry]) -> None:
    with database.write() as connection:
        log.append(connection, list(entries))


def a_log(database: Database) -> list[Entry]:
    """Leads 2 and 10 (their streams sort the other way round), an erased lead 3, two entries of people."""
    written(database, [*people(), *mixed(sealed(life(2), 2), sealed(life(10), 10)), *erased(3)])
    with database.read() as connection:
        return list(log.entries(connection))


def exported(database: Database, type: str, file: Path, **given: Any) -> ExportReport:
    """Exports to *file*; filters as of a LogFilter, other words as of ``export_log``."""
    rest = {name: given.pop(name) for name in ("partition", "progress") if name in given}
    return export_log(Engine(database), type, file, LogFilter(**given), **rest)
