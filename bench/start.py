"""How long a command takes from the prompt to its end, most of which is loading what it needs.

    python bench/start.py --db sqlite:///bench.db --rounds 20

Starts each command as a process of its own, the others in between, on a few leads under the starter
agreement; each ``lead fire`` has a lead that waits for it. Beside them stand two yardsticks: what click
alone and SQLAlchemy alone take to be loaded. The database must be empty; without ``--db`` it is a SQLite
file in a temporary folder. Prints one JSON line for each; a first start, which may compile modules, is not
measured.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.resources import files

import ground

from slaflow import Engine

AGREEMENT = "b2b-standard.yaml"
OTHERS = 50
"""Leads that nothing is done with, so that lists have something to list."""
YARDSTICKS = {f"import {name}": ("-c", f"import {name}") for name in ("click", "sqlalchemy")}
COMMANDS = {
    "--help": ("--help",),
    "lead show": ("lead", "show", "1"),
    "lead list": ("lead", "list"),
    "queue": ("queue", "--limit", "50"),
    "lead fire": ("lead", "fire", "--as", "sales", "--id", "{}", "accept"),
}
SCRIPT = "from slaflow.cli.main import main; main()"
"""What the command ``slaflow`` runs."""


def handed_over(engine: Engine, n: int) -> Iterator[int]:
    """Adds *n* leads that sales may accept; gives their ids."""
    for number in range(n):
        fields = {"email": f"lead{number}@example.com", "employees": 80, "country": "DE", "source": "web"}
        lead = engine.add(fields, "marketing")
        engine.record(lead["id"], "demo_request", "lead")
        yield lead["id"]


def commands(url: str, lead: int) -> Iterator[tuple[str, Sequence[str]]]:
    """Everything that is started in a round, by what it is called; *lead* is the one that is accepted."""
    yield from YARDSTICKS.items()
    for what, words in COMMANDS.items():
        yield what, ("-c", SCRIPT, "--db", url, *(word.format(lead) for word in words))


def seconds(words: Sequence[str]) -> float:
    """What a process takes from its start to its end; one that fails ends everything."""
    # Modules that may not be kept compiled would be compiled anew each time.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run((sys.executable, *words), env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main() -> None:
    parser = ground.options(__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="starts of each command that are measured")
    given = parser.parse_args()
    with ground.database_url(given.db) as url:
        engine = ground.prepared(url, files("slaflow.workflows").joinpath(AGREEMENT).read_bytes())
        waiting = list(handed_over(engine, given.rounds + 1 + OTHERS))
        entries = engine.verify().entries
        engine.database.dispose()
        rounds = [
            {what: seconds(words) for what, words in commands(url, lead)}
            for lead in waiting[: given.rounds + 1]
        ]
    for what in rounds[0]:
        taken = [1000 * each[what] for each in rounds[1:]]
        most = statistics.quantiles([taken[0], *taken], n=20, method="inclusive")[-1]
        ground.tell(
            db=engine.database.dialect, what=what, leads=len(waiting), entries=entries,
            p50_ms=round(statistics.median(taken)), p95_ms=round(most),
        )  # fmt: skip


if __name__ == "__main__":
    main()
