"""How long each report takes on a long log, plain and ``--by owner``, and the page for the meeting.

    python bench/reports.py --leads 32000
    python bench/reports.py --db sqlite:///bench.db --leads 32000
    python bench/reports.py --db sqlite:///bench.db --filled --profile

The leads are those of ``periods.py``: some hundred histories, imported with every rule of
workflows/b2b-standard.yaml, stored again and again; then a tick closes what periods are over. About 31
entries a lead, of which each fifth lead has no handoff and some have three.

A JSON line per report with p50 and p95 in milliseconds, from the question to the figures; the page from
the question to its HTML, of all of the period. With ``--filled`` the database is one that this filled
before; with ``--profile`` each statement's seconds are told on stderr, and with ``--plans`` also how the
database goes about it. PostgreSQL's statistics are brought up to date first, as autovacuum would.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import ground
import histories
import periods
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import Engine as Connections

from slaflow import Engine
from slaflow.engine.passages.rebuild import rebuild
from slaflow.report.aging import aging
from slaflow.report.candour import candour
from slaflow.report.content import content
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.journey import journey
from slaflow.report.losses import losses
from slaflow.report.returns import returns
from slaflow.report.review import page, record
from slaflow.report.sla import sla
from slaflow.report.waste import waste
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry

REPORTS: dict[str, Callable[..., Any]] = {
    "sla": sla, "handoffs": handoffs, "returns": returns, "waste": waste, "funnel": funnel, "aging": aging,
    "losses": losses, "content": content, "journey": journey,
    "candour": candour,
}  # fmt: skip
BY = "owner"


def fill(url: str, number: int) -> None:
    """Stores *number* leads with their histories and closes what periods are over."""
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        file = Path(folder) / "originals"
        ground.apart(periods.save_originals, file)
        ground.apart(periods.fill, url, number, file)
    engine = Engine(url)
    rebuild(engine)
    engine.tick(periods.CLOSED)
    if engine.database.dialect == "postgresql":
        with engine.database.write() as connection:
            connection.execute(text("ANALYZE"))
    engine.database.dispose()


def sizes(engine: Engine) -> dict[str, int]:
    """How many leads and entries there are."""
    with engine.database.read() as connection:
        leads = connection.execute(select(func.count()).select_from(lead)).scalar_one()
        return {
            "leads": leads,
            "entries": connection.execute(select(func.count()).select_from(entry)).scalar_one(),
        }


def questions(engine: Engine) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is measured, by its name."""
    for name, of in REPORTS.items():
        yield name, partial(of, engine, at=periods.CLOSED)
        yield f"{name} --by {BY}", partial(of, engine, by=BY, at=periods.CLOSED)
    yield "review page", lambda: page(record(engine, histories.FIRST, histories.END, periods.CLOSED))


def seconds_of(question: Callable[[], Any], rounds: int) -> list[float]:
    """How long each round took; the first, which also fills caches, is not counted."""
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        question()
        taken.append(time.perf_counter() - began)
    return taken[1:]


def p50_and_p95(taken: list[float]) -> dict[str, float]:
    late = quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]
    return {"p50_ms": round(median(taken) * 1000, 1), "p95_ms": round(late * 1000, 1)}


@contextmanager
def statements_told(plans: bool) -> Iterator[None]:
    """Tells on stderr what each statement costs until its rows are read."""

    def before(conn: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        if plans and statement.startswith(("SELECT", "WITH")):
            explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN (ANALYZE) "
            asking = conn.connection.driver_connection.cursor()
            for row in asking.execute(explain + statement, given).fetchall():
                sys.stderr.write(f"    {row[-1]}\n")
        conn.info["began"] = time.perf_counter()

    def after(conn: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        seconds = time.perf_counter() - conn.info["began"]
        if seconds > 0.01:
            sys.stderr.write(f"  {seconds:7.3f} s  {' '.join(statement.split())[:160]}\n")

    event.listen(Connections, "before_cursor_execute", before)
    event.listen(Connections, "after_cursor_execute", after)
    try:
        yield
    finally:
        event.remove(Connections, "before_cursor_execute", before)
        event.remove(Connections, "after_cursor_execute", after)


def measure(engine: Engine, rounds: int, only: str, profile: bool, plans: bool) -> None:
    """Prints a line for each question whose name begins with *only*."""
    told = {"db": engine.database.dialect, **sizes(engine)}
    for what, question in questions(engine):
        if not what.startswith(only):
            continue
        if profile or plans:
            sys.stderr.write(f"{what}\n")
            with statements_told(plans):
                question()
        ground.tell(**{**told, "what": what, **p50_and_p95(seconds_of(question, rounds))})


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--leads", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", default="", metavar="WHAT", help="what is named so, or begins so")
    options.add_argument("--filled", action="store_true", help="the database was filled by this before")
    options.add_argument("--profile", action="store_true")
    options.add_argument("--plans", action="store_true")
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        if not given.filled:
            fill(url, given.leads)
        engine = Engine(url)
        measure(engine, given.rounds, given.only, given.profile, given.plans)
        engine.database.dispose()


if __name__ == "__main__":
    main()
