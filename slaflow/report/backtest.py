"""What a draft would have come to, beside what the record came to: every promise, and every period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from time import perf_counter
from typing import Any

from slaflow.backtest.promise import OUTCOMES
from slaflow.backtest.tally import SIDES, OfTarget, Promised, Tally
from slaflow.engine.app import Engine
from slaflow.engine.backtest.archived import Lines
from slaflow.engine.backtest.run import Found, backtest
from slaflow.engine.commitments.schedule import all_terms
from slaflow.engine.commitments.signatures import signatures, signed_data
from slaflow.engine.log.archives import ArchivedEntries
from slaflow.engine.log.progress import Progress
from slaflow.hours.zones import supported
from slaflow.lifecycle.commitments.figures import as_data
from slaflow.lifecycle.commitments.results import Measured
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.lifecycle.commitments.verdicts import owed
from slaflow.lifecycle.decision import instant_text
from slaflow.report.commitments import commitments
from slaflow.report.question import check_range
from slaflow.report.rates import share
from slaflow.store.figures.promises import DECIDED, KEPT
from slaflow.workflow.model.commitment import Commitment, Signed
from slaflow.workflow.model.workflow import Workflow

Figures = dict[str, Any]


def against_record(
    app: Engine, draft: Workflow, filename: str, *, name: str | None = None, at: datetime | None = None,
    start: datetime | None = None, end: datetime | None = None,
    given: Mapping[str, Mapping[str, str]] | None = None, jobs: int | None = 1, dask: str | None = None,
    archived: ArchivedEntries | None = None, lines: Lines = lambda _: None,
    progress: Progress | None = None,
) -> Figures:  # fmt: skip
    """``backtest`` of json.md; arguments and errors as of ``engine.backtest.run.backtest``.

    Raises:
        InvertedRange: *end* is not after *start*.
    """
    start, end = start and supported(start), end and supported(end)
    check_range(start, end)
    began = perf_counter()
    found = backtest(
        app, draft, filename, name=name, at=at, start=start, end=end, given=given, jobs=jobs, dask=dask,
        archived=archived, lines=lines, progress=progress,
    )  # fmt: skip
    owing = _commitments(app, draft, found)
    seconds = perf_counter() - began
    return {**_figures(app, draft, found, owing), **_pace(found.tally, seconds)}


def _pace(tally: Tally, seconds: float) -> Figures:
    return {
        "seconds": round(seconds, 3),
        "entries_per_second": round(tally.entries / seconds) if seconds else None,
    }


def _figures(app: Engine, draft: Workflow, found: Found, owing: Figures) -> Figures:
    question, tally = found.question, found.tally
    known = {version.digest: None for version in app.versions(question.name)}
    return {
        "workflow": question.name,
        "digest": draft.digest,
        "recorded": [digest for digest in known if digest in tally.digests],
        "at": instant_text(question.at),
        "from": None if question.start is None else instant_text(question.start),
        "to": None if question.end is None else instant_text(question.end),
        "leads": tally.leads,
        "diverged": tally.diverged,
        "entries": tally.entries,
        "inputs": tally.inputs,
        "targets": _targets(tally),
        "parties": {
            party: {side: _party(sides.get(side, Counter())) for side in SIDES}
            for party, sides in sorted(tally.parties.items())
        },
        "handoffs": {name: tally.handoffs[name] for name in (*SIDES, "lost", "new")},
        "commitments": owing,
        "differences": tally.differences,
        "impossible": tally.impossible.shown,
        "impossible_count": tally.impossible.number,
        "possible": tally.possible.shown,
        "possible_count": tally.possible.number,
        "left_out": [{"stream": stream, "reason": reason} for stream, reason in tally.left_out],
        "left_out_count": tally.left_out_number,
        "not_recorded": found.not_recorded,
    }


def _targets(tally: Tally) -> Figures:
    sides = [side for each in tally.targets.values() for side in (each.recorded, each.would_be)]
    disputed, graced = any(side.disputed for side in sides), any(side.graced for side in sides)
    return {name: _target(each, disputed, graced) for name, each in sorted(tally.targets.items())}


def _target(target: OfTarget, disputed: bool, graced: bool) -> Figures:
    return {
        "recorded": _promised(target.recorded, disputed, graced),
        "would_be": _promised(target.would_be, disputed, graced),
        "changed": dict(sorted(target.changed.items())),
        "by": {why: target.by[why] for why in ("terms", "path")},
    }


def _promised(promised: Promised, disputed: bool, graced: bool) -> Figures | None:
    """What ``report sla`` says of a target; None where no promise of it began."""
    if promised.first is None:
        return None
    outcomes = promised.outcomes
    decided = sum(outcomes[name] for name in DECIDED)
    figures: Figures = {
        "owed_by": promised.first[1],
        "started": outcomes.total(),
        **{name: outcomes[name] for name in OUTCOMES},
        "met_rate": share(sum(outcomes[name] for name in KEPT), decided),
        "median_seconds": promised.seconds.percentile(50),
        "p90_seconds": promised.seconds.percentile(90),
        "ever_broken": promised.broken,
        "gross_met_rate": share(decided - promised.broken, decided),
    }
    if disputed:
        figures |= {"disputed": promised.disputed, "upheld": promised.upheld}
    return figures | ({"graced": promised.graced} if graced else {})


def _party(outcomes: Mapping[str, int]) -> Figures:
    decided = sum(outcomes[name] for name in DECIDED)
    return {
        "met_rate": share(sum(outcomes[name] for name in KEPT), decided),
        "breached": outcomes["breached"],
    }


def _commitments(app: Engine, draft: Workflow, found: Found) -> Figures:
    """Every period on record, and as the draft would have measured it since the agreement began."""
    question = found.question
    rows: dict[str, dict[str, Figures]] = {}
    recorded = commitments(app, question.start, question.end, workflow=question.name, at=question.at)
    for row in recorded["commitments"]:
        last = row["restated"][-1] if row["restated"] else row
        rows.setdefault(row["commitment"], {})[row["period"]] = {"recorded": _verdict(last), "would_be": None}
    terms = all_terms(
        [(question.first, draft)], question.start, min(question.end or question.at, question.at)
    )
    with app.database.read() as conn:
        for each in terms if draft.commitments else ():
            for commitment in each.commitments():
                label = each.period.label
                measured = found.measures.found.get((commitment.name, label), Measured())
                given = [s for s in signatures(conn, question.name, label) if s.at <= question.at]
                row = rows.setdefault(commitment.name, {}).setdefault(label, {"recorded": None})
                row["would_be"] = _would_be(each, commitment, measured, given, question.at)
    return {
        name: [{"period": label, **row} for label, row in sorted(periods.items())]
        for name, periods in sorted(rows.items())
    }


def _would_be(terms: Terms, commitment: Commitment, measured: Measured, given: Any, at: datetime) -> Figures:
    closes = terms.closes_at(commitment)
    if isinstance(commitment.measure, Signed):
        figures = signed_data(commitment, closes, given)
    else:
        figures = as_data(commitment, owed(terms, commitment), measured)
    return _verdict(figures if closes < at else {**figures, "verdict": None})


def _verdict(figures: Mapping[str, Any]) -> Figures:
    among = figures.get("among", figures.get("clocks", figures.get("leads")))
    return {
        "figure": figures["figure"], "of": figures.get("of"), "among": among, "verdict": figures["verdict"],
    }  # fmt: skip
