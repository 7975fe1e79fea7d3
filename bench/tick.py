"""How fast tick enforces: many leads with one due clock each, settled by a single tick.

    python bench/tick.py --db sqlite:///bench.db --n 100000

The database must be empty; without ``--db`` it is a SQLite file in a temporary folder. Prints one JSON
line; making the leads is not measured.
"""

from __future__ import annotations

import time
from datetime import timedelta

import ground


def measure(url: str, n: int) -> dict[str, object]:
    """Fills the database, ticks once and tells how that went."""
    engine = ground.prepared(url)
    ground.fill(engine, n)
    began = time.perf_counter()
    report = engine.tick(ground.START + timedelta(days=1))
    seconds = time.perf_counter() - began
    engine.database.dispose()
    if report.breached != n:
        raise SystemExit(f"{report.breached} of {n} deadlines were enforced")
    return {
        "db": engine.database.dialect,
        "leads": n,
        "due": report.breached,
        "seconds": round(seconds, 3),
        "per_s": round(report.breached / seconds),
        "peak_rss_mb": ground.peak_rss_mb(),
    }


def main() -> None:
    given = ground.options(__doc__, n=100_000).parse_args()
    with ground.database_url(given.db) as url:
        ground.tell(**measure(url, given.n))


if __name__ == "__main__":
    main()
