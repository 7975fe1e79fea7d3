"""How much faster more tick processes are on one PostgreSQL, without a coordinator.

    python bench/workers.py --db postgresql+psycopg://user@/bench --n 20000 --workers 1,2,4

For each number of workers, *n* leads fall due and that many processes, already connected, tick at the
same instant until nothing is left. One JSON line each: deadlines per second of all together, from the
start of the first to the end of the last, and the speed-up over the first line. Every deadline must be
enforced once. The server works on the same cores as the workers, if it is on the same machine.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

import ground

from slaflow import Engine

SPAWNED = get_context("spawn")


def work(url: str, at: datetime, ready: Barrier, told: Any) -> None:
    """One worker: gets ready, ticks, and tells how much it enforced and when."""
    engine = Engine(url)
    engine.tick(ground.START)
    ready.wait()
    began = time.monotonic()
    enforced = engine.tick(at).breached
    told.put((enforced, began, time.monotonic()))
    engine.database.dispose()


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
    given = options.parse_args()
    if not (given.db or "").startswith("postgres"):
        raise SystemExit("several workers share a PostgreSQL; name one with --db postgresql+psycopg://...")
    engine = ground.prepared(given.db)
    alone = 0.0
    for place, workers in enumerate(int(number) for number in given.workers.split(",")):
        begin = ground.START + timedelta(days=place)
        ground.fill(engine, given.n, begin)
        shares, seconds = race(given.db, begin + ground.WITHIN + timedelta(seconds=1), workers)
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
        )
    engine.database.dispose()


if __name__ == "__main__":
    main()
