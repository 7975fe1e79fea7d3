"""How fast several processes draw of one team at once, and whether each member gets their share.

    python bench/routing.py --processes 4
    python bench/routing.py --db postgresql+psycopg://user@/postgres --processes 4 --n 2400

``--db`` says where: on PostgreSQL a server on which databases may be created, on SQLite the folder the
files lie in. For each way to deal there is a database of its own with six members, who weigh 1, 2, 3, 1, 2
and 3, and *n* leads; that many processes, already connected, hand them over one by one. With ``capacity``
everybody's limit is their share, so that all are full at the end. One JSON line each: draws per second of
all together, from the start of the first to the end of the last, and how far the member whose share came
out worst is from it, in leads a cycle of twelve. Each line is of a log that verifies and is decided again.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

import ground

from slaflow import Engine

SPAWNED = get_context("spawn")
AGREEMENT = """\
workflow: bench
timezone: UTC
parties: {{marketing: {{desk: demand@example.com}}, sales: {{desk: sales@example.com}}}}
lead: {{identity: [email], fields: {{email: email}}}}
states:
  fresh: {{held_by: marketing, initial: true}}
  worked: {{held_by: sales}}
  won: {{final: true}}
transitions:
  - {{trigger: hand_over, from: fresh, to: worked, by: marketing}}
  - {{trigger: win, from: worked, to: won, by: sales}}
teams: {{floor: {{party: sales, assign: {assign}}}}}
routing: [{{to: floor}}]
"""
WEIGHTS = {f"seller{number}@example.com": number % 3 + 1 for number in range(6)}
CYCLE = sum(WEIGHTS.values())
NOW = ground.START + timedelta(hours=1)
METHODS = {"round_robin": "round_robin", "least_loaded": "least_loaded", "capacity": "round_robin"}


def draw(url: str, leads: list[int], ready: Barrier, told: Any) -> None:
    """One process: gets ready, hands its leads over, and tells when."""
    engine = Engine(url, now=lambda: NOW)
    engine.show(leads[0])
    ready.wait()
    began = time.monotonic()
    for lead in leads:
        engine.fire(lead, "hand_over", "marketing")
    told.put((began, time.monotonic()))
    engine.database.dispose()


def founded(url: str, method: str, n: int) -> tuple[Engine, list[int]]:
    """A team of six and *n* leads that nobody has yet."""
    engine = ground.prepared(url, AGREEMENT.format(assign=METHODS[method]))
    for email, weight in WEIGHTS.items():
        capacity = weight * n // CYCLE if method == "capacity" else None
        engine.add_person(email, "sales", team="floor", weight=weight, capacity=capacity, at=ground.START)
    return engine, ground.fill(engine, n)


def measure(url: str, method: str, processes: int, n: int) -> dict[str, object]:
    """Has *n* leads drawn and tells how that went."""
    engine, leads = founded(url, method, n)
    ready, told = SPAWNED.Barrier(processes), SPAWNED.Queue()
    shares = [(url, leads[place::processes], ready, told) for place in range(processes)]
    started = [SPAWNED.Process(target=draw, args=each) for each in shares]
    for each in started:
        each.start()
    times = [told.get(timeout=600) for _ in started]
    for each in started:
        each.join()
    seconds = max(end for _, end in times) - min(begin for begin, _ in times)
    had = Counter(lead["owner"] for lead in engine.leads(state="worked"))
    if not (engine.verify().ok and engine.replay().ok):
        raise SystemExit("the log does not verify")
    engine.database.dispose()
    return {
        "db": engine.database.dialect,
        "method": method,
        "processes": processes,
        "draws": n,
        "per_s": round(n / seconds),
        "deviation": max(abs(had[email] * CYCLE / n - weight) for email, weight in WEIGHTS.items()),
    }


def main() -> None:
    options = ground.options(__doc__, n=1200)
    options.add_argument("--processes", type=int, default=4)
    given = options.parse_args()
    if given.n % CYCLE or given.n < given.processes:
        options.error(f"--n is to be a multiple of {CYCLE}: whole cycles, and a lead for each process")
    for method in METHODS:
        with ground.fresh_url(given.db) as url:
            ground.tell(**measure(url, method, given.processes, given.n))


if __name__ == "__main__":
    main()
