"""How fast history comes in, every rule of the agreement applied to every event.

    python bench/import.py --db sqlite:///bench.db --n 10000
    python bench/import.py --file leads.csv --map leads.map.yaml --workflow workflow.yaml

Without ``--file`` it is a CSV of *n* made-up leads (``histories.py``) under workflows/b2b-standard.yaml:
scores that decay, handoffs by themselves, routing to teams, eight promises, steps that fall between the
events. Prints one JSON line; ``per_s`` counts applied events, and the peak of memory is the process's.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import ground
import histories

from slaflow.exchange.imports.run import import_file


def measure(url: str, file: Path, map: Path, workflow: Path | None) -> dict[str, Any]:
    """Imports *file* into the empty database and tells how that went."""
    engine = ground.prepared(url, workflow.read_bytes() if workflow else histories.agreement())
    if workflow is None:
        histories.add_people(engine)
    began = time.perf_counter()
    report = import_file(
        engine, file, map, now=None if workflow else histories.END, rejected=map.parent / "refused.csv"
    )
    seconds = time.perf_counter() - began
    verified = engine.verify()
    if not verified.ok:
        raise SystemExit("the log does not verify")
    engine.database.dispose()
    for row, reason in report.rejected[:3]:
        sys.stderr.write(f"row {row}: {reason}\n")
    return {
        "db": engine.database.dialect,
        "rows": report.rows,
        "leads": report.leads_added,
        "events": report.events,
        "refused": report.refused,
        "entries": verified.entries,
        "seconds": round(seconds, 2),
        "per_s": round(report.events / seconds),
        "peak_rss_mb": ground.peak_rss_mb(),
    }


def main() -> None:
    options = ground.options(__doc__, n=10_000)
    options.add_argument("--file", type=Path)
    options.add_argument("--map", type=Path)
    options.add_argument("--workflow", type=Path)
    given = options.parse_args()
    if len({bool(given.file), bool(given.map), bool(given.workflow)}) > 1:
        options.error("--file, --map and --workflow go together")
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as made, ground.database_url(given.db) as url:
        file, map = given.file or Path(made) / "histories.csv", Path(made) / "map.yaml"
        if given.file is None:
            histories.write(file, given.n)
        map.write_bytes(given.map.read_bytes() if given.map else histories.MAP.encode())
        ground.tell(**measure(url, file, map, given.workflow))


if __name__ == "__main__":
    main()
