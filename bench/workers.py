"""How much faster more tick processes are on one PostgreSQL, without a coordinator.

    python bench/workers.py --db postgresql+psycopg://user@/bench --n 20000 --workers 1,2,4

For each number of workers, *n* leads fall due and that many processes, already connected, tick at the
same instant until nothing is left. One JSON line each: deadlines per second of all together, from the
start of the first to the end of the last, and the speed-up over the first line. Every deadline must be
enforced once. The server works on the same cores as the workers, if it is on the same machine.

With ``--busy`` two more processes work on the same database meanwhile, as others would: one adds leads
and has them accepted, one imports files of leads. The line then says how many commands and leads.
"""

from __future__ import annotations

import csv
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from itertools import count
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from multiprocessing.synchronize import Event as Flag
from pathlib import Path
from typing import Any

import ground

from slaflow import Engine
from slaflow.exchange.imports.run import import_file

SPAWNED = get_context("spawn")
LATER = ground.START + timedelta(days=1000)
"""When the others work: what their leads are promised is never due for a worker."""


def work(url: str, at: datetime, ready: Barrier, told: Any) -> None:
    """One worker: gets ready, ticks, and tells how much it enforced and when."""
    engine = Engine(url)
    engine.tick(ground.START)
    ready.wait()
    began = time.monotonic()
    enforced = engine.tick(at).breached
    told.put((enforced, began, time.monotonic()))
    engine.database.dispose()


def fire_commands(url: str, place: int, at: datetime, begun: Flag, done: Flag, told: Any) -> None:
    """Adds leads and has them accepted, one command after the other, until it is told to stop."""
    engine, commands = Engine(url), 0
    for number in count():
        key = f"busy{place}-{number}@example.com"
        engine.add({"email": key}, "marketing", at=at)
        engine.fire(key, "accept", "sales", at=at)
        commands += 2
        begun.set()
        if done.is_set():
            break
    told.put(commands)
    engine.database.dispose()


def import_files(url: str, place: int, at: datetime, begun: Flag, done: Flag, told: Any) -> None:
    """Imports one file of 200 leads after the other until it is told to stop."""
    engine, leads = Engine(url), 0
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        file, map = Path(folder) / "leads.csv", Path(folder) / "map.yaml"
        map.write_text("lead: {email: email}\n")
        for number in count():
            with file.open("w", newline="") as target:
                rows = [f"import{place}-{number}-{row}@example.com" for row in range(200)]
                csv.writer(target).writerows([["email"], *([row] for row in rows)])
            leads += import_file(engine, file, map, now=at).leads_added
            begun.set()
            if done.is_set():
                break
    told.put(leads)
    engine.database.dispose()


@contextmanager
def others(url: str, place: int, at: datetime) -> Iterator[dict[str, int]]:
    """Has commands fired and files imported while it is entered; afterwards holds how many."""
    did: dict[str, int] = {}
    jobs: dict[str, Callable[..., None]] = {"commands": fire_commands, "imported": import_files}
    done, started = SPAWNED.Event(), []
    for what, job in jobs.items():
        begun, told = SPAWNED.Event(), SPAWNED.Queue()
        SPAWNED.Process(target=job, args=(url, place, at, begun, done, told)).start()
        started.append((what, begun, told))
    for _, begun, _ in started:
        begun.wait(60)
    try:
        yield did
    finally:
        done.set()
        did.update({what: told.get(timeout=60) for what, _, told in started})


def race(url: str, at: datetime, workers: int) -> tuple[list[int], float]:
    """What each worker enforced, and the seconds from the first start to the last end."""
    ready, told = SPAWNED.Barrier(workers), SPAWNED.Queue()
    processes = [SPAWNED.Process(target=work, args=(url, at, ready, told)) for _ in range(workers)]
    for process in processes:
        process.start()
    results = [told.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    seconds = max(end for _, _, end in results) - min(begin for _, begin, _ in results)
    return sorted(enforced for enforced, _, _ in results), seconds


def main() -> None:
    options = ground.options(__doc__, n=20_000)
    options.add_argument("--workers", default="1,2,4")
    options.add_argument("--busy", action="store_true", help="others fire commands and import meanwhile")
    given = options.parse_args()
    if not (given.db or "").startswith("postgres"):
        raise SystemExit("several workers share a PostgreSQL; name one with --db postgresql+psycopg://...")
    engine = ground.prepared(given.db)
    alone = 0.0
    for place, workers in enumerate(int(number) for number in given.workers.split(",")):
        begin = ground.START + timedelta(days=place)
        ground.fill(engine, given.n, begin)
        due = begin + ground.WITHIN + timedelta(seconds=1)
        with others(given.db, place, LATER) if given.busy else nullcontext({}) as did:
            shares, seconds = race(given.db, due, workers)
        if sum(shares) != given.n:
            raise SystemExit(f"{sum(shares)} of {given.n} deadlines were enforced")
        per_s = given.n / seconds
        alone = alone or per_s
        ground.tell(
            db="postgresql",
            workers=workers,
            cpus=os.cpu_count(),
            n=given.n,
            seconds=round(seconds, 3),
            per_s=round(per_s),
            speed_up=round(per_s / alone, 2),
            shares=shares,
            **did,
        )
    engine.database.dispose()


if __name__ == "__main__":
    main()
