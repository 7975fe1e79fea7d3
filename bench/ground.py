"""What the benchmarks stand on: an empty database, an agreement in force, leads whose clocks run.

The leads are made in bulk: the core decides one creation, and its rows are stored once per lead with
its own id, key and salt, sealed as ever. They are what the write path would have stored, and
``log verify`` accepts them.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from slaflow import Engine, Workflow
from slaflow.clock.state import Clock
from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.decision import Decision
from slaflow.lifecycle.events import Created, Happening, Input
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.lifecycle.people import Directory
from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, Entry
from slaflow.store import schema
from slaflow.store.database import Connection, Database
from slaflow.store.log import entries as log
from slaflow.store.rows import clocks, leads
from slaflow.store.rows.listeners import MIRROR
from slaflow.store.tables.deliveries import receiver

AGREEMENT = """\
workflow: bench
timezone: UTC
parties:
  marketing: {desk: demand@example.com}
  sales: {desk: sales@example.com}
lead:
  identity: [email]
  fields: {email: email}
states:
  mql: {held_by: sales, initial: true}
  accepted: {held_by: sales}
  won: {final: true}
transitions:
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales}
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps:
      100%: [{notify: owner}]
"""
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
WITHIN = timedelta(hours=4)
"""How long the promise of :data:`AGREEMENT` runs."""
AT_ONCE = 5000
CREATED = ((Actor("marketing", "marketing"), Created(0, "", {"email": ""}, bytes(16))),)
T = TypeVar("T")


def options(about: str | None, n: int | None = None) -> argparse.ArgumentParser:
    """The options every benchmark takes; ``--n`` where it has a number to take."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", metavar="URL", help="an empty database; default: SQLite, temporary")
    if n is not None:
        parser.add_argument("--n", type=int, default=n)
    return parser


def tell(**line: object) -> None:
    """Prints one JSON line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def converting(about: str | None, log: str, convert: Callable[[Path, Path], dict[str, int]]) -> None:
    """The command line of what converts a *log* (its file's name) to ``-o FILE.csv``; prints its counts."""
    given = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("log", type=Path, metavar=log)
    given.add_argument("-o", dest="file", type=Path, required=True, metavar="FILE.csv")
    named = given.parse_args()
    if not named.log.is_file():
        sys.exit(f"{named.log}: there is no such file")
    began = time.perf_counter()
    counts = convert(named.log, named.file)
    tell(**counts, seconds=round(time.perf_counter() - began, 2), peak_rss_mb=peak_rss_mb())


def peak_rss_mb() -> int:
    """The most memory this process had, in MiB."""
    return mb(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def mb(maxrss: int) -> int:
    """What the system tells of a peak, in MiB."""
    return round(maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))


def apart(ask: Callable[..., T], *given: Any) -> T:
    """What *ask* gives in a process of its own, whose memory and caches are nobody else's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(ask, *given).result()


@contextmanager
def database_url(given: str | None) -> Iterator[str]:
    """*given*, or a SQLite file that is gone afterwards."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="slaflow-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'bench.db'}"


@contextmanager
def fresh_url(beside: str | None) -> Iterator[str]:
    """An empty database on the disk or server of *beside*, gone afterwards."""
    url = make_url(beside or "sqlite:///bench.db")
    if url.drivername.startswith("sqlite"):
        near = None if beside is None else Path(url.database or "").absolute().parent
        with tempfile.TemporaryDirectory(prefix="slaflow-bench-", dir=near) as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
        return
    name = f"slaflow_bench_{uuid.uuid4().hex[:12]}"
    server = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def prepared(url: str, agreement: str | bytes = AGREEMENT, at: datetime = START) -> Engine:
    """An engine on the empty database *url*, with its tables and *agreement* in force since *at*."""
    database = Database(url)
    schema.upgrade(database)
    engine = Engine(database)
    if engine.versions():
        raise SystemExit(f"{database.shown} is not empty; name an empty database with --db")
    engine.activate(agreement, at=at)
    return engine


def mirror(engine: Engine) -> None:
    """Has a CRM be one whose fields show every lead: each change notes that there is something to write."""
    with engine.database.write() as connection:
        connection.execute(
            insert(receiver).values(
                name="crm", kind="hubspot", events=[MIRROR], personal=False, applied_at=START
            )
        )


def listen(engine: Engine, number: int) -> None:
    """Has so many receivers be told of every breach."""
    row = {"kind": "webhook", "events": ["breached"], "personal": False, "applied_at": START}
    with engine.database.write() as connection:
        for place in range(number):
            connection.execute(insert(receiver).values(name=f"r{place}", **row))


def fill(
    engine: Engine, n: int, started_at: datetime = START, workflow: Workflow | None = None,
    course: Sequence[tuple[Actor, Happening]] = (),
) -> list[int]:  # fmt: skip
    """Adds *n* leads, each with its clocks running since *started_at*; gives their ids.

    *course* begins with the creation and says what happens to each at once; without it, nothing else does.
    """
    chosen = workflow or engine.active()
    made: list[int] = []
    while len(made) < n:
        with engine.database.write() as connection:
            ids = leads.next_ids(connection, min(AT_ONCE, n - len(made)))
            _store(connection, _decided(chosen, started_at, course or CREATED), ids, started_at)
        made += ids
    return made


def _decided(workflow: Workflow, at: datetime, course: Sequence[tuple[Actor, Happening]]) -> Decision:
    """What comes of all of *course*, as one decision."""
    lead, clocks_now, entries = None, [], []
    for who, happening in course:
        made = decide(workflow, Directory(), lead, clocks_now, Input(happening, who, at, at), at)
        if made.refusal is not None:
            raise SystemExit(f"{happening}: {made.refusal.because}")
        lead, clocks_now = made.lead, made.clocks
        entries += made.entries
    assert lead is not None
    return Decision(lead, clocks_now, changed=clocks_now, entries=entries)


def _store(connection: Connection, creation: Decision, ids: list[int], at: datetime) -> None:
    copies = [_copy(creation, lead_id, at) for lead_id in ids]
    leads.insert(connection, [lead for lead, _, _ in copies])
    clocks.save(connection, [(lead.id, clock) for lead, started, _ in copies for clock in started])
    log.append(connection, [entry for _, _, entries in copies for entry in entries])


def _copy(creation: Decision, lead_id: int, at: datetime) -> tuple[Lead, list[Clock], list[Entry]]:
    """The rows of *creation* as those of another lead."""
    assert creation.lead is not None
    lead, key = creation.lead.copy(), f"lead{lead_id}@example.com"
    lead.id, lead.key, lead.salt = lead_id, key, lead_id.to_bytes(16, "big")
    lead.fields = {**lead.fields, "email": key}
    created, *others = creation.entries
    fields = {**created.data["fields"], "email": key}
    told = {**created.data, "key": key, "number": lead_id, "fields": fields}
    entries, lead.head = seal(
        [replace(created, data=told), *others], stream=f"lead:{lead_id}", lead=lead_id, salt=lead.salt,
        digest=lead.digest, head=GENESIS, recorded_at=at,
    )  # fmt: skip
    return lead, [clock.copy() for clock in creation.changed], entries
