"""A worker sleeps until something falls, is woken by word of it, and outlives what passes by itself."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text
from support.office import on_one_database
from support.stories.hourly import HOUR, breaches, promised, waiting

from slaflow.engine.app import Engine
from slaflow.engine.context import wall_clock
from slaflow.engine.tick.metrics import Metrics, PortTaken
from slaflow.engine.tick.run import TickReport
from slaflow.engine.tick.worker import Bell, Observer, Patience, Worker
from slaflow.errors import SlaflowError
from slaflow.store import wake
from slaflow.store.database import Database
from slaflow.store.dealing.loads import Waiting
from slaflow.store.errors import DatabaseAbsent, DatabaseNewer, DatabaseUnreachable
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows.channels import State
from slaflow.store.sending.queues import Queue

PATIENT = 20.0
"""How many seconds the tests give a busy machine before they call it a failure."""
SECOND = timedelta(seconds=1)
on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


def until(is_so: Callable[[], object], what: str) -> None:
    """Waits for something that another thread or process does."""
    latest = time.monotonic() + PATIENT
    while not is_so():
        assert time.monotonic() < latest, f"still waiting for {what}"
        time.sleep(0.02)


class Seen(Observer):
    """Remembers what a worker told, and how it ended."""

    def __init__(self) -> None:
        self.reports: list[TickReport] = []
        self.looks: list[datetime | None] = []
        self.errors: list[SlaflowError] = []
        self.ended_by: SlaflowError | None = None

    def round(self, report: TickReport) -> None:
        self.reports.append(report)

    def looked(self, next_wake: datetime | None, outbox: object) -> None:
        self.looks.append(next_wake)

    def retried(self, error: SlaflowError) -> None:
        self.errors.append(error)


@contextmanager
def working(database: Database, every: timedelta = HOUR, bell: Bell | None = None) -> Iterator[Seen]:
    """A worker in a thread, which has looked around once; it ends with the block."""
    seen, bell = Seen(), bell or Bell()
    worker = Worker(Engine(database), bell, every=every, observer=seen)

    def work() -> None:
        try:
            for _ in worker.rounds():
                pass
        except SlaflowError as error:
            seen.ended_by = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        until(lambda: seen.looks or seen.errors or seen.ended_by, "the first look")
        yield seen
    finally:
        bell.ring()
        thread.join(PATIENT)
        bell.close()
    assert not thread.is_alive()


@pytest.fixture
def app(database_url: str) -> Iterator[Engine]:
    """Another process's engine on the same database, by the clock on the wall."""
    database = Database(database_url)
    yield promised(Engine(database))
    database.dispose()


def test_a_worker_sleeps_until_the_next_step_falls_and_no_longer(app: Engine, database: Database) -> None:
    """It would sleep an hour; the promise breaks in a moment."""
    waiting(app, breaks_in=SECOND)
    with working(database) as seen:
        until(lambda: sum(report.breached for report in seen.reports) == 1, "the breach")
        until(lambda: seen.looks[-1] is None, "the look after it")
    assert len(seen.reports) <= 3
    assert seen.errors == []
    assert app.verify().bad is None


@on_postgresql
def test_what_another_process_writes_wakes_a_sleeping_worker(app: Engine, database: Database) -> None:
    with working(database) as seen:
        waiting(app)
        until(lambda: breaches(app), "the breach")
    assert len(seen.reports) <= 3


@on_postgresql
def test_word_of_a_step_to_come_moves_the_alarm_and_starts_no_round(app: Engine, database: Database) -> None:
    with working(database) as seen:
        waiting(app, breaks_in=SECOND)
        until(lambda: breaches(app), "the breach")
    assert [report.breached for report in seen.reports[:2]] == [0, 1]


@on_one_database
def test_on_one_file_a_worker_looks_again_by_itself(app: Engine, database: Database) -> None:
    with working(database, every=SECOND / 4):
        waiting(app)
        until(lambda: breaches(app), "the breach")


def next_heard(listener: wake.Listener) -> datetime:
    """What is announced next; word travels for a moment, and in order."""
    heard: list[datetime] = []
    until(lambda: heard or heard.extend(filter(None, [listener.heard()])), "word from the server")
    return heard[0]


@on_postgresql
def test_only_what_wakes_within_the_longest_sleep_is_announced(app: Engine, database: Database) -> None:
    listener = wake.Listener(database)
    try:
        waiting(app, breaks_in=2 * HOUR)
        waiting(app, breaks_in=HOUR / 2)
        (soon,) = [clock["due_at"] for clock in app.show("lead2@example.com")["clocks"]]
        assert next_heard(listener) == datetime.fromisoformat(soon)
    finally:
        listener.close()


@on_postgresql
def test_word_that_cannot_be_read_is_a_call_to_look_at_once(app: Engine, database: Database) -> None:
    listener = wake.Listener(database)
    try:
        with app.database.write() as conn:
            conn.execute(text("SELECT pg_notify('slaflow_wake', 'hello')"))
        assert next_heard(listener) < app.now() - HOUR
    finally:
        listener.close()


@on_postgresql
def test_a_worker_outlives_its_connections(app: Engine, database: Database) -> None:
    with working(database) as seen:
        with app.database.write() as conn:
            kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            others = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            assert len(conn.execute(text(f"{kill} {others}")).all()) >= 2
        until(lambda: seen.errors, "the lost connection")
        looks = len(seen.looks)
        until(lambda: len(seen.looks) > looks, "the worker's return")
        waiting(app)
        until(lambda: breaches(app), "the breach")
    assert isinstance(seen.errors[0], DatabaseUnreachable)
    assert seen.ended_by is None


@on_one_database
def test_a_worker_outlives_a_locked_file(app: Engine, database: Database) -> None:
    event.listen(database._engine, "connect", lambda conn, _: conn.execute("PRAGMA busy_timeout = 20"))
    with working(database, every=SECOND / 4) as seen:
        with app.database.write():
            until(lambda: seen.errors, "the lock to be noticed")
        waiting(app)
        until(lambda: breaches(app), "the breach")
    assert {error.code for error in seen.errors} == {"database_locked"}


@on_postgresql
def test_a_lead_that_somebody_holds_is_waited_for_without_haste(app: Engine, database: Database) -> None:
    waiting(app)
    with app.database.write() as conn:
        lead_store.lock(conn, [1])
        with working(database) as seen:
            time.sleep(0.5)
            assert len(seen.reports) <= 4
            conn.rollback()
            until(lambda: breaches(app), "the breach")


@on_postgresql
def test_a_failed_lead_is_waited_for_until_its_next_try(app: Engine, database: Database) -> None:
    waiting(app)
    with app.database.write() as conn:
        conn.execute(text("UPDATE clock SET calendar = 'gone'"))
    with working(database) as seen:
        until(lambda: seen.looks, "the look ahead")
    (failing,) = seen.reports[0].failed
    assert failing[0] == 1
    assert seen.looks[0] is not None
    assert seen.looks[0] - app.now() > timedelta(seconds=30)
    assert len(seen.reports) == 1


def test_a_failed_lead_in_which_nothing_falls_any_more_wakes_nobody(app: Engine, database: Database) -> None:
    """Another worker may have carried out what this one failed at."""
    waiting(app, 2)
    app.tick()
    waiting(app, breaks_in=2 * HOUR)
    with app.database.write() as conn:
        failed = text("UPDATE lead SET failures = 1, retry_at = created_at WHERE id IN (1, 3)")
        conn.execute(failed)
        due = wake.next_wake(conn)
    assert due is not None
    assert due.isoformat()[:19] == app.show(3)["clocks"][0]["due_at"][:19]
    with working(database) as seen:
        time.sleep(0.3)
    assert len(seen.reports) == 1


def test_tables_of_a_later_slaflow_end_a_worker(app: Engine, database: Database) -> None:
    with working(database, every=SECOND / 4) as seen:
        with app.database.migrating() as conn:
            conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        until(lambda: seen.ended_by, "the end")
    assert isinstance(seen.ended_by, DatabaseNewer)


def test_a_file_that_was_never_there_ends_a_worker(tmp_path: object) -> None:
    with working(Database(f"sqlite:///{tmp_path}/absent.db")) as seen:
        pass
    assert isinstance(seen.ended_by, DatabaseAbsent)


def test_the_bell_ends_the_sleep(app: Engine, database: Database) -> None:
    bell = Bell()
    with working(database, bell=bell) as seen:
        began = time.monotonic()
        bell.ring()
    assert time.monotonic() - began < PATIENT
    assert seen.ended_by is None


def test_patience_doubles_up_to_its_bound_and_is_shortened_by_chance() -> None:
    surely, luckily = (Patience(0.5, 60, chance=lambda n=n: n) for n in (0.0, 1.0))
    assert [surely.seconds() for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert [luckily.seconds() for _ in range(3)] == [0.25, 0.5, 1]
    surely.reset()
    assert surely.seconds() == 0.5


# Metrics


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    opened = Metrics(wall_clock, SECOND)
    yield opened
    opened.close()


def scraped(url: str) -> dict[str, float]:
    """Every figure without labels, by name; with one label, by its value too."""
    with urllib.request.urlopen(url, timeout=PATIENT) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    samples = [sample for family in families for sample in family.samples]
    return {" ".join([s.name, *s.labels.values()]): s.value for s in samples}


@on_one_database
def test_the_figures_tell_what_was_done_and_what_waits(
    app: Engine, database: Database, metrics: Metrics
) -> None:
    url = metrics.serve("127.0.0.1", 0)
    assert url.endswith("/metrics")
    waiting(app, 3)
    bell = Bell()
    for report in Worker(Engine(database), bell, every=SECOND, observer=metrics).rounds():
        assert report.breached == 3
        bell.ring()
    bell.close()
    figures = scraped(url)
    wanted = {
        "rounds_total": 1,
        "steps_total": 3,
        "breaches_total": 3,
        "failures_total": 0,
        "retries_total": 0,
    }
    assert {name: figures[f"slaflow_{name}"] for name in wanted} == wanted
    assert figures["slaflow_batch_seconds_count"] == 1
    assert figures["slaflow_lag_seconds"] == 0
    with app.database.read() as conn:
        told = conn.execute(text("SELECT count(*) FROM message WHERE status = 'waiting'")).scalar_one()
    assert figures["slaflow_outbox_messages waiting"] == told


def test_the_figures_tell_what_each_channel_is_waited_for(metrics: Metrics) -> None:
    url = metrics.serve("127.0.0.1", 0)
    an_hour_ago = wall_clock() - timedelta(hours=1)
    queue = Queue(waiting=3, since=an_hour_ago, held=2)
    off = State("mail", off_at=an_hour_ago, off_because="put off by hand")
    metrics.waits({"mail": queue}, {"mail": off, "receiver:crm": State("receiver:crm")})
    figures = scraped(url)
    names = ("deliveries_waiting", "deliveries_held", "channel_shut")
    assert [figures[f"slaflow_{name} mail"] for name in names] == [3, 2, 1]
    assert [figures[f"slaflow_{name} receiver:crm"] for name in names] == [0, 0, 0]
    assert figures["slaflow_delivery_age_seconds mail"] >= 3600
    metrics.waits({}, {})
    assert "slaflow_channel_shut mail" not in scraped(url)
    metrics.deals([Waiting("nordics", 12, an_hour_ago)])
    assert scraped(url)["slaflow_leads_waiting nordics"] == 12
    metrics.deals([])
    assert "slaflow_leads_waiting nordics" not in scraped(url)


def test_the_lag_grows_while_a_worker_hangs_and_its_health_says_so(metrics: Metrics) -> None:
    url = metrics.serve("127.0.0.1", 0)
    metrics.looked(wall_clock() - timedelta(minutes=5), None)
    assert scraped(url)["slaflow_lag_seconds"] >= 300
    health = url.replace("/metrics", "/healthz")
    with urllib.request.urlopen(health, timeout=PATIENT) as answer:
        assert answer.read() == b"ok\n"
    metrics.retried(DatabaseUnreachable("postgresql://db/slaflow", "no route to host"))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(health, timeout=PATIENT)
    with refused.value as answer:
        assert (answer.code, b"no route to host" in answer.read()) == (503, True)


def test_a_port_that_is_taken_is_named(metrics: Metrics) -> None:
    port = int(metrics.serve("127.0.0.1", 0).split(":")[2].partition("/")[0])
    with pytest.raises(PortTaken, match=f"no metrics on 127.0.0.1:{port}: address already in use"):
        Metrics(wall_clock, SECOND).serve("127.0.0.1", port)
