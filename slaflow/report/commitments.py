"""The commitments report: what each party promised per period, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from slaflow.engine import agenda
from slaflow.engine.app import Engine
from slaflow.engine.commitments import versions_of
from slaflow.engine.signatures import signatures
from slaflow.engine.standing import rows_at, standing
from slaflow.hours.zones import in_utc
from slaflow.lifecycle.draft import instant_text
from slaflow.report.asking import InvertedRange
from slaflow.report.stated import figure_words, promise_words, verdict_words
from slaflow.store import workflows as workflow_store
from slaflow.store.database import Connection

COUNTS = ("kept", "missed", "no_verdict", "open")


def commitments(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    workflow: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Every commitment's periods, oldest first, and how many each party kept.

    Args:
        start, end: periods that begin in ``[start, end)``; None is unbounded.
        at: as of this instant: what closed later is shown as it stood then.

    Returns:
        ``{"from", "to", "settled_to", "parties": {P: {"kept", "missed", "no_verdict", "open"}},
        "commitments": [...]}``, each item as in ``review show`` with its ``workflow``.

    Raises:
        InvertedRange: *end* is not after *start*.
    """
    start, end = start and in_utc(start), end and in_utc(end)
    if start is not None and end is not None and end <= start:
        raise InvertedRange(start, end)
    now = app.present(at)
    with app.database.read() as conn:
        names = [workflow] if workflow is not None else list(workflow_store.all_active(conn))
        found = [row for name in names for row in _rows(app, conn, name, start, end, now)]
    return {
        "from": None if start is None else instant_text(start),
        "to": None if end is None else instant_text(end),
        "settled_to": instant_text(now),
        "parties": _parties(found),
        "commitments": found,
    }


def in_words(app: Engine, start: datetime, end: datetime, at: datetime, zone: tzinfo) -> list[dict[str, str]]:
    """The same periods as a table for people: figure, promise and verdict in words."""
    return [
        {
            "commitment": row["commitment"], "owed_by": ", ".join(row["owed_by"]), "period": row["period"],
            "promised": promise_words(row, zone), "measured": figure_words(row, row),
            "verdict": verdict_words(row),
        }
        for row in commitments(app, start, end, at=at)["commitments"]
    ]  # fmt: skip


def _rows(
    app: Engine, conn: Connection, name: str, start: datetime | None, end: datetime | None, now: datetime
) -> Iterator[dict[str, Any]]:
    versions = versions_of(app, conn, name)
    stated = rows_at(conn, name, now)
    for terms in agenda.all_terms(versions, start, min(end or now, now)):
        label = terms.period.label
        signed = [each for each in signatures(conn, name, label) if each.at <= now]
        for each in terms.commitments():
            row = stated.get((each.name, label))
            yield {"workflow": name, **standing(app, conn, versions, terms, each, now, row, signed)}


def _parties(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    parties: dict[str, dict[str, int]] = {}
    for row in rows:
        outcome = (row["verdict"] or "no_verdict") if row["status"] == "closed" else "open"
        for party in row["owed_by"]:
            parties.setdefault(party, dict.fromkeys(COUNTS, 0))[outcome] += 1
    return dict(sorted(parties.items()))
