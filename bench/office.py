"""A database as a company of 240 people has it, made in bulk, its clocks counted from today.

Half the leads are closed. Of the open ones most are owned by one of 200 reps in twelve teams, a thousand by
one of them besides, some by nobody, and so many have promises that fell and were not carried out. The
agreement is ``workflows/b2b-standard.yaml`` with longer promises, so that of the others nothing falls while
it is measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import ground
from sqlalchemy import text

from slaflow import Engine
from slaflow.engine.access import sessions, tokens
from slaflow.engine.figures import kept
from slaflow.engine.figures.counting import Counter
from slaflow.engine.transaction import written
from slaflow.lifecycle.events import Created, Fired, Happening, Recorded
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Person
from slaflow.report.record.reports import COUNTS, looked_at_first

FILE = Path(__file__).parent.parent / "workflows" / "b2b-standard.yaml"
REPS, TEAMS, MARKETERS, STARTS, FALLS = 200, 12, 39, 2000, 400
SALES, MARKETING = "sales", "marketing"
BUSY = "rep0@example.com"
BUSY_LEADS, UNOWNED, LONG = 1000, 500, 200
"""How many leads the one has besides, how many nobody has, and how many entries the long one has."""
LONGER = (("{is: 4h}", "{is: 400h}"), ("within: 1d", "within: 60d"), ("within: 2d", "within: 60d"),
          ("within: 5d", "within: 60d"), ("within: 10d", "within: 60d"))  # fmt: skip
"""Promises that reps have, so long that what began in the last weeks has not fallen."""
FIELDS = {"email": "", "company": "Nordlund", "country": "SE", "employees": 80, "source": "event"}
WAITING = "SELECT id FROM lead WHERE state = 'mql' AND id > 1 ORDER BY id"
Course = tuple[tuple[Actor, Happening], ...]
BY_MARKETING, BY_SALES, BY_LEAD = (Actor(name, name) for name in (MARKETING, SALES, "lead"))
HANDED_OVER: Course = (
    (BY_MARKETING, Created(0, "", FIELDS, bytes(16))), (BY_LEAD, Recorded("whitepaper")),
    (BY_LEAD, Recorded("demo_request")),
)  # fmt: skip
ACCEPTED: Course = (
    *HANDED_OVER, (BY_SALES, Fired("accept")), (BY_SALES, Recorded("call", {"outcome": "no answer"})),
)  # fmt: skip


class Office(NamedTuple):
    """Sessions of each rep and an auditor, tokens, leads that wait to be accepted, the lead with a long
    history, a day of the log."""

    reps: dict[str, str]
    auditor: str
    tokens: list[str]
    waiting: list[int]
    long: int
    day: str


def agreement() -> str:
    """The text with longer promises."""
    given = FILE.read_text(encoding="utf-8")
    for short, long in LONGER:
        given = given.replace(short, long)
    return given.replace(
        "teams:\n", "teams:\n" + "".join(f"  team{n}: {{party: sales}}\n" for n in range(TEAMS))
    )


def prepare(url: str, n: int, fallen: int) -> Office:
    """Fills the empty database *url* with *n* leads, of which so many have fallen."""
    engine = ground.prepared(url, agreement(), at=Engine(url).now() - timedelta(days=300))
    now = engine.now().replace(microsecond=0)
    for person, party, team, role in _people():
        engine.add_person(person, party, team=team, role=role, at=now - timedelta(days=299))
    long = _lead_with_history(engine, now - timedelta(days=3))
    made = 0
    for number in range(FALLS):
        share = fallen * (number + 1) // FALLS - made
        if share > 0:
            ground.fill(engine, share, now - timedelta(days=150, minutes=15 * number), course=ACCEPTED)
            made += share
    for number in range(STARTS):
        share = n * (number + 1) // STARTS - made
        if share > 0:
            at = now - timedelta(minutes=15 * (STARTS - number))
            ground.fill(engine, share, at, course=ACCEPTED if number // 8 % 2 else HANDED_OVER)
            made += share
    with engine.database.write() as connection:
        for statement in _statements(n, fallen):
            connection.execute(text(statement))
    if not url.startswith("sqlite"):
        with engine.database.read() as connection:
            # As autovacuum leaves it within minutes.
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    kept.begin(engine, looked_at_first(engine))
    for _ in Counter(engine, COUNTS).round():
        pass
    found = _office(engine, long, now)
    engine.database.dispose()
    return found


def _people() -> Iterator[tuple[str, str, str | None, str]]:
    for number in range(REPS):
        yield f"rep{number}@example.com", SALES, f"team{number % TEAMS}", "member"
    for number in range(MARKETERS):
        yield f"marketer{number}@example.com", MARKETING, "growth", "member"
    yield "auditor@example.com", MARKETING, None, "auditor"


def _statements(n: int, fallen: int) -> Iterator[str]:
    """What would take hours to live through: owners, and every second lead closed."""
    yield f"UPDATE lead SET owner = 'rep' || ((id / 2) % {REPS}) || '@example.com' WHERE id > 1"
    yield f"UPDATE lead SET owner = '{BUSY}' WHERE id > {n - 2 * BUSY_LEADS}"
    yield f"UPDATE lead SET owner = NULL WHERE id > {fallen + 1} AND id <= {fallen + 1 + 2 * UNOWNED}"
    closed = f"% 2 = 0 AND {{lead}} > {fallen + 1}"
    yield (
        "UPDATE clock SET ended_at = started_at, wake_at = NULL, status = 'met' "
        f"WHERE lead {closed.format(lead='lead')}"
    )
    yield f"UPDATE lead SET state = 'lost' WHERE id {closed.format(lead='id')}"


def _lead_with_history(engine: Engine, at: datetime) -> int:
    """Entries enough for several pages."""
    shown = engine.add({**FIELDS, "email": "long@example.com"}, MARKETING, at=at)
    lead = int(shown["id"])
    for minutes in range(1, LONG):
        engine.record(lead, "whitepaper", "lead", at=at + timedelta(minutes=minutes))
    return lead


def _office(engine: Engine, long: int, now: datetime) -> Office:
    people = {each.email: each for each in engine.people()}
    reps = {name: _session(engine, each, now) for name, each in people.items() if name.startswith("rep")}
    made = [
        tokens.add(engine, f"bench{number}", ["read", "write", "log"], party=SALES)[1] for number in range(20)
    ]
    with engine.database.read() as connection:
        waiting = [row[0] for row in connection.execute(text(WAITING))]
    auditor = _session(engine, people["auditor@example.com"], now)
    return Office(reps, auditor, made, waiting, long, f"{now:%Y-%m-%d}")


def _session(engine: Engine, person: Person, now: datetime) -> str:
    return written(engine, lambda conn: sessions.begin(conn, person, now))
