"""How fast tick enforces: many leads whose clocks are due, settled by a single tick.

    python bench/tick.py --db sqlite:///bench.db --n 100000
    python bench/tick.py --n 20000 --workflow workflows/b2b-standard.yaml --days 30

The leads have one clock each, or those that *--workflow* starts for a new lead, which stands there for
``--days``: every step that falls in them is carried out, commitments are stated. The database must be
empty; without ``--db`` it is a SQLite file in a temporary folder. Prints one JSON line; making the leads is
not measured.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import ground


def measure(
    url: str, n: int, agreement: str | bytes = ground.AGREEMENT, days: int = 1, receivers: int = 0,
    is_mirrored: bool = False,
) -> dict[str, object]:  # fmt: skip
    """Fills the database, ticks once and tells how that went."""
    engine = ground.prepared(url, agreement)
    ground.listen(engine, receivers)
    if is_mirrored:
        ground.mirror(engine)
    ground.fill(engine, n)
    began = time.perf_counter()
    report = engine.tick(ground.START + timedelta(days=days))
    seconds = time.perf_counter() - began
    engine.database.dispose()
    if report.leads < n:
        raise SystemExit(f"in {n - report.leads} of {n} leads nothing fell within {days} days")
    return {
        "db": engine.database.dialect,
        "workflow": engine.versions()[0].name,
        "leads": n,
        "due": report.steps,
        "breached": report.breached,
        "commitments": report.commitments,
        "seconds": round(seconds, 3),
        "per_s": round(report.steps / seconds),
        "peak_rss_mb": ground.peak_rss_mb(),
    }


def main() -> None:
    options = ground.options(__doc__, n=100_000)
    options.add_argument("--workflow", type=Path, metavar="FILE", help="default: one promise of four hours")
    options.add_argument("--days", type=int, default=1)
    given = options.parse_args()
    agreement = ground.AGREEMENT if given.workflow is None else given.workflow.read_bytes()
    with ground.database_url(given.db) as url:
        ground.tell(**measure(url, given.n, agreement, given.days))


if __name__ == "__main__":
    main()
