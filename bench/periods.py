"""How long a tick takes that closes the months of ever more leads, and one that restates them.

    python bench/periods.py --db postgresql+psycopg://user@host/bench --leads 1000,10000,100000

For each size a JSON line from an empty database of its own, made beside the one that is named and gone
afterwards: the seconds of the tick that closes every ``period``, and, as other work on the machine does
not, the seconds of processor that this took of its process; the most memory of that process; the
seconds of a tick that looks into every period again, because a promise broken in each of three months
was lifted since. PostgreSQL's statistics are as filling the database leaves them.

The leads are made in bulk: some hundred histories (``histories.py``) are imported with every rule of
workflows/b2b-standard.yaml into a database of their own, and their rows are stored again and again, as
those of other leads who did the same at the same instants, in the order of time. Hashes are those of the
originals, so this log does not verify; its rows have the true sizes and proportions.
"""

from __future__ import annotations

import pickle
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import ground
import histories

from slaflow import Engine
from slaflow.clock.state import Clock
from slaflow.engine.log.read import LogFilter
from slaflow.exchange.imports.run import import_file
from slaflow.lifecycle.lead import Lead
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log import entries as log
from slaflow.store.log import history
from slaflow.store.rows import clocks, leads

HISTORIES = 500
AT_ONCE = 20_000
"""Entries stored in one transaction."""
BEGUN = histories.FIRST - timedelta(days=2)
CLOSED = histories.END + timedelta(days=30)
"""Every month with a lead in it is over, and its leads have had the days that they mature in."""
HOUR = timedelta(hours=1)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Originals:
    """The rows of some hundred leads, as the rules of the agreement made them; entries by instant."""

    leads: dict[int, Lead]
    clocks: list[tuple[int, Clock]]
    entries: list[Entry]


def save_originals(file: Path) -> None:
    """Writes the rows of leads of which nothing falls any more before :data:`CLOSED`."""
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        engine = begun(f"sqlite:///{folder}/histories.db")
        table, map = Path(folder) / "histories.csv", Path(folder) / "map.yaml"
        histories.write(table, HISTORIES)
        map.write_text(histories.MAP)
        import_file(engine, table, map, now=histories.END)
        engine.tick(CLOSED)
        with engine.database.read() as connection:
            ids = history.lead_ids(connection, 0, HISTORIES)
            held = clocks.all_of(connection, ids)
            found = leads.read(connection, ids)
        entries = sorted((each for each in engine.log() if each.lead is not None), key=lambda each: each.at)
        engine.database.dispose()
    rows = Originals(found, [(lead, clock) for lead in ids for clock in held[lead]], entries)
    file.write_bytes(pickle.dumps(rows))


def begun(url: str) -> Engine:
    """An engine on an empty database with the agreement in force and its people, before any lead."""
    engine = ground.prepared(url, histories.agreement(), BEGUN)
    histories.add_people(engine)
    return engine


def fill(url: str, number: int, file: Path) -> dict[str, Any]:
    """Stores *number* leads made of the rows in *file*; tells how many entries, and how long it took."""
    engine, rows = begun(url), pickle.loads(file.read_bytes())
    began = time.perf_counter()
    _store(
        engine, (_lead(rows.leads[of], n) for of in rows.leads for n in _numbers(of, number)), leads.insert
    )
    held = ((n, replace(clock, id=None)) for of, clock in rows.clocks for n in _numbers(of, number))
    _store(engine, held, clocks.save)
    told = (_entry(each, n) for each in rows.entries for n in _numbers(each.lead or 0, number))
    _store(engine, told, log.append)
    engine.database.dispose()
    entries = sum(len(_numbers(each.lead or 0, number)) for each in rows.entries)
    return {"entries": entries, "fill_seconds": round(time.perf_counter() - began, 1)}


def _numbers(of: int, number: int) -> range:
    """The ids of the leads, of *number* in all, that do what the original lead *of* did."""
    return range(of, number + 1, HISTORIES)


def _store(engine: Engine, rows: Iterator[T], write: Callable[[Connection, list[T]], None]) -> None:
    while batch := list(islice(rows, AT_ONCE)):
        with engine.database.write() as connection:
            write(connection, batch)


def _lead(original: Lead, number: int) -> Lead:
    lead = original.copy()
    lead.id, lead.key, lead.salt = number, f"lead{number}@example.com", number.to_bytes(16, "big")
    return lead


def _entry(original: Entry, number: int) -> Entry:
    return original._replace(id=None, stream=f"lead:{number}", lead=number)


def ticks(url: str) -> dict[str, Any]:
    """What the tick costs that closes all periods, and then the one that looks into them again."""
    engine = Engine(url)
    began, busy = time.perf_counter(), time.process_time()
    report = engine.tick(CLOSED)
    line = {
        "periods": report.commitments,
        "seconds": round(time.perf_counter() - began, 2),
        "cpu_seconds": round(time.process_time() - busy, 2),
        "peak_rss_mb": ground.peak_rss_mb(),
    }
    lift(engine)
    began = time.perf_counter()
    restated = engine.tick(CLOSED + 2 * HOUR).commitments
    line |= {"restated": restated, "restate_seconds": round(time.perf_counter() - began, 2)}
    engine.database.dispose()
    return line


def lift(engine: Engine) -> None:
    """Lifts the first promise that was broken in each month."""
    for month in range(3):
        begin = histories.FIRST + month * timedelta(days=30)
        asked = LogFilter(kind="breached", from_=begin, to=begin + timedelta(days=30), limit=1)
        for each in engine.log(asked):
            engine.lift(each.lead, each.target, "the phones were down", "sales", at=CLOSED + HOUR)


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--leads", default="1000,10000,100000")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        file = Path(folder) / "originals"
        ground.apart(save_originals, file)
        for number in (int(each) for each in given.leads.split(",")):
            ground.tell(**measure(given.db, number, file))


def measure(beside: str | None, number: int, file: Path) -> dict[str, Any]:
    """What *number* leads cost."""
    # Whoever starts a process hands it the size of its own memory, so nothing large is kept here.
    with ground.fresh_url(beside) as url:
        filled = ground.apart(fill, url, number, file)
        line = ground.apart(ticks, url)
    db = "sqlite" if url.startswith("sqlite") else "postgresql"
    return {"db": db, "leads": number, **line, **filled}


if __name__ == "__main__":
    main()
