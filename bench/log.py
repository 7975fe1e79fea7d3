"""How long ``slaflow log list`` takes on a long log, filter by filter.

    python bench/log.py --db sqlite:///bench.db --n 1000000
    python bench/log.py --plans

The log is made in bulk: some hundred histories (``histories.py``) are imported with every rule applied
into a database of their own, and their entries are stored again and again, as those of other leads who
come a day later each time, in the order of days, until there are *n*. Hashes are those of the
originals, so this log does not verify; its rows have the true sizes and proportions.

A JSON line per question with p50 and p95 in milliseconds, the answer read to its end; ``rows`` is how
long the median answer was. ``--plans`` also shows on stderr how the database goes about it.
PostgreSQL's statistics are brought up to date first, as autovacuum would.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import ground
import histories
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine as Connections

from slaflow import Engine
from slaflow.engine.log.read import LogFilter
from slaflow.exchange.imports.run import import_file
from slaflow.log.entry import Entry
from slaflow.store.log import entries as log
from slaflow.store.log import pages

HISTORIES = 500
AT_ONCE = 20_000
"""Entries stored in one transaction."""
PAGE = 100


def originals() -> list[Entry]:
    """The entries of some hundred leads, as the rules of the agreement made them."""
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        engine = ground.prepared(f"sqlite:///{folder}/histories.db", histories.agreement())
        histories.add_people(engine)
        file, map = Path(folder) / "histories.csv", Path(folder) / "map.yaml"
        histories.write(file, HISTORIES)
        map.write_text(histories.MAP)
        import_file(engine, file, map, now=histories.END)
        engine.tick(histories.END)
        entries = [entry for entry in engine.log() if entry.lead is not None]
        engine.database.dispose()
    return entries


def fill(engine: Engine, entries: Sequence[Entry], n: int) -> int:
    """Stores *n* entries in the order of their days; gives the number of days they fill."""
    endless, first = copies(entries), engine.present(histories.FIRST)
    last = first
    while batch := list(islice(endless, min(AT_ONCE, n))):
        with engine.database.write() as connection:
            log.append(connection, batch)
        n, last = n - len(batch), max(last, batch[-1].at)
    return (last - first).days + 1


def copies(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries day by day without end; each day the same histories begin once more, of other leads."""
    by_age: dict[int, list[Entry]] = defaultdict(list)
    for each in entries:
        by_age[(each.at - histories.FIRST).days].append(each)
    for day in count():
        for age, then in sorted(by_age.items()):
            if age <= day:
                yield from (_copy(each, day - age) for each in then)


def _copy(entry: Entry, number: int) -> Entry:
    """The entry as one of another lead, so many days later."""
    assert entry.lead is not None
    lead, later = entry.lead + number * HISTORIES, timedelta(days=number)
    return entry._replace(
        id=None,
        stream=f"lead:{lead}",
        lead=lead,
        at=entry.at + later,
        arrived_at=entry.arrived_at and entry.arrived_at + later,
        occurred_at=entry.occurred_at and entry.occurred_at + later,
        recorded_at=entry.recorded_at + later,
    )


def questions(days: int, random: Random) -> dict[str, LogFilter]:
    """One of each kind of question, about a lead, day and person drawn anew."""
    day = histories.FIRST + timedelta(days=random.randrange(days // 4, days))
    leads = HISTORIES * max(1, days - histories.SPREAD.days)
    seller = random.choice(histories.SELLERS)
    return {
        "a lead's history": LogFilter(lead=random.randint(1, leads)),
        "breaches of a day": LogFilter(kind="breached", from_=day, to=day + timedelta(days=1)),
        f"an actor, first {PAGE}": LogFilter(actor=seller, limit=PAGE),
        f"an actor's day, first {PAGE}": LogFilter(
            actor=seller, from_=day, to=day + timedelta(days=1), limit=PAGE
        ),
        f"kind and target, first {PAGE}": LogFilter(kind="clock_met", target="respond", limit=PAGE),
        f"a day, first {PAGE}": LogFilter(from_=day, to=day + timedelta(days=1), limit=PAGE),
    }


def measure(engine: Engine, days: int, rounds: int) -> Iterator[dict[str, Any]]:
    """A line per kind of question, asked *rounds* times."""
    random = Random(7)
    asked = [questions(days, random) for _ in range(rounds)]
    for what in asked[0]:
        took, rows = [], []
        for filters in (each[what] for each in asked):
            began = time.perf_counter()
            rows.append(sum(1 for _ in engine.log(filters)))
            took.append((time.perf_counter() - began) * 1000)
        cuts = quantiles(took, n=20)
        yield {
            "query": what,
            "rounds": rounds,
            "rows": round(median(rows)),
            "p50_ms": round(median(took), 2),
            "p95_ms": round(cuts[-1], 2),
        }


def measure_pages(engine: Engine, days: int, rounds: int) -> Iterator[dict[str, Any]]:
    """The same for the first two pages of each question, newest first, as ``/log`` shows them."""
    random = Random(7)
    asked = [questions(days, random) for _ in range(rounds)]
    for what in asked[0]:
        took = [seconds * 1000 for each in asked for seconds in _two_pages(engine, each[what])]
        yield {
            "query": f"page: {what}",
            "rounds": len(took),
            "p50_ms": round(median(took), 2),
            "p95_ms": round(quantiles(took, n=20)[-1], 2),
        }


def _two_pages(engine: Engine, wanted: LogFilter) -> Iterator[float]:
    before = None
    for _ in range(2):
        began = time.perf_counter()
        with engine.database.read() as connection:
            page = pages.page(connection, wanted, before, PAGE // 2)
        yield time.perf_counter() - began
        before = page.before
        if before is None:
            return


def show_plans(engine: Engine, days: int) -> None:
    """Writes to stderr how the database answers each question."""
    for what, filters in questions(days, Random(7)).items():
        sys.stderr.write(f"{what}:\n")
        for line in plan(engine, filters):
            sys.stderr.write(f"    {line}\n")


def plan(engine: Engine, filters: LogFilter) -> list[str]:
    """The plan of the very statement that answers *filters*."""
    sent: list[tuple[str, Any]] = []

    def before(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM entry" in statement:
            sent.append((statement, parameters))

    event.listen(Connections, "before_cursor_execute", before)
    try:
        for _ in engine.log(filters):
            break
    finally:
        event.remove(Connections, "before_cursor_execute", before)
    explain = "EXPLAIN QUERY PLAN" if engine.database.dialect == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF)"
    with engine.database.read() as connection:
        statement, parameters = sent[0]
        found = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return [str(row[-1]) for row in found]


def main() -> None:
    options = ground.options(__doc__, n=1_000_000)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--plans", action="store_true", help="show how each question is answered")
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        engine = ground.prepared(url)
        entries = originals()
        began = time.perf_counter()
        days = fill(engine, entries, given.n)
        seconds = time.perf_counter() - began
        if engine.database.dialect == "postgresql":
            with engine.database.write() as connection:
                connection.execute(text("ANALYZE entry"))
        if given.plans:
            show_plans(engine, days)
        for line in chain(measure(engine, days, given.rounds), measure_pages(engine, days, given.rounds)):
            ground.tell(db=engine.database.dialect, n=given.n, **line, fill_seconds=round(seconds, 1))
        engine.database.dispose()


if __name__ == "__main__":
    main()
