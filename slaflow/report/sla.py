"""The SLA report: what each party promised per lead, and what came of it.

Counts every clock that started in the period, as it stood at the report's instant. Nothing is saved: a
running clock past its due instant counts as broken, whether or not a tick has said so yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.report.flattered import beside, flatteries
from slaflow.report.question import report
from slaflow.report.rates import least, percentile, share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.clocks import PromiseFigure
from slaflow.store.figures.disputed import DisputedFigure, disputed
from slaflow.store.figures.promises import DECIDED, GracedFigure, graced, promises

__all__ = ["OUTCOMES", "percentile", "sla"]

OUTCOMES = ("met", "met_late", "breached", "running", "cancelled", "passed_on", "lifted")


@dataclass(slots=True)
class Tally:
    """Clocks by what they came to; ``broken`` of them were ever broken, whatever came of it later."""

    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    broken: int = 0

    def add(self, figure: PromiseFigure) -> None:
        self.outcomes[figure.outcome] += figure.clocks
        self.broken += figure.broken

    @property
    def decided(self) -> int:
        """Those whose promise was kept or broken: neither running, cancelled nor passed on."""
        return sum(self.outcomes[name] for name in DECIDED)

    @property
    def kept(self) -> int:
        """Met within the promise; lifted ones count as met."""
        return self.outcomes["met"] + self.outcomes["lifted"]

    @property
    def met_rate(self) -> float | None:
        """Those that were kept over all that were decided."""
        return share(self.kept, self.decided)

    @property
    def gross_met_rate(self) -> float | None:
        """The same as if no breach had been lifted."""
        return share(self.decided - self.broken, self.decided)


def sla(
    app: Engine, start: datetime | None = None, end: datetime | None = None, *,
    by: str | None = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """``report sla`` of json.md, "The SLA report"; with *by* also ``groups``, the same figures per group.

    Beside what stands there, ``ever_broken`` and ``gross_met_rate`` tell of each target how it stood
    before any breach was lifted, and, where any was disputed, ``disputed`` and ``upheld``; where any was
    given grace at a migration, ``graced``. Where anything
    could flatter a party's rate, ``candour`` says what, by party: ``let_go``, ``lifted``, ``told_late``,
    these ``of`` each target, and ``kept_without`` them.

    Args:
        start, end: the period in which the clocks started, half-open; None is unbounded.
        by: ``owner``, ``team``, ``month`` (of the start, in the workflow's zone) or a lead field.
        at: nothing logged after it is seen; default the present.

    Raises:
        InvertedRange: *end* is not after *start*.
        UnknownName: *by* is nothing to group by.
    """
    return report(app, start, end, by, at, _count, _figures(()))


def _count(conn: Connection, asked: Asked) -> dict[str | None, dict[str, Any]]:
    groups: dict[str | None, list[PromiseFigure]] = {}
    for figure in promises(conn, asked):
        groups.setdefault(figure.group, []).append(figure)
    found = {name: _figures(figures) for name, figures in groups.items()}
    _add_disputes(found, disputed(conn, asked))
    _add_grace(found, graced(conn, asked))
    flattered = flatteries(conn, asked)
    for name, figures in groups.items():
        if told := beside(_kept_and_decided(figures), flattered.get(name, {})):
            found[name]["candour"] = told
    return found


def _kept_and_decided(figures: Iterable[PromiseFigure]) -> dict[str, tuple[int, int]]:
    return {party: (tally.kept, tally.decided) for party, tally in sorted(_tallies(figures).items())}


def _tallies(figures: Iterable[PromiseFigure]) -> dict[str, Tally]:
    parties: dict[str, Tally] = {}
    for figure in figures:
        parties.setdefault(figure.owed_by, Tally()).add(figure)
    return parties


def _add_disputes(groups: dict[str | None, dict[str, Any]], said: Iterable[DisputedFigure]) -> None:
    """``disputed`` and ``upheld`` of every target, where there was any dispute."""
    known = {(row.group, row.target): row for row in said}
    for group, figures in groups.items() if known else ():
        for name, target in figures["targets"].items():
            row = known.get((group, name))
            target["disputed"], target["upheld"] = (row.disputed, row.upheld) if row else (0, 0)


def _add_grace(groups: dict[str | None, dict[str, Any]], given: Iterable[GracedFigure]) -> None:
    """``graced`` of every target, where any promise was given grace."""
    known = {(row.group, row.target): row.graced for row in given}
    for group, figures in groups.items() if known else ():
        for name, target in figures["targets"].items():
            target["graced"] = known.get((group, name), 0)


def _figures(figures: Iterable[PromiseFigure]) -> dict[str, Any]:
    targets: dict[str, list[PromiseFigure]] = {}
    rows = list(figures)
    for figure in rows:
        targets.setdefault(figure.target, []).append(figure)
    return {
        "targets": {name: _target(each) for name, each in sorted(targets.items())},
        "parties": {name: _party(tally) for name, tally in sorted(_tallies(rows).items())},
    }


def _target(rows: list[PromiseFigure]) -> dict[str, Any]:
    tally = Tally()
    for row in rows:
        tally.add(row)
    return {
        # A target of two agreements may be owed by two parties: the one that owed it first.
        "owed_by": min(rows, key=lambda row: row.first).owed_by,
        "started": sum(tally.outcomes.values()),
        **tally.outcomes,
        "met_rate": tally.met_rate,
        "median_seconds": least([row.median for row in rows]),
        "p90_seconds": least([row.p90 for row in rows]),
        "ever_broken": tally.broken,
        "gross_met_rate": tally.gross_met_rate,
    }


def _party(tally: Tally) -> dict[str, Any]:
    return {"met_rate": tally.met_rate, "breached": tally.outcomes["breached"]}


def gross_rates(figures: Mapping[str, Any]) -> dict[str, float | None]:
    """The ``met_rate`` of each party as if no breach had been lifted, from the figures of its targets."""
    rates: dict[str, float | None] = {}
    for party in figures["parties"]:
        owed = [target for target in figures["targets"].values() if target["owed_by"] == party]
        decided = sum(target[name] for target in owed for name in DECIDED)
        rates[party] = share(decided - sum(target["ever_broken"] for target in owed), decided)
    return rates
