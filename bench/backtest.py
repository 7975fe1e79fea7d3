"""How fast is a draft told a long record, by one process or by several?

    python bench/backtest.py --db sqlite:///bench.db --leads 100000 --jobs 1,2

The record is that of ``verify.py``: some hundred histories of b2b-standard, stored again and again as those
of other leads. Told is b2b-standard with another allowance. A database that holds a record already is asked
as it is.

A JSON line per run, which is a process of its own; ``peak_rss_mb`` is the most memory that one process had.
"""

from __future__ import annotations

import resource
import time

import ground
import histories
import verify

from slaflow import Engine
from slaflow.engine.backtest.run import backtest
from slaflow.store.log import history
from slaflow.workflow.load import load_workflow

EACH = 34
"""Entries of a lead, about."""


def made(url: str, leads: int) -> str:
    """Makes the record unless there is one, in a process of its own; gives which database it is."""
    engine = Engine(url)
    try:
        with engine.database.read() as connection:
            is_made = bool(history.lead_ids(connection, 0, 1))
    except Exception:
        is_made = False
    dialect = engine.database.dialect
    engine.database.dispose()
    return dialect if is_made else verify.made(url, leads * EACH)


def run(url: str, jobs: int) -> tuple[int, int, float, int]:
    """Leads, entries, seconds and the peak of one backtest."""
    engine = Engine(url)
    text = histories.agreement().decode().replace("{is: 4h}", "{is: 6h}")
    draft = load_workflow(text).require()
    began = time.perf_counter()
    found = backtest(engine, draft, "draft.yaml", at=histories.END, jobs=jobs)
    seconds = time.perf_counter() - began
    engine.database.dispose()
    if found.tally.left_out_number:
        raise SystemExit(f"left out: {found.tally.left_out[:3]}")
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return found.tally.leads, found.tally.entries, seconds, max(ground.peak_rss_mb(), ground.mb(workers))


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--leads", type=int, default=100_000)
    options.add_argument("--jobs", default="1,2", help="how many processes, a run for each")
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        dialect = ground.apart(made, url, given.leads)
        for jobs in (int(number) for number in given.jobs.split(",")):
            leads, entries, seconds, peak = ground.apart(run, url, jobs)
            ground.tell(
                db=dialect, leads=leads, entries=entries, jobs=jobs, seconds=round(seconds, 2),
                per_s=round(entries / seconds), per_s_per_core=round(entries / seconds / jobs),
                peak_rss_mb=peak,
            )  # fmt: skip


if __name__ == "__main__":
    main()
