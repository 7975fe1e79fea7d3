"""Tick carries out what fell: once each, however often and in however many processes it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import event, text
from support.office import (
    ANNA,
    BO,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    PROSPECT,
    Present,
    a_history,
    created,
    handed_over,
    kinds,
    on_one_database,
    one_by_one,
    stored,
    the_chain,
    the_log,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.engine.tick.run import TickReport
from slaflow.errors import UnknownName
from slaflow.lifecycle.events import Recorded
from slaflow.store.database import Database
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows.outbox import list_messages

WEEK = 7 * DAY
END = FRIDAY + 5 * WEEK


def counts(report: TickReport) -> dict[str, Any]:
    """What the tick says of what it did, how long it took aside."""
    return {name: value for name, value in report.as_json().items() if name != "seconds"}


def a_backlog(app: Engine, leads: int = 8) -> list[int]:
    """Leads handed over one after the other on Friday, and nobody looked until Wednesday."""
    workflow, numbers = app.active(), list(range(1, leads + 1))
    for n in numbers:
        at = FRIDAY + timedelta(minutes=n)
        together(app, [created(workflow, n, at), Ask(n, Recorded("demo"), PROSPECT, at)], at)
    return numbers


WEDNESDAY = MONDAY + 2 * DAY


def test_a_tick_says_what_it_did(app: Engine) -> None:
    a_backlog(app, 3)
    report = app.tick(MONDAY + 4 * HOUR)
    assert counts(report) == {
        "at": "2026-03-09T12:00:00Z", "leads": 3, "steps": 9, "warned": 6, "breached": 3, "fired": 0,
        "refused": 0, "notified": 9, "commitments": 0, "failed": [],
    }  # fmt: skip
    report = app.tick(WEDNESDAY)
    assert (report.leads, report.breached, report.fired) == (3, 0, 3)


def test_a_dry_run_counts_what_a_tick_does_and_saves_nothing(app: Engine) -> None:
    one_by_one(app, a_history(app.active(), 11), END)
    before, rows = the_chain(app), stored(app.database)
    foreseen = app.tick(END, dry_run=True)
    assert the_chain(app) == before
    assert stored(app.database) == rows
    done = app.tick(END)
    assert done.steps > 3
    assert counts(foreseen) == counts(done)


def test_a_second_tick_adds_nothing(app: Engine) -> None:
    a_backlog(app)
    app.tick(WEDNESDAY)
    before, rows = the_chain(app), stored(app.database)
    for again in (WEDNESDAY, WEDNESDAY - DAY):
        assert app.tick(again).steps == 0
    assert the_chain(app) == before
    assert stored(app.database) == rows


@on_one_database
def test_at_the_very_instant_a_tick_does_nothing_yet(app: Engine) -> None:
    lead = handed_over(app)
    due = MONDAY + HOUR + timedelta(minutes=30)
    app.tick(due)
    assert "breached" not in kinds(app, lead)
    app.tick(due + timedelta(microseconds=1))
    assert kinds(app, lead)[-2:] == ["breached", "assigned"]
    (breach,) = [entry for entry in app.log() if entry.kind == "breached"]
    assert (breach.at, breach.recorded_at) == (due, due + timedelta(microseconds=1))


def played(app: Engine, asks: list[Ask], every: timedelta | None) -> list[dict[str, Any]]:
    """The log once *asks* were told as they happened, with a tick *every* so often or only at the end."""
    upcoming = FRIDAY
    for ask in asks:
        while every is not None and upcoming <= (ask.at or FRIDAY):
            app.tick(upcoming)
            upcoming += every
        one_by_one(app, [ask], ask.at or FRIDAY)
    app.tick(END)
    return the_log(app)


@pytest.mark.parametrize("seed", [21])
@pytest.mark.parametrize("every", [DAY, WEEK])
def test_the_log_does_not_depend_on_when_ticks_run(
    app: Engine, other: Engine, every: timedelta, seed: int
) -> None:
    """Ids, ``recorded_at`` and the hashes over it aside; salts are equal here, so data hashes are too."""
    with_ticks = played(app, a_history(app.active(), seed, leads=4, events=30), every)
    without = played(other, a_history(other.active(), seed, leads=4, events=30), None)
    assert with_ticks == without
    assert stored(app.database)["clocks"] == stored(other.database)["clocks"]
    assert app.verify().bad is None


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_size_of_batches_does_not_matter(app: Engine, other: Engine, size: int) -> None:
    for engine in (app, other):
        one_by_one(engine, a_history(engine.active(), 31, leads=5, events=25), END)
    in_batches, at_once = app.tick(END, batch=size), other.tick(END)
    assert counts(in_batches) == counts(at_once)
    assert the_chain(app) == the_chain(other)


@on_one_database
def test_progress_hears_how_many_leads_are_done_of_how_many(app: Engine) -> None:
    a_backlog(app, 5)
    heard: list[tuple[int, int]] = []
    app.tick(WEDNESDAY, batch=2, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(2, 5), (4, 5), (5, 5)]


# A lead whose decision raises


def break_lead(app: Engine, lead: int) -> Callable[[], None]:
    """Points the lead to a workflow text that is not there; gives what mends it."""
    digest = app.show(lead)["digest"]

    def point_to(to: str) -> None:
        with app.database.write() as conn:
            conn.execute(text("UPDATE lead SET digest = :to WHERE id = :id"), {"to": to, "id": lead})

    point_to("0" * 64)
    return lambda: point_to(digest)


def test_a_lead_whose_decision_raises_is_left_out_and_the_rest_go_on(app: Engine) -> None:
    broken, *others = a_backlog(app, 4)
    mend = break_lead(app, broken)
    before = kinds(app, broken)
    report = app.tick(WEDNESDAY)
    assert report.leads == 3
    assert report.failed == [(broken, f'unknown workflow version "{"0" * 64}"')]
    assert counts(report)["failed"] == [{"lead": broken, "because": report.failed[0][1]}]
    assert kinds(app, broken) == before
    assert all("breached" in kinds(app, lead) for lead in others)
    mend()
    assert app.tick(WEDNESDAY + timedelta(minutes=1)).leads == 1
    assert "breached" in kinds(app, broken)
    with app.database.read() as conn:
        assert lead_store.failing(conn) == []
    assert app.verify().bad is None


@on_one_database
def test_a_failing_lead_is_tried_again_less_and_less_often(app: Engine) -> None:
    lead = handed_over(app)
    break_lead(app, lead)
    at, waits = WEDNESDAY, []
    for failures in range(1, 12):
        assert [failed for failed, _ in app.tick(at).failed] == [lead]
        assert app.tick(at).failed == []
        with app.database.read() as conn:
            (noted,) = lead_store.failing(conn)
        assert noted.retry_at is not None
        assert (noted.lead_id, noted.failures) == (lead, failures)
        waits.append(noted.retry_at - at)
        assert app.tick(noted.retry_at - timedelta(seconds=1)).failed == []
        at = noted.retry_at
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


def test_a_dry_run_names_the_leads_that_would_fail(app: Engine) -> None:
    broken, *_ = a_backlog(app, 2)
    break_lead(app, broken)
    foreseen = app.tick(WEDNESDAY, dry_run=True)
    with app.database.read() as conn:
        assert lead_store.failing(conn) == []
    assert counts(foreseen) == counts(app.tick(WEDNESDAY))


def test_a_command_on_a_lead_that_failed_before_heals_it(app: Engine) -> None:
    lead = handed_over(app)
    mend = break_lead(app, lead)
    app.tick(WEDNESDAY)
    with pytest.raises(UnknownName, match="unknown workflow version"):
        app.record(lead, "visit", "lead", at=WEDNESDAY)
    mend()
    app.record(lead, "visit", "lead", at=WEDNESDAY)
    with app.database.read() as conn:
        assert lead_store.failing(conn) == []


# Stopped, and several at once


def test_a_tick_that_is_stopped_between_batches_keeps_those_done(app: Engine, other: Engine) -> None:
    for engine in (app, other):
        a_backlog(engine, 6)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        app.tick(WEDNESDAY, batch=2, progress=stop)
    assert sum("breached" in kinds(app, lead["id"]) for lead in app.leads()) == 2
    assert app.verify().bad is None
    assert app.tick(WEDNESDAY).leads == 4
    other.tick(WEDNESDAY)
    assert the_log(app) == the_log(other)


@pytest.mark.parametrize("table", ["entry", "message"])
def test_a_tick_that_is_stopped_in_a_batch_leaves_nothing_of_it(app: Engine, table: str) -> None:
    a_backlog(app, 3)
    before, rows = the_chain(app), stored(app.database)

    def stop(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith((f"INSERT INTO {table}", f"COPY {table}")):
            raise KeyboardInterrupt

    event.listen(sqlalchemy.Engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            app.tick(WEDNESDAY)
    finally:
        event.remove(sqlalchemy.Engine, "before_cursor_execute", stop)
    assert the_chain(app) == before
    assert stored(app.database) == rows
    assert app.tick(WEDNESDAY).leads == 3


def test_ticks_in_several_threads_do_each_lead_once(app: Engine, other: Engine, office_url: str) -> None:
    """Each with connections of its own, as if it ran on another machine."""
    for engine in (app, other):
        a_backlog(engine, 12)
    starting = threading.Barrier(3, timeout=30)
    reports: list[TickReport] = []

    def work() -> None:
        database = Database(office_url)
        starting.wait()
        try:
            reports.append(Engine(database, now=Present(WEDNESDAY)).tick(batch=2))
        finally:
            database.dispose()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    alone = other.tick(WEDNESDAY)
    for name in ("leads", "steps", "warned", "breached", "fired", "notified"):
        assert sum(getattr(report, name) for report in reports) == getattr(alone, name)
    assert the_log(app) == the_log(other)
    assert stored(app.database)["told"] == stored(other.database)["told"]
    assert app.verify().bad is None


def test_a_command_and_a_tick_at_once_give_what_they_give_in_turn(
    app: Engine, other: Engine, office_url: str
) -> None:
    """Whoever is first, the lead is settled to Wednesday before it is accepted."""
    leads = a_backlog(app, 6)
    a_backlog(other, 6)
    starting = threading.Barrier(2, timeout=30)
    failed: list[BaseException] = []

    def ticking() -> None:
        database = Database(office_url)
        try:
            starting.wait()
            Engine(database, now=Present(WEDNESDAY)).tick(batch=1)
        except BaseException as error:
            failed.append(error)
        finally:
            database.dispose()

    thread = threading.Thread(target=ticking, daemon=True)
    thread.start()
    starting.wait()
    for lead in leads:
        app.record(lead, "call", ANNA, at=WEDNESDAY)
    thread.join(60)
    assert failed == []
    for lead in leads:
        other.record(lead, "call", ANNA, at=WEDNESDAY)
    other.tick(WEDNESDAY)
    assert the_log(app) == the_log(other)


# Messages


@pytest.mark.parametrize(
    ("at", "status"),
    [(MONDAY + 2 * HOUR, "waiting"), (MONDAY + DAY + 2 * HOUR, "stale")],
)
def test_messages_noticed_long_after_their_instant_are_kept_but_stale(
    app: Engine, at: datetime, status: str
) -> None:
    handed_over(app)
    app.tick(at)
    with app.database.read() as conn:
        breach = [m for m in list_messages(conn) if m.message.kind == "breached"]
    assert {m.status for m in breach} == {status}
    assert sorted(m.message.recipient for m in breach) == [ANNA, "demand-desk@example.com", "mia@example.com"]
    assert {m.recorded_at for m in breach} == {at}


@on_one_database
def test_an_input_finds_the_lead_as_the_steps_before_it_left_it(app: Engine) -> None:
    """The breach passed the lead on to the next; who accepts then is heard after that, tick or no tick."""
    lead = handed_over(app)
    assert app.fire(lead, "accept", BO, at=MONDAY + 2 * HOUR)["owner"] == BO
    (entry,) = [entry for entry in the_log(app, lead) if entry["trigger"] == "accept"]
    assert (entry["owner"], entry["from"], entry["to"]) == (BO, "mql", "accepted")
    assert kinds(app, lead)[-5:] == ["breached", "assigned", "transition", "met_late", "clock_started"]
