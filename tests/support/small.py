"""A small agreement to import into, and what tests ask of the outcome."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slaflow.engine.app import Engine
from slaflow.exchange.imports.run import ImportReport

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)

AGREEMENT = """
workflow: small
timezone: Europe/Stockholm
parties: [marketing, sales]
lead:
  identity: [email]
  fields:
    email: email
    source: {type: string, one_of: [web, event]}
    employees: int
    lost_reason: string
    callback_on: date
    met_at: datetime
activities:
  visit: {by: lead}
  call: {by: [sales, marketing], fields: {outcome: string}}
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  won: {final: true}
  lost: {final: true}
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: [system, marketing]}
  - {trigger: win, from: mql, to: won, by: sales, requires: {amount: {type: decimal, min: 1, required: true}}}
  - {trigger: lose, from: mql, to: lost, by: sales, requires: {lost_reason: string}}
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [win, lose]}
    within: 4h
"""

LEADS = """
lead: {email: email, source: source, employees: employees}
created_at: {column: since}
"""
"""email,source,employees,since"""

EVENTS = """
lead: {email: email, source: source}
events:
  - trigger: {column: event}
    when: "row.event in ['promote', 'win', 'lose']"
    at: {column: at}
    as: {column: who}
    set: {amount: {column: amount}, lost_reason: {column: why}}
  - activity: {column: event}
    when: "!(row.event in ['promote', 'win', 'lose'])"
    at: {column: at}
    as: {column: who}
"""
"""email,source,event,at,who,amount,why"""

EVENTS_HEADER = "email,source,event,at,who,amount,why"
Import = Callable[..., ImportReport]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def history(app: Engine, key: str) -> list[tuple[str, datetime]]:
    """(kind, at) of a lead's entries, oldest first."""
    lead_id = app.show(key)["id"]
    return [(entry.kind, entry.at) for entry in app.log() if entry.lead == lead_id]


def kinds(app: Engine, key: str) -> list[str]:
    return [kind for kind, _ in history(app, key)]


def entries(app: Engine) -> list[dict[str, Any]]:
    """The whole log, stream by stream, but what depends on when it was written or on chance."""
    aside = ("id", "hash", "prev", "data_hash", "recorded_at")
    log = sorted(app.log(), key=lambda entry: (entry.lead or 0, entry.stream, entry.seq))
    return [{k: v for k, v in entry.as_json().items() if k not in aside} for entry in log]


def reasons(report: ImportReport) -> list[str]:
    return [reason for _, reason in report.rejected]


def refused_rows(report: ImportReport) -> list[dict[str, str]]:
    """The file of what was refused, as it would be opened again."""
    assert report.rejected_file is not None
    with Path(report.rejected_file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
