"""Whether a score written down as plain rules tells who will buy: 9,240 real leads, scored by slaflow.

    python bench/x_education.py Leads.csv

The file is the "X Education" lead scoring case study (Kaggle); it is not part of slaflow. The leads are
imported under ``x_education/workflow.yaml`` and their scores compared with the outcome, which no rule
reads. Prints one JSON line: ``auc`` is the chance that a lead that converted scores higher than one
that did not, ties counted half; ``deciles`` hold the share that converted per tenth of the leads,
highest scores first; leads of one score share its conversions evenly among the tenths they fall into.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import ground

from slaflow.exchange.imports.run import import_file

HERE = Path(__file__).parent / "x_education"
Scored = tuple[float, bool]
"""A lead's score, and whether it converted."""


def scored(url: str, file: Path) -> Iterator[Scored]:
    """Imports *file* and gives every lead's score and outcome."""
    engine = ground.prepared(url, (HERE / "workflow.yaml").read_bytes())
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        report = import_file(engine, file, HERE / "map.yaml", rejected=Path(folder) / "refused.csv")
    if report.refused:
        raise SystemExit(f"row {report.rejected[0][0]} was refused: {report.rejected[0][1]}")
    for lead in engine.leads():
        yield lead["score"], lead["fields"]["converted"] == 1
    engine.database.dispose()


def auc(leads: Sequence[Scored]) -> float:
    """The chance that of two leads of different outcome the one that converted scores higher."""
    bought, others = (Counter(score for score, won in leads if won is wanted) for wanted in (True, False))
    below, pairs = 0, 0.0
    for score in sorted(bought.keys() | others.keys()):
        pairs += bought[score] * (below + others[score] / 2)
        below += others[score]
    return pairs / (bought.total() * others.total())


def deciles(leads: Sequence[Scored]) -> list[float]:
    """The share that converted in each tenth of the leads, highest scores first."""
    rate = _rates(leads)
    expected = sorted(((score, rate[score]) for score, _ in leads), reverse=True)
    edges = [len(expected) * tenth // 10 for tenth in range(11)]
    tenths = [expected[first:last] for first, last in pairwise(edges)]
    return [round(sum(share for _, share in tenth) / len(tenth), 3) for tenth in tenths]


def _rates(leads: Sequence[Scored]) -> dict[float, float]:
    """The share that converted among the leads of each score."""
    every, bought = Counter(score for score, _ in leads), Counter(score for score, won in leads if won)
    return {score: bought[score] / number for score, number in every.items()}


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("file", type=Path, metavar="Leads.csv")
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        began = time.perf_counter()
        leads = list(scored(url, given.file))
        seconds = time.perf_counter() - began
    ground.tell(
        leads=len(leads),
        converted=sum(won for _, won in leads),
        auc=round(auc(leads), 3),
        deciles=deciles(leads),
        seconds=round(seconds, 1),
    )


if __name__ == "__main__":
    main()
