"""Enforcing what fell due: the write path without an input, batch by batch until nothing is due."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slaflow.engine import apply
from slaflow.engine.settled import settled
from slaflow.errors import SlaflowError
from slaflow.lifecycle.draft import instant_text
from slaflow.lifecycle.lead import Lead
from slaflow.store import clocks as clock_store
from slaflow.store import leads as lead_store
from slaflow.store import people as people_store
from slaflow.store import workflows as workflow_store
from slaflow.store.database import Connection
from slaflow.store.errors import ConflictingChange

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
    report = TickReport(app.present(at))
    began = app.now()
    _take_in_versions(app)
    if dry_run:
        _foresee(app, report)
    else:
        _run_all(app, report, batch, progress, once or run_once)
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
    with uncollected(), app.database.write() as conn:
        outcomes, failed = _settle_batch(app, conn, report.at, limit)
    # Only what was committed is counted.
    report.failed += failed
    for lead_id, outcome in outcomes.items():
        report.count(lead_id, outcome)
    return _moved(report, outcomes) if outcomes or failed else False


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps the cycle collector out of one batch: it makes no cycles, and looking for them in a thousand
    leads again and again takes a fourth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


Failed = list[tuple[int, str]]


def _settle_batch(
    app: Engine, conn: Connection, at: datetime, limit: int
) -> tuple[dict[int, apply.Outcome], Failed]:
    leads = lead_store.claim_due(conn, at, limit)
    if not leads:
        return {}, []
    batch = apply.hold(app, conn, leads, lock_turns=False)
    outcomes: dict[int, apply.Outcome] = {}
    failed: Failed = []
    for lead_id, lead in leads.items():
        try:
            outcomes[lead_id] = batch.settle(lead_id, at)
        except Exception as error:
            # A lead whose decision raises must not hold up the others: it is left out, said and retried.
            failed.append(_leave_out(conn, lead, error, at))
    apply.save(conn, batch, at)
    return outcomes, failed


def _moved(report: TickReport, outcomes: dict[int, apply.Outcome]) -> bool:
    """Whether to claim again. A batch in which nothing fell was another process's a moment ago; many
    in a row would be ours for ever."""
    report.idle = 0 if len(outcomes) == 0 or any(o.steps for o in outcomes.values()) else report.idle + 1
    return report.idle < MOST_IDLE


def _leave_out(conn: Connection, lead: Lead, error: Exception, at: datetime) -> tuple[int, str]:
    known = {f.lead_id: f for f in lead_store.failing(conn, [lead.id])}
    failures = known[lead.id].failures if lead.id in known else 0
    wait = min(FIRST_RETRY * 2 ** min(failures, 20), LAST_RETRY)
    text = _told(error)
    lead_store.note_failure(conn, lead.id, at + wait, text)
    log.error("lead %s was left out: %s", lead.id, text)
    return lead.id, text


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
