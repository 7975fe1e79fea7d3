"""The commitments report: what each party promised per period, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.engine.commitments import schedule
from slaflow.engine.commitments.closing import versions_of
from slaflow.engine.commitments.signatures import signatures
from slaflow.engine.commitments.status import rows_at, standing
from slaflow.hours.zones import supported
from slaflow.lifecycle.decision import instant_text
from slaflow.report.question import check_range
from slaflow.store.database import Connection
from slaflow.store.rows import workflows as workflow_store
from slaflow.workflow.model.commitment import Signed

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
    start, end = start and supported(start), end and supported(end)
    check_range(start, end)
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


def _rows(
    app: Engine, conn: Connection, name: str, start: datetime | None, end: datetime | None, now: datetime
) -> Iterator[dict[str, Any]]:
    versions = versions_of(app, conn, name)
    stated = rows_at(conn, name, now)
    for terms in schedule.all_terms(versions, start, min(end or now, now)):
        label = terms.period.label
        owed = terms.commitments()
        asks = any(isinstance(each.measure, Signed) for each in owed)
        signed = [each for each in signatures(conn, name, label) if each.at <= now] if asks else []
        for each in owed:
            row = stated.get((each.name, label))
            yield {"workflow": name, **standing(app, conn, versions, terms, each, now, row, signed)}


def _parties(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    parties: dict[str, dict[str, int]] = {}
    for row in rows:
        outcome = (row["verdict"] or "no_verdict") if row["status"] == "closed" else "open"
        for party in row["owed_by"]:
            parties.setdefault(party, dict.fromkeys(COUNTS, 0))[outcome] += 1
    return dict(sorted(parties.items()))
