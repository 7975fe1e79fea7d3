"""How fast ``slaflow log verify`` and ``--replay`` go through a long log, by one process or by several.

    python bench/verify.py --db sqlite:///bench.db --n 1000000 --jobs 1,2

The log is whole: some hundred histories (``histories.py``) are imported with every rule applied, and stored
again and again as those of other leads, each entry sealed under the hash of the one before. So every hash
holds, and every lead is decided again to what its row says.

A JSON line per run: ``what`` is ``verify`` (hashes) or ``replay`` (decisions). Each run is a process of its
own; ``peak_rss_mb`` is the most memory that one process of it had.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import ground
import histories
from sqlalchemy import text

from slaflow import Engine
from slaflow.clock.state import Clock
from slaflow.engine.passages.rebuild import rebuild
from slaflow.exchange.imports.run import import_file
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.lead import Lead
from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, Entry
from slaflow.store.database import Connection
from slaflow.store.log import entries as log
from slaflow.store.log import history
from slaflow.store.rows import clocks, leads

HISTORIES = 500


class Life(NamedTuple):
    """A lead as it stands at the end of its history."""

    lead: Lead
    clocks: list[Clock]
    entries: list[Entry]


def fill(engine: Engine, n: int) -> int:
    """Fills an empty database with at least *n* entries that verify; gives their number."""
    histories.add_people(engine)
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        file, map = Path(folder) / "histories.csv", Path(folder) / "map.yaml"
        histories.write(file, HISTORIES)
        map.write_text(histories.MAP)
        import_file(engine, file, map, now=histories.END)
    engine.tick(histories.END)
    lives = lives_of(engine)
    made = each = sum(len(life.entries) for life in lives)
    while made < n:
        with engine.database.write() as connection:
            store_again(connection, lives)
        made += each
    rebuild(engine)  # what is stored past the one write path brings no rows of handoffs along
    return made


def lives_of(engine: Engine) -> list[Life]:
    with engine.database.read() as connection:
        ids = history.lead_ids(connection, 0, HISTORIES)
        rows, started = leads.read(connection, ids), clocks.all_of(connection, ids)
        return [Life(rows[n], started.get(n, []), entries) for n, entries in history.streams(connection, ids)]


def store_again(connection: Connection, lives: list[Life]) -> None:
    """The same histories as those of other leads, their entries mixed as they were."""
    ids = leads.next_ids(connection, len(lives))
    copies = [again(life, lead_id) for life, lead_id in zip(lives, ids, strict=True)]
    leads.insert(connection, [copy.lead for copy in copies])
    clocks.save(connection, [(copy.lead.id, clock) for copy in copies for clock in copy.clocks])
    order = [entry.id for life in lives for entry in life.entries]
    entries = (entry for copy in copies for entry in copy.entries)
    log.append(connection, [entry for _, entry in sorted(zip(order, entries, strict=True))])


def again(life: Life, lead_id: int) -> Life:
    lead, key = life.lead.copy(), f"lead{lead_id}@example.com"
    lead.id, lead.key, lead.salt = lead_id, key, lead_id.to_bytes(16, "big")
    lead.fields = {**lead.fields, "email": key}
    entries, lead.head = seal(
        drafts(life.entries, key, lead_id), stream=f"lead:{lead_id}", lead=lead_id, salt=lead.salt,
        digest=lead.digest, head=GENESIS, recorded_at=histories.END,
    )  # fmt: skip
    started = [clock.copy() for clock in life.clocks]
    for clock in started:
        clock.id = None
    return Life(lead, started, entries)


def drafts(entries: list[Entry], key: str, lead_id: int) -> Iterator[Draft]:
    for entry in entries:
        draft = Draft(
            entry.seq, entry.kind, entry.entry_class, entry.at, entry.actor, entry.party, entry.arrived_at,
            entry.occurred_at, entry.owner, entry.held_by, entry.trigger, entry.from_state, entry.to_state,
            entry.target, entry.clock, entry.step, entry.handoff, entry.reason, entry.caused_by, entry.data,
        )  # fmt: skip
        if entry.kind == "created":
            fields = {**draft.data["fields"], "email": key}
            draft = replace(draft, data={**draft.data, "key": key, "number": lead_id, "fields": fields})
        yield draft


def made(url: str, n: int) -> str:
    """Makes the log, in a process of its own: a peak is told of whoever it starts. Which database it is."""
    engine = ground.prepared(url, histories.agreement())
    fill(engine, n)
    if engine.database.dialect == "postgresql":
        with engine.database.write() as connection:
            connection.execute(text("ANALYZE"))
    engine.database.dispose()
    return engine.database.dialect


def run(url: str, what: str, jobs: int) -> tuple[int, float, int]:
    """Entries, seconds and the peak of one check; a process of its own runs it."""
    engine = Engine(url)
    began = time.perf_counter()
    found = engine.verify(jobs=jobs) if what == "verify" else engine.replay(jobs=jobs)
    seconds = time.perf_counter() - began
    if not found.ok:
        raise SystemExit(f"{what} by {jobs}: the log that was made does not hold")
    engine.database.dispose()
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return found.entries, seconds, max(ground.peak_rss_mb(), ground.mb(workers))


def main() -> None:
    options = ground.options(__doc__, n=1_000_000)
    options.add_argument("--jobs", default="1,2", help="how many processes, a run for each")
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        dialect = ground.apart(made, url, given.n)
        measure(url, dialect, [int(number) for number in given.jobs.split(",")])


def measure(url: str, db: str, numbers: list[int]) -> None:
    """A line for each check by each number of processes."""
    for what in ("verify", "replay"):
        for jobs in numbers:
            entries, seconds, peak = ground.apart(run, url, what, jobs)
            ground.tell(
                db=db, what=what, entries=entries, jobs=jobs, seconds=round(seconds, 2),
                per_s=round(entries / seconds), peak_rss_mb=peak,
            )  # fmt: skip


if __name__ == "__main__":
    main()
