"""What is over of sessions, links, attempts, keys and jobs goes, a bit at a time, and nothing that counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from support.asking import desked
from support.office import ANNA, DAY, HOUR, Present, on_one_database
from support.worlds import Fill

from slaflow.engine import sweeping
from slaflow.engine.access import attempts, sessions
from slaflow.engine.app import Engine
from slaflow.engine.caller import Caller, Once
from slaflow.engine.sweeping import Sweeper, forget_over, sweep_once, sweep_some
from slaflow.engine.tick.worker import Bell, Worker
from slaflow.engine.transaction import written
from slaflow.lifecycle.lead import Actor
from slaflow.store.access import links
from slaflow.store.access.links import OneTimeLink
from slaflow.store.database import Connection, Database
from slaflow.store.jobs import queue
from slaflow.store.tables.access import once, one_time_link, session, sign_in_failure
from slaflow.store.tables.jobs import job, job_part

TABLES = {each.name: each for each in (session, one_time_link, sign_in_failure, once, job, job_part)}


@pytest.fixture
def clock() -> Present:
    return Present()


@pytest.fixture
def app(world_of: Callable[[Fill], Database], clock: Present) -> Engine:
    return Engine(world_of(desked), now=clock)


def one_of_each(app: Engine, name: str) -> None:
    """A session, a link, a failed attempt, a key and a job that is done and has a file."""
    now, anna = app.now(), next(each for each in app.people() if each.email == ANNA)
    attempts.count(app, f"{name}@example.com", None)
    app.change(1, {"company": name}, Caller(Actor(ANNA, "sales"), "api", once=Once("t", name, "digest")))

    def work(conn: Connection) -> None:
        sessions.begin(conn, anna, now)
        links.make(conn, name, OneTimeLink("invite", ANNA, now + 72 * HOUR), now)
        ended = {"status": "done", "ended_at": now, "expires_at": now + 7 * DAY, "holds_leads": False}
        values = {"kind": "verify", "asked_by": ANNA, "parameters": {}, "result": {}, "made_at": now}
        number = conn.execute(insert(job).values(**values, **ended)).inserted_primary_key[0]
        queue.add_part(conn, number, 0, b"file")

    written(app, work)


def rows(app: Engine) -> dict[str, int]:
    with app.database.read() as conn:
        return {
            name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in TABLES.items()
        }


def test_what_is_over_goes_and_what_counts_stays(app: Engine, clock: Present) -> None:
    one_of_each(app, "old")
    everything = rows(app)
    assert set(everything.values()) == {1}
    assert not forget_over(app)
    clock.at += 8 * DAY
    one_of_each(app, "new")
    assert forget_over(app) == 5
    assert rows(app) == everything
    assert not forget_over(app)


def test_each_goes_at_its_own_time(app: Engine, clock: Present) -> None:
    one_of_each(app, "old")
    gone = {}
    for hours in range(24 * 8):
        sweep_once(app)
        for name, number in rows(app).items():
            if not number:
                gone.setdefault(name, hours)
        clock.at += HOUR
    known = {"session": 8, "one_time_link": 72, "once": 25, "job": 168, "job_part": 168}
    assert {name: gone[name] for name in known} == known
    assert gone["sign_in_failure"] == 1 + attempts.FORGOTTEN_AFTER / HOUR


@on_one_database
def test_a_transaction_forgets_some_and_a_round_a_few_transactions(
    app: Engine, clock: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    monkeypatch.setattr(sweeping, "JOBS_AT_ONCE", 1)
    for number in range(50):
        attempts.count(app, str(number), None)
    clock.at += 3 * DAY
    assert forget_over(app) == 2
    sweeper = Sweeper(app, forget_over)
    sweep_some(sweeper, lambda: False)
    assert rows(app)["sign_in_failure"] == 28, "ten in a row"
    for _ in range(2):
        sweep_some(sweeper, lambda: False)
    assert rows(app)["sign_in_failure"] == 0, "the rest is not put off for an hour"
    attempts.count(app, "kim", None)
    clock.at += timedelta(minutes=59)
    assert not sweeper.sweep()


def test_a_worker_forgets_beside_what_falls_due(app: Engine, clock: Present) -> None:
    one_of_each(app, "old")
    clock.at += 20 * DAY
    bell = Bell()
    for _ in Worker(app, bell).rounds():
        bell.ring()
    bell.close()
    assert set(rows(app).values()) == {0}


def test_an_old_key_is_free_before_anybody_swept(app: Engine, clock: Present) -> None:
    one_of_each(app, "key")
    clock.at += DAY + timedelta(seconds=1)
    who = Caller(Actor(ANNA, "sales"), "api", once=Once("t", "key", "another digest"))
    assert app.change(1, {"company": "Acme"}, who)["fields"]["company"] == "Acme"
    assert rows(app)["once"] == 1
