"""What could flatter the rate at which promises are kept, and the rate if all of that counted as broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slaflow.language import _, grouped
from slaflow.report.rates import share
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.candour import LET_GO, LIFTED, TOLD_LATE, FlatteredFigure, flattered

WAYS = (LET_GO, LIFTED, TOLD_LATE)
"""Let go: the clock ended unbroken since the party that owed it moved the lead. Lifted: somebody excused
its breach. Told late: what kept it was told afterwards."""


@dataclass(slots=True)
class Flattery:
    """The promises of one party by what could flatter, each with the targets they are of."""

    ways: dict[str, Counter[str]] = field(default_factory=lambda: {way: Counter() for way in WAYS})

    def add(self, figure: FlatteredFigure) -> None:
        self.ways[figure.what][figure.target] += figure.promises

    def number(self, way: str) -> int:
        return self.ways[way].total()

    def without(self, kept: int, decided: int) -> float | None:
        """The share that was kept of *decided* promises and those let go, if all this were broken."""
        kept -= self.number(LIFTED) + self.number(TOLD_LATE)
        return share(max(kept, 0), decided + self.number(LET_GO))

    def as_json(self) -> dict[str, Any]:
        """``let_go``, ``lifted``, ``told_late``, and ``of``: the same by target, where there are any."""
        of = {way: dict(sorted(targets.items())) for way, targets in self.ways.items() if targets}
        return {**{way: self.number(way) for way in WAYS}, "of": of}


Flatteries = Mapping[str | None, Mapping[str, Flattery]]
"""By group, then by party."""


def flatteries(conn: Connection, asked: Asked) -> Flatteries:
    """What could flatter each party's rate, of the promises that started in the period."""
    found: dict[str | None, dict[str, Flattery]] = defaultdict(lambda: defaultdict(Flattery))
    for figure in flattered(conn, asked):
        found[figure.group][figure.party].add(figure)
    return found


def beside(parties: Mapping[str, tuple[int, int]], found: Mapping[str, Flattery]) -> dict[str, Any]:
    """``candour`` beside the rates of ``report sla``, by party; *parties* has the kept and the decided.

    Empty where there is nothing to say.
    """
    return {
        party: {**found[party].as_json(), "kept_without": found[party].without(kept, decided)}
        for party, (kept, decided) in parties.items()
        if party in found
    }


def flattery_words(figure: Mapping[str, Any]) -> Iterable[str]:
    """A line for each way there is, with the targets it is about."""
    words = {
        LET_GO: _("let go: the lead was moved on before they were due"),
        LIFTED: _("lifted by hand"),
        TOLD_LATE: _("kept by what was told afterwards"),
    }
    for way in WAYS:
        if figure[way]:
            of = ", ".join(f"{name} {grouped(number)}" for name, number in figure["of"][way].items())
            yield f"{grouped(figure[way])} {words[way]} ({of})"
