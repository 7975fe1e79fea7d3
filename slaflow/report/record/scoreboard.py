"""The running period of one agreement: what was promised, per lead and over time, and how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.engine.app import Engine
from slaflow.engine.commitments import schedule
from slaflow.engine.commitments.behind import behind as behind_commitment
from slaflow.engine.commitments.closing import versions_of
from slaflow.lifecycle.decision import instant_text
from slaflow.report.commitments import commitments
from slaflow.report.question import ask
from slaflow.report.record.behind import MOST, behind
from slaflow.report.sla import sla
from slaflow.workflow.model.periods import Period, parse_period, period_of
from slaflow.workflow.model.workflow import Workflow

LOOK_BACK = timedelta(days=400)
"""Periods that began earlier are not told of."""
PAST = 13
OPEN_AT_ONCE = 2


def scoreboard(app: Engine, name: str) -> dict[str, Any]:
    """How everything that is promised under *name* stands in the period that runs.

    Returns:
        ``workflow``, ``digest``, ``period`` (with ``from`` and ``to``), ``settled_to``; ``targets`` and
        ``parties`` as in ``report sla`` of the period, ``behind`` the leads of each; ``commitments`` that are
        not closed yet, the last two periods of each, as in ``report commitments`` and with what is ``behind``
        them; ``past``, newest first: of each closed ``period`` how many commitments came to which verdict.

    Raises:
        UnknownWorkflow: no agreement of that name is in force.
    """
    now = app.present()
    workflow = app.active(name)
    period = _running(workflow, now)
    start, end = period.bounds(workflow.timezone)
    rows = commitments(app, now - LOOK_BACK, None, workflow=name, at=now)["commitments"]
    promised = sla(app, start, end, at=now)
    with app.database.read() as conn:
        leads = behind(conn, ask(app, conn, start, end, None, now), "sla")
    return {
        "workflow": name, "digest": workflow.digest, "settled_to": instant_text(now),
        "period": period.label, "every": period.every, "from": instant_text(start), "to": instant_text(end),
        "targets": promised["targets"], "parties": promised["parties"], "behind": leads,
        "commitments": _open(app, name, rows, now), "past": _past(rows),
    }  # fmt: skip


def _running(workflow: Workflow, now: datetime) -> Period:
    """The period that most of what is promised over time is promised for; a month where nothing is."""
    kinds = [each.every for each in workflow.commitments.values()]
    every = max(dict.fromkeys(kinds), key=kinds.count) if kinds else "month"
    return period_of(every, now.astimezone(ZoneInfo(workflow.timezone)).date())


def _open(app: Engine, name: str, rows: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    with app.database.read() as conn:
        versions, found = versions_of(app, conn, name), []
        for row in _newest([each for each in rows if each["status"] != "closed"]):
            terms = schedule.terms_of(versions, parse_period(row["period"]))
            known = None if terms is None else terms.workflow.commitments.get(row["commitment"])
            if terms is None or known is None:
                continue
            found.append({**row, "behind": behind_commitment(conn, versions, terms, known, now, MOST)})
    return found


def _newest(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each commitment the period that runs and the one before; where nobody ticks there may be more."""
    seen: Counter[str] = Counter(row["commitment"] for row in rows)
    kept = []
    for row in rows:
        if seen[row["commitment"]] <= OPEN_AT_ONCE:
            kept.append(row)
        seen[row["commitment"]] -= 1
    return kept


def _past(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    periods: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["status"] == "closed":
            verdicts = {"kept": 0, "missed": 0, "no_verdict": 0, "restated": 0}
            kept = periods.setdefault(
                row["period"], {"period": row["period"], "from": row["from"], "to": row["to"], **verdicts}
            )
            kept[row["verdict"] or "no_verdict"] += 1
            kept["restated"] += bool(row["restated"])
    return sorted(periods.values(), key=lambda each: (each["to"], each["from"]), reverse=True)[:PAST]
