"""The floor under tick: the rows it writes, written by plain SQLAlchemy, without any rule.

    python bench/floor.py --db sqlite:///bench.db --n 100000

For each due deadline a tick updates a lead and its clock, and inserts an entry and a message. This
script lets tick settle one lead, looks at what that changed, and then writes the same values for *n*
other leads: ``connection.execute(statement, [values, ...])``, a thousand leads to a transaction, as
durably as slaflow (SQLite: WAL, ``synchronous=FULL``; PostgreSQL as it is set up). Only columns whose
value changes are set; with ``--all-columns`` every column, as tick does. Nothing is read or hashed, and
making the values is not measured. Prints one JSON line.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import ground
from sqlalchemy import Connection, Table, Update, bindparam, func, insert, select, update

from slaflow import Engine
from slaflow.store.tables.leads import clock, lead
from slaflow.store.tables.log import entry
from slaflow.store.tables.outbox import message

AT_ONCE = 1000
Values = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """What a tick set on one lead and its clock, and the entry and message it inserted."""

    lead: Values
    clock: Values
    entry: Values
    message: Values


def sample(engine: Engine, all_columns: bool) -> Sample:
    """Lets tick settle one lead, the only one there is."""
    before = ground.START - timedelta(hours=1)
    [lead_id] = ground.fill(engine, 1, before)
    with engine.database.read() as connection:
        old = [_row(connection, table) for table in (lead, clock)]
    engine.tick(before + ground.WITHIN + timedelta(seconds=1))
    with engine.database.read() as connection:
        new = [_row(connection, table) for table in (lead, clock)]
        logged, told = _row(connection, entry), _row(connection, message)
    changed = [_changed(*pair, all_columns) for pair in zip(old, new, strict=True)]
    assert logged["lead"] == lead_id
    return Sample(changed[0], changed[1], _given(logged), _given(told))


def _row(connection: Connection, table: Table) -> Values:
    """The newest row."""
    newest = connection.execute(select(table).order_by(table.c.id.desc()).limit(1))
    return dict(newest.mappings().one())


def _changed(old: Values, new: Values, all_columns: bool) -> Values:
    fixed = ("id", "key", "lead")
    return {name: new[name] for name in new if name not in fixed and (all_columns or new[name] != old[name])}


def _given(row: Values) -> Values:
    return {name: value for name, value in row.items() if name != "id"}


def setting(table: Table, columns: Values) -> Update:
    """An update of one row by its id, ``which``; columns are bound as ``new_NAME``."""
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    return update(table).where(table.c.id == bindparam("which")).values(values)


def write(engine: Engine, taken: Sample, clock_ids: dict[int, int]) -> float:
    """Writes the sample's values for every lead; gives the seconds that took."""
    statements = setting(lead, taken.lead), setting(clock, taken.clock), insert(entry), insert(message)
    seconds = 0.0
    for batch in _batches(list(clock_ids.items())):
        values = _values(taken, batch)
        began = time.perf_counter()
        with engine.database.write() as connection:
            for statement, rows in zip(statements, values, strict=True):
                connection.execute(statement, rows)
        seconds += time.perf_counter() - began
    return seconds


def _batches(pairs: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    for first in range(0, len(pairs), AT_ONCE):
        yield pairs[first : first + AT_ONCE]


def _values(taken: Sample, batch: Sequence[tuple[int, int]]) -> list[list[Values]]:
    leads, clocks, entries, messages = [], [], [], []
    lead_values = {f"new_{name}": value for name, value in taken.lead.items()}
    clock_values = {f"new_{name}": value for name, value in taken.clock.items()}
    for lead_id, clock_id in batch:
        stream, sealed = f"lead:{lead_id}", sha256(str(lead_id).encode()).hexdigest()
        leads.append({**lead_values, "new_head": sealed, "which": lead_id})
        clocks.append({**clock_values, "which": clock_id})
        entries.append({**taken.entry, "stream": stream, "lead": lead_id, "hash": sealed})
        messages.append({**taken.message, "stream": stream, "lead": lead_id})
    return [leads, clocks, entries, messages]


def measure(url: str, n: int, all_columns: bool = False) -> dict[str, object]:
    """Fills the database, writes and tells how that went."""
    engine = ground.prepared(url)
    taken = sample(engine, all_columns)
    ids = ground.fill(engine, n)
    with engine.database.read() as connection:
        found = connection.execute(select(clock.c.lead, clock.c.id).where(clock.c.lead >= ids[0]))
        clock_ids = {lead_id: clock_id for lead_id, clock_id in found}
    seconds = write(engine, taken, clock_ids)
    _check(engine, n + 1)
    engine.database.dispose()
    return {
        "db": engine.database.dialect,
        "n": n,
        "seconds": round(seconds, 3),
        "per_s": round(n / seconds),
        "columns": "all" if all_columns else "changed",
    }


def _check(engine: Engine, n: int) -> None:
    """Stops where not everything that was to be written is there."""
    with engine.database.read() as connection:
        for table, met in (
            (clock, clock.c.status == "breached"),
            (entry, entry.c.kind == "breached"),
            (message, message.c.kind == "breached"),
        ):
            there = connection.execute(select(func.count()).select_from(table).where(met)).scalar_one()
            if there != n:
                raise SystemExit(f"{there} of {n} rows of {table.name} were written")


def main() -> None:
    options = ground.options(__doc__, n=100_000)
    options.add_argument("--all-columns", action="store_true", help="set unchanged columns too, as tick does")
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        ground.tell(**measure(url, given.n, given.all_columns))


if __name__ == "__main__":
    main()
