"""Whether a tick costs what is due, and not what is running: the same 100 deadlines among ever more clocks.

    python bench/due.py --db sqlite:///bench.db --sizes 10000,100000,1000000

For each size a JSON line: the median seconds of ``--rounds`` ticks, each with 100 newly due, the most
memory of the process that ticked, and what a tick with nothing due reads: its statements and, on
SQLite, the steps of its virtual machine, on PostgreSQL the rows it got from tables. The database grows
from size to size; it is filled in bulk (``ground.py``) by another process, not measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import ground
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine as Connections

from slaflow import Engine

DUE = 100
SLOW = ground.AGREEMENT.replace("workflow: bench", "workflow: bench-slow").replace("4h", "40000h")
_ROWS_READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"
)


def grow(url: str, more: int, begin: datetime, rounds: int) -> float:
    """Adds *more* running clocks, of which 100 fall due per round, a minute apart; gives the seconds."""
    engine = Engine(url)
    began = time.perf_counter()
    soon, late = engine.active("bench"), engine.active("bench-slow")
    for number in range(rounds):
        ground.fill(engine, DUE, begin + timedelta(minutes=number), soon)
    ground.fill(engine, more - DUE * rounds, ground.START, late)
    engine.database.dispose()
    return time.perf_counter() - began


def ticks(url: str, begin: datetime, rounds: int) -> dict[str, Any]:
    """The median seconds of a tick with 100 due, and what one reads that finds nothing."""
    engine = Engine(url)
    engine.tick(begin)
    first, took = begin + ground.WITHIN + timedelta(seconds=1), []
    for number in range(rounds):
        began = time.perf_counter()
        report = engine.tick(first + timedelta(minutes=number))
        took.append(time.perf_counter() - began)
        if report.breached != DUE:
            raise SystemExit(f"{report.breached} of {DUE} deadlines were enforced")
    idle = first + timedelta(minutes=rounds)
    began = time.perf_counter()
    engine.tick(idle)
    idle_seconds = time.perf_counter() - began
    read = reads(engine, idle)
    peak = ground.peak_rss_mb()
    engine.database.dispose()
    return {
        "seconds": round(median(took), 4),
        "peak_rss_mb": peak,
        "idle_seconds": round(idle_seconds, 4),
        **read,
    }


def reads(engine: Engine, idle: datetime) -> dict[str, int]:
    """What a tick reads that finds nothing due."""
    before = _rows_read(engine)
    with _counted() as counted:
        engine.tick(idle)
    rows = _rows_read(engine) - before
    work = {"idle_steps": counted["steps"]} if engine.database.dialect == "sqlite" else {"idle_rows": rows}
    return {"idle_statements": counted["statements"], **work}


def _rows_read(engine: Engine) -> int:
    """The rows this PostgreSQL has got from tables so far; SQLite does not count them."""
    if engine.database.dialect == "sqlite":
        return 0
    with engine.database.read() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with engine.database.read() as connection:
        return int(connection.execute(_ROWS_READ).scalar_one())


@contextmanager
def _counted() -> Iterator[dict[str, int]]:
    """Counts statements, and on SQLite the steps of its virtual machine, while it is entered."""
    counted = {"statements": 0, "steps": 0}

    def step() -> int:
        counted["steps"] += 1
        return 0

    def before(connection: Connection, *_: Any) -> None:
        counted["statements"] += 1
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.set_progress_handler(step, 1)  # type: ignore[union-attr]

    event.listen(Connections, "before_cursor_execute", before)
    try:
        yield counted
    finally:
        event.remove(Connections, "before_cursor_execute", before)


def prepare(url: str) -> None:
    """Makes the tables and puts both agreements in force."""
    engine = ground.prepared(url)
    engine.activate(SLOW, at=ground.START)
    engine.database.dispose()


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--sizes", default="10000,100000,1000000")
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    sizes = sorted(int(size) for size in given.sizes.split(","))
    with ground.database_url(given.db) as url:
        ground.apart(prepare, url)
        running = 0
        for place, size in enumerate(sizes):
            begin = ground.START + timedelta(days=place)
            if size - running < DUE * given.rounds:
                raise SystemExit(f"a size is at least {DUE * given.rounds} more than the one before")
            filled = ground.apart(grow, url, size - running, begin, given.rounds)
            line = ground.apart(ticks, url, begin, given.rounds)
            running = size - DUE * given.rounds  # the others are broken, with nothing left to do
            db = "sqlite" if url.startswith("sqlite") else "postgresql"
            ground.tell(db=db, running=size, due=DUE, **line, fill_seconds=round(filled, 1))


if __name__ == "__main__":
    main()
