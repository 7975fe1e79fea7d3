"""How fast tick enforces: many leads with one due clock each, made through the one write path.

    python bench/tick.py --db sqlite:///bench.db --n 100000

The database must be empty; without ``--db`` it is a SQLite file in a temporary folder. Prints one JSON
line; making the leads is not measured.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slaflow import Engine
from slaflow.engine.apply import Ask, in_transaction
from slaflow.lifecycle.events import Created
from slaflow.lifecycle.lead import Actor
from slaflow.store import leads, schema
from slaflow.store.database import Database

AGREEMENT = """\
workflow: bench
timezone: UTC
parties:
  marketing: {desk: demand@example.com}
  sales: {desk: sales@example.com}
lead:
  identity: [email]
  fields: {email: email}
states:
  mql: {held_by: sales, initial: true}
  accepted: {held_by: sales}
  won: {final: true}
transitions:
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps:
      100%: [{notify: owner}]
"""
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
BATCH = 5000


def fill(engine: Engine, n: int) -> None:
    """Adds *n* leads, each with one running clock."""
    workflow, actor = engine.active(), Actor("marketing", "marketing")
    for first in range(0, n, BATCH):
        with engine.database.write() as conn:
            asks = []
            for place, number in enumerate(leads.next_ids(conn, min(BATCH, n - first)), first):
                key = f"lead{place}@example.com"
                new = Created(number, key, {"email": key}, place.to_bytes(16, "big"))
                asks.append(Ask(number, new, actor, START + timedelta(milliseconds=place), workflow=workflow))
            in_transaction(engine, conn, asks, now=START + timedelta(hours=1))


def measure(url: str, n: int) -> dict[str, object]:
    """Fills the database, ticks once and tells how that went."""
    database = Database(url)
    schema.upgrade(database)
    engine = Engine(database)
    engine.activate(AGREEMENT, at=START)
    fill(engine, n)
    began = time.perf_counter()
    report = engine.tick(START + timedelta(days=1))
    seconds = time.perf_counter() - began
    database.dispose()
    return {
        "db": database.dialect,
        "leads": n,
        "due": report.breached,
        "seconds": round(seconds, 3),
        "per_s": round(report.breached / seconds),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--db")
    options.add_argument("--n", type=int, default=100_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        url = given.db or f"sqlite:///{Path(folder) / 'bench.db'}"
        sys.stdout.write(json.dumps(measure(url, given.n)) + "\n")


if __name__ == "__main__":
    main()
