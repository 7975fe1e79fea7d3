"""The office agreement with commitments, and a plain count of them from the log, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from support.builders import utc
from support.office import AGREEMENT, DAY, FOUNDED, staffed

from slaflow.engine.app import Engine
from slaflow.lifecycle.commitments import counted
from slaflow.lifecycle.commitments.counted import History
from slaflow.lifecycle.commitments.figures import as_data
from slaflow.lifecycle.commitments.verdicts import Owed
from slaflow.log.entry import Entry
from slaflow.store.rows.outbox import list_messages
from slaflow.store.tables.leads import clock
from slaflow.workflow.model.periods import parse_period

SECOND = timedelta(seconds=1)
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
MEASURED = """\
  quick: {owed_by: sales, every: month, time: {median: first_contact}, per: owner}
  broken: {owed_by: sales, every: month, count: {step: [respond, 100%], each: true}}
  given: {owed_by: sales, every: month, count: {assign: true, each: true}, per: owner}
  worths:
    owed_by: marketing
    every: week
    count: {enter: mql, distinct: worth}
    at_least: 1
    missed: {in_a_row: 2, notify: sales}
  by_phone:
    owed_by: sales
    every: month
    share: {of: {activity: call}, among: {activity: [call, mail]}, each: true}
    per: owner
  countries:
    owed_by: sales
    every: month
    share: {of: {trigger: accept}, among: {trigger: [accept, return]}, distinct: country}
    per: owner
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


def known_at(entries: Sequence[Entry]) -> dict[tuple[str, int], datetime]:
    """When each entry was known: once it and every input before it in its stream had arrived."""
    arrived: dict[str, datetime] = {}
    known = {}
    for entry in sorted(entries, key=lambda each: (each.stream, each.seq)):
        told = entry.arrived_at or entry.at
        arrived[entry.stream] = max(arrived.get(entry.stream, told), told)
        known[entry.stream, entry.seq] = max(entry.at, arrived[entry.stream])
    return known


def plainly(app: Engine, told: dict[str, Any]) -> dict[str, Any]:
    """What a statement should say, counted anew from the whole log."""
    commitment = app.active().commitments[told["commitment"]]
    start, end = parse_period(told["period"]).bounds(app.active().timezone)
    known, streams = _log_of(app)
    allowances = _allowances(app)
    seen = [
        each
        for lead, entries in streams.items()
        for each in counted.seen(lead, entries)
        if known[f"lead:{lead}", each.entry.seq] <= told["at"]
    ]
    history = History(seen, start, end, end + commitment.matures, allowances.__getitem__)
    data = as_data(commitment, Owed(commitment.at_least, commitment.at_most), history.measured(commitment))
    return {key: data[key] for key in ("figure", "of", "among", "leads", "clocks", "owners") if key in data}


@lru_cache(1)
def _log_of(app: Engine) -> tuple[dict[tuple[str, int], datetime], dict[int, list[Entry]]]:
    entries = list(app.log())
    streams: dict[int, list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: each.seq):
        if entry.lead is not None:
            streams.setdefault(entry.lead, []).append(entry)
    return known_at(entries), streams


@lru_cache(1)
def _allowances(app: Engine) -> dict[tuple[int, str | None, int | None], int]:
    with app.database.read() as conn:
        rows = conn.execute(select(clock.c.lead, clock.c.target, clock.c.number, clock.c.allowance))
        return {(lead, target, number): span // SECOND for lead, target, number, span in rows}
