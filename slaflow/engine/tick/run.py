"""Enforcing what fell due: the write path without an input, batch by batch until nothing is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from slaflow.engine import apply, machine_clock
from slaflow.engine.commitments import closing as commitments
from slaflow.engine.commitments.closing import Stated
from slaflow.engine.settle import settled
from slaflow.engine.tick import batch as singly
from slaflow.engine.transaction import uncollected
from slaflow.errors import SlaflowError
from slaflow.lifecycle.draft import instant_text
from slaflow.lifecycle.lead import Lead
from slaflow.store.database import Connection
from slaflow.store.errors import ConflictingChange
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

BATCH = 1000
MOST_IDLE = 20
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
log = logging.getLogger("slaflow.tick")
Once = Callable[["Engine", "TickReport", int], bool]
"""Settles one batch of at most so many leads and counts it; False when nothing was due."""


@dataclass(slots=True)
class TickReport:
    """What a tick did. ``leads`` counts leads in which something fell; ``failed`` those left out."""

    at: datetime
    leads: int = 0
    steps: int = 0
    warned: int = 0
    breached: int = 0
    fired: int = 0
    refused: int = 0
    notified: int = 0
    commitments: int = 0
    seconds: float = 0.0
    failed: list[tuple[int, str]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    idle: int = 0

    def count(self, lead_id: int, outcome: apply.Outcome) -> None:
        """Adds what was decided for one lead."""
        if outcome.steps and lead_id not in self.seen:
            self.seen.add(lead_id)
            self.leads += 1
        self.steps += outcome.steps
        self.notified += len(outcome.messages)
        for entry in outcome.entries:
            self.warned += entry.kind == "warned"
            self.breached += entry.kind == "breached"
            self.refused += entry.kind == "refused"
            self.fired += entry.kind == "transition" and entry.trigger is not None

    def take(self, stated: Stated) -> None:
        """Adds what was stated of commitments."""
        self.commitments += stated.commitments
        self.warned += stated.warned
        self.notified += stated.notified

    def as_json(self) -> dict[str, Any]:
        """The line INTERFACE.md promises, with the leads that failed."""
        counts = {
            name: getattr(self, name)
            for name in (
                "leads",
                "steps",
                "warned",
                "breached",
                "fired",
                "refused",
                "notified",
                "commitments",
            )
        }
        failed = [{"lead": lead, "because": text} for lead, text in self.failed]
        return {"at": instant_text(self.at), **counts, "seconds": round(self.seconds, 3), "failed": failed}


def run(
    app: Engine,
    at: datetime | None,
    batch: int,
    dry_run: bool,
    progress: Callable[[int, int], None] | None,
    once: Once | None = None,
) -> TickReport:
    """Carries out everything that fell strictly before *at* (the wall clock, if None).

    Each batch is one transaction, whole or absent; what a stopped tick left is taken up by the next.
    *once* stands in for :func:`run_once`.
    """
    if at is None and not dry_run:
        machine_clock.check_not_ahead(app)
    report = TickReport(app.present(at))
    began = app.now()
    _take_in_versions(app)
    if dry_run:
        _foresee(app, report)
        report.commitments = commitments.closings_before(app, report.at)
    else:
        _run_all(app, report, batch, progress, once or run_once)
        again = partial(_run_all, app, report, batch, None, once or run_once)
        report.take(commitments.close_periods(app, report.at, again))
    report.seconds = (app.now() - began).total_seconds()
    return report


def _take_in_versions(app: Engine) -> None:
    """Sees whether a text in force was activated again since, with later holidays."""
    with app.database.read() as conn:
        for version in workflow_store.all_active(conn).values():
            app.remember(version)


def _run_all(
    app: Engine,
    report: TickReport,
    batch: int,
    progress: Callable[[int, int], None] | None,
    once: Once,
) -> None:
    total = _due(app, report.at) if progress is not None else 0
    while once(app, report, batch):
        if progress is not None:
            progress(report.leads, total)


def _due(app: Engine, at: datetime) -> int:
    with app.database.read() as conn:
        return lead_store.count_due(conn, at)


def run_once(app: Engine, report: TickReport, limit: int) -> bool:
    """Claims and settles one bounded batch; False when nothing was due."""
    try:
        return settle_batch(app, report, limit)
    except ConflictingChange:
        log.info("another process was faster; trying the batch again")
        return True


def settle_batch(app: Engine, report: TickReport, limit: int) -> bool:
    """As :func:`run_once`, but a race that was lost is the caller's: ``ConflictingChange``."""
    try:
        with uncollected(), app.database.write() as conn:
            leads = lead_store.claim_due(conn, report.at, limit)
            outcomes, failed = _settle(app, conn, leads, report.at)
    except Exception as error:
        if not singly.is_a_leads_own(error):
            raise
        log.warning("a batch could not be saved (%s); settling its leads one by one", _told(error))
        outcomes, failed = singly.settled_singly(app, report.at, limit, _settle, _leave_out)
    # Only what was committed is counted.
    report.failed += failed
    for lead_id, outcome in outcomes.items():
        report.count(lead_id, outcome)
    return _moved(report, outcomes) if outcomes or failed else False


Failed = list[tuple[int, str]]


def _settle(
    app: Engine, conn: Connection, leads: dict[int, Lead], at: datetime
) -> tuple[dict[int, apply.Outcome], Failed]:
    if not leads:
        return {}, []
    batch = apply.hold(app, conn, leads, lock_turns=False)
    outcomes: dict[int, apply.Outcome] = {}
    failed: Failed = []
    for lead_id in leads:
        try:
            outcomes[lead_id] = batch.settle(lead_id, at)
        except Exception as error:
            # A lead whose decision raises must not hold up the others: it is left out, said and retried.
            failed.append(_leave_out(conn, lead_id, error, at))
    apply.save(conn, batch, at)
    return outcomes, failed


def _moved(report: TickReport, outcomes: dict[int, apply.Outcome]) -> bool:
    """Whether to claim again. A batch in which nothing fell was another process's a moment ago; many
    in a row would be ours for ever."""
    report.idle = 0 if len(outcomes) == 0 or any(o.steps for o in outcomes.values()) else report.idle + 1
    return report.idle < MOST_IDLE


def _leave_out(conn: Connection, lead_id: int, error: Exception, at: datetime) -> tuple[int, str]:
    known = {f.lead_id: f for f in lead_store.failing(conn, [lead_id])}
    failures = known[lead_id].failures if lead_id in known else 0
    wait = min(FIRST_RETRY * 2 ** min(failures, 20), LAST_RETRY)
    text = _told(error)
    lead_store.note_failure(conn, lead_id, at + wait, text)
    log.error("lead %s was left out: %s", lead_id, text)
    return lead_id, text


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, SlaflowError) else f"{type(error).__name__}: {error}"


def _foresee(app: Engine, report: TickReport) -> None:
    """Counts what a tick would do, deciding in memory and saving nothing."""
    with app.database.read() as conn:
        due = lead_store.due(conn, report.at)
        clocks = clock_store.open_of(conn, list(due)) if due else {}
        directory = people_store.directory(conn)
    for lead_id, lead in due.items():
        try:
            decision = settled(app.workflow(lead.digest), directory, lead, clocks[lead_id], report.at)
        except Exception as error:
            # As a tick would: the lead is left out, and said.
            report.failed.append((lead_id, _told(error)))
            continue
        outcome = apply.Outcome(decision.lead, entries=decision.entries, messages=decision.messages)
        outcome.steps = decision.steps
        report.count(lead_id, outcome)
