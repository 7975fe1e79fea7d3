"""How long the queue and a list of leads take, with every lead of the database owing something or closed.

    python bench/queues.py --db sqlite:///bench.db --leads 100000
    python bench/queues.py --leads 100000 --fallen 50000      # as after a long outage

Half the leads are open, each with a promise on one of two calendars' worth of due instants, owned by 240
people in twelve teams. For each question a JSON line: the median and the 95th percentile of ``--rounds``
answers in one process, the first, which compiles the agreement, left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import ground
from sqlalchemy import text

from slaflow import Engine
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk import rows as desk
from slaflow.engine.desk.finding import find
from slaflow.lifecycle.lead import Actor

PEOPLE, TEAMS, STARTS = 240, 12, 500
TEAM = "teams:\n" + "".join(f"  team{n}: {{party: sales}}\n" for n in range(TEAMS))
OFFICE = "calendars:\n  office: {hours: {mon-fri: [09:00-17:00]}}\n"
AGREEMENT = ground.AGREEMENT.replace("within: 4h", "within: 400h\n    calendar: office") + OFFICE + TEAM
LATER = AGREEMENT.replace("400h", "300h")
NOW = ground.START + timedelta(hours=STARTS)
Ask = Callable[[Engine], Any]
PERSON = Actor("person7@example.com", "sales")
ASKED: dict[str, Ask] = {
    "desk, mine": lambda engine: desk.queue(engine, PERSON, "me").rows,
    "desk, my team's": lambda engine: desk.queue(engine, PERSON, "team").rows,
    "desk, all of my party's": lambda engine: desk.queue(engine, PERSON, "party").rows,
    "desk, nobody's": lambda engine: desk.queue(engine, PERSON, "unowned").tabs,
    "desk, a lead": lambda engine: lead_desk.show(engine, 1, PERSON).bars,
    "desk, found": lambda engine: find(engine, PERSON, "lead1").rows,
    "queue page --party sales": lambda engine: engine.queue_page(party="sales").rows,
    "queue --party sales --limit 50": lambda engine: engine.queue(party="sales", limit=50),
    "queue --limit 50": lambda engine: engine.queue(limit=50),
    "queue --team team3 --limit 50": lambda engine: engine.queue(team="team3", limit=50),
    "queue --owner": lambda engine: engine.queue(owner="person7@example.com", limit=50),
    "lead list --limit 50": lambda engine: list(engine.leads(limit=50)),
    "lead list --state mql --limit 50": lambda engine: list(engine.leads(state="mql", limit=50)),
    "lead list --state won --limit 50": lambda engine: list(engine.leads(state="won", limit=50)),
    "lead list --owner --limit 50": lambda engine: list(engine.leads(owner="person7@example.com", limit=50)),
}


def prepare(url: str, n: int, fallen: int) -> None:
    """Fills the database: every second lead is closed, of the others every one has an owner."""
    engine = ground.prepared(url, AGREEMENT)
    for number in range(PEOPLE):
        team = f"team{number % TEAMS}"
        engine.add_person(f"person{number}@example.com", "sales", team=team, at=ground.START)
    made: list[int] = []
    versions = [engine.active()]
    engine.activate(LATER, at=ground.START + timedelta(seconds=1))
    versions.append(engine.active())
    for number in range(STARTS):
        share = n * (number + 1) // STARTS - len(made)
        at = ground.START + timedelta(hours=number, seconds=number)
        made += ground.fill(engine, share, at, versions[number % 2])
    with engine.database.write() as connection:
        for statement in _statements(fallen, n):
            connection.execute(text(statement))
    engine.database.dispose()


def _statements(fallen: int, n: int) -> Iterator[str]:
    """What would take hours to live through: half the leads won, the others owned, so many fallen."""
    yield f"UPDATE lead SET owner = 'person' || ((id / 2) % {PEOPLE}) || '@example.com'"
    yield "UPDATE clock SET ended_at = due_at, wake_at = NULL, status = 'met' WHERE lead % 2 = 0"
    yield "UPDATE lead SET state = 'won' WHERE id % 2 = 0"
    yield f"UPDATE clock SET wake_at = NULL WHERE wake_at < '{NOW:%Y-%m-%dT%H:%M:%S.%fZ}'"
    if fallen:
        yield (
            "UPDATE clock SET wake_at = due_at WHERE id IN (SELECT id FROM clock "
            f"WHERE ended_at IS NULL ORDER BY due_at LIMIT {fallen})"
        )


def asked(url: str, ask: str, rounds: int) -> list[float]:
    """The milliseconds of each answer."""
    engine = Engine(url, now=lambda: NOW)
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        found = ASKED[ask](engine)
        took.append((time.perf_counter() - began) * 1000)
        if not found:
            raise SystemExit(f"{ask}: nothing was found")
    engine.database.dispose()
    return sorted(took[1:])


def entries(url: str) -> int:
    engine = Engine(url)
    with engine.database.read() as connection:
        number = int(connection.execute(text("SELECT count(*) FROM entry")).scalar_one())
    engine.database.dispose()
    return number


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--leads", type=int, default=100_000)
    options.add_argument("--fallen", type=int, default=0)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--only", default="", metavar="WORDS", help="questions that hold these words")
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        ground.apart(prepare, url, given.leads, given.fallen)
        number = ground.apart(entries, url)
        db = "sqlite" if url.startswith("sqlite") else "postgresql"
        for ask in [a for a in ASKED if given.only in a]:
            took = ground.apart(asked, url, ask, given.rounds)
            p50, p95 = took[len(took) // 2], took[min(len(took) - 1, len(took) * 95 // 100)]
            line = {"leads": given.leads, "fallen": given.fallen, "entries": number}
            ground.tell(db=db, what=ask, **line, p50_ms=round(p50, 1), p95_ms=round(p95, 1))


if __name__ == "__main__":
    main()
