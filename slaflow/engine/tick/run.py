"""Enforcing what fell due: the write path without an input, batch by batch until nothing is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from slaflow.engine import machine_clock
from slaflow.engine.ask import Outcome
from slaflow.engine.commitments import closing
from slaflow.engine.commitments.closing import Stated
from slaflow.engine.context import Context
from slaflow.engine.dealing.waiting import Dealing, deal, rehearsed
from slaflow.engine.settle import settled
from slaflow.engine.tick.batch import Settled, why
from slaflow.engine.tick.hands import Hands
from slaflow.lifecycle.decision import instant_text
from slaflow.store.errors import ConflictingChange
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store

MOST_IDLE = 20
NOTHING: Mapping[int, int] = MappingProxyType({})
log = logging.getLogger("slaflow.tick")


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
    dealt: int = 0
    seconds: float = 0.0
    failed: list[tuple[int, str]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    idle: int = 0

    def count(self, lead_id: int, outcome: Outcome) -> None:
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

    def add(self, settled: Settled) -> bool:
        """Counts a batch that was committed; says whether to claim another.

        A batch in which nothing fell was another process's a moment ago; many in a row would be ours
        for ever.
        """
        outcomes = settled.outcomes
        self.failed += settled.failed
        for lead_id, outcome in outcomes.items():
            self.count(lead_id, outcome)
        self.idle = 0 if not outcomes or any(o.steps for o in outcomes.values()) else self.idle + 1
        return bool(settled) and self.idle < MOST_IDLE

    def take(self, stated: Stated) -> None:
        """Adds what was stated of commitments."""
        self.commitments += stated.commitments
        self.warned += stated.warned
        self.notified += stated.notified

    def deal(self, dealing: Dealing, foreseen: Mapping[int, int] = NOTHING) -> None:
        """Adds leads that had waited for a team and were dealt to it.

        *foreseen* says how many messages of a lead are counted already, as its steps were only tried.
        """
        self.dealt += len(dealing.outcomes)
        for lead_id, outcome in dealing.outcomes.items():
            self.notified += len(outcome.messages) - foreseen.get(lead_id, 0)
        known = {lead_id for lead_id, _ in self.failed}
        self.failed += [each for each in dealing.failed if each[0] not in known]

    def as_json(self) -> dict[str, Any]:
        """The line json.md, "Tick", promises, with the leads that failed."""
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
        if self.dealt:
            counts["dealt"] = self.dealt
        failed = [{"lead": lead, "because": text} for lead, text in self.failed]
        return {"at": instant_text(self.at), **counts, "seconds": round(self.seconds, 3), "failed": failed}


Once = Callable[[TickReport, Callable[[], Settled]], bool]
"""Takes one batch and counts it; False when nothing was due."""


def run(
    app: Context,
    at: datetime | None,
    batch: int,
    dry_run: bool,
    progress: Callable[[int, int], None] | None,
    once: Once | None = None,
) -> TickReport:
    """Carries out everything that fell strictly before *at* (the wall clock, if None).

    1. A machine whose clock is ahead of the others' is refused.
    2. Texts in force are taken in anew where their holidays are others by now.
    3. Leads in which something fell are settled, batch by batch, until nothing is due. Each batch is one
       transaction, whole or absent; what a stopped tick left is taken up by the next. On PostgreSQL two
       are in hand at a time.
    4. Periods of commitments that are over are closed; leads are settled again before each instant at
       which one closes.
    5. Leads that wait for a team are dealt to it as far as its members can take them.

    *once* stands in for :func:`run_once`. With *dry_run* all is decided in memory and counted.
    """
    if at is None and not dry_run:
        machine_clock.check_not_ahead(app)
    report = TickReport(app.present(at))
    began = app.now()
    _take_in_versions(app)
    if dry_run:
        _foresee(app, report)
    else:
        _settle_all(app, report, batch, progress, once or run_once)
        again = partial(_settle_all, app, report, batch, None, once or run_once)
        report.take(closing.close_periods(app, report.at, again))
        report.deal(deal(app, report.at))
    report.seconds = (app.now() - began).total_seconds()
    return report


def _take_in_versions(app: Context) -> None:
    """Sees whether a text in force was activated again since, with later holidays."""
    with app.database.read() as conn:
        for version in workflow_store.all_active(conn).values():
            app.remember(version)


def _settle_all(
    app: Context,
    report: TickReport,
    batch: int,
    progress: Callable[[int, int], None] | None,
    once: Once,
) -> None:
    total = due(app, report.at) if progress is not None else 0
    hands = Hands(app, report.at, batch)
    try:
        while once(report, hands.take):
            if progress is not None:
                progress(report.leads, total)
    finally:
        for settled in hands.rest():
            report.add(settled)


def due(app: Context, at: datetime | None = None) -> int:
    """In how many leads something fell before *at* that is not carried out; None: now."""
    with app.database.read() as conn:
        return lead_store.count_due(conn, app.present(at))


def run_once(report: TickReport, take: Callable[[], Settled]) -> bool:
    """Takes one bounded batch; False when nothing was due."""
    try:
        return report.add(take())
    except ConflictingChange:
        log.info("another process was faster; trying the batch again")
        return True


def _foresee(app: Context, report: TickReport) -> None:
    """Counts what a tick would do, deciding in memory and saving nothing."""
    with app.database.read() as conn:
        due = lead_store.due(conn, report.at)
        clocks = clock_store.open_of(conn, list(due)) if due else {}
        directory = people_store.directory(conn)
    foreseen = {}
    for lead_id, lead in due.items():
        try:
            decision = settled(app.workflow(lead.digest), directory, lead, clocks[lead_id], report.at)
        except Exception as error:
            # As a tick would: the lead is left out, and said.
            report.failed.append((lead_id, why(error)))
            continue
        outcome = Outcome(decision.lead, entries=decision.entries, messages=decision.messages)
        outcome.steps = decision.steps
        report.count(lead_id, outcome)
        foreseen[lead_id] = len(outcome.messages)
    report.commitments = closing.closings_before(app, report.at)
    report.deal(rehearsed(app, report.at), foreseen)
