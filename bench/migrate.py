"""How fast open leads move: many leads with a running clock, moved to a version with other terms.

    python bench/migrate.py --db sqlite:///bench.db --leads 100000

The leads have one clock each, used in part, which the new version gives twice the time. The database must be
empty; without ``--db`` it is a SQLite file in a temporary folder. Prints one JSON line; making the leads is
not measured.
"""

from __future__ import annotations

import time
from datetime import timedelta

import ground


def measure(url: str, n: int) -> dict[str, object]:
    """Fills the database, moves every lead and tells how that went."""
    engine = ground.prepared(url)
    ground.fill(engine, n)
    at = ground.START + timedelta(hours=1)
    engine.activate(ground.AGREEMENT.replace("within: 4h", "within: 8h"), at=at)
    began = time.perf_counter()
    report = engine.migrate(engine.versions()[0].name, at=at)
    seconds = time.perf_counter() - began
    engine.database.dispose()
    if report.clocks["moved"] < n:
        raise SystemExit(f"{n - report.clocks['moved']} of {n} clocks did not move")
    return {
        "db": engine.database.dialect,
        "leads": n,
        "seconds": round(seconds, 3),
        "per_s": round(n / seconds),
        "peak_rss_mb": ground.peak_rss_mb(),
    }


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--leads", type=int, default=100_000)
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        ground.tell(**measure(url, given.leads))


if __name__ == "__main__":
    main()
