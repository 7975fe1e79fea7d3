"""Two hands at one round: on a server the next batch is decided while one is being written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from support.office import DAY, FRIDAY, MONDAY, handed_over, kinds, the_log

from slaflow.engine.app import Engine
from slaflow.engine.ask import Outcome
from slaflow.engine.tick import hands, run
from slaflow.engine.tick.batch import Settled
from slaflow.engine.tick.hands import FEW, Hands
from slaflow.engine.tick.run import TickReport

WEDNESDAY = MONDAY + 2 * DAY
Settle = Callable[[Any, datetime, int], Settled]


def a_batch(first: int) -> Settled:
    return Settled({number: Outcome(None, steps=1) for number in range(first, first + FEW)})


def on(dialect: str) -> Hands:
    return Hands(SimpleNamespace(database=SimpleNamespace(dialect=dialect)), WEDNESDAY, FEW)  # type: ignore[arg-type]


def taken(given: Hands) -> list[int]:
    """The first lead of every batch until there is no more."""
    found = []
    while batch := given.take():
        found.append(min(batch.outcomes))
    return found


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Callable[[Settle], None]:
    """Has batches settled by a function of the test's."""
    return lambda settle: monkeypatch.setattr(hands, "settle_batch", settle)


def test_on_a_server_two_batches_are_in_hand_at_a_time(batches: Callable[[Settle], None]) -> None:
    firsts, together = iter((0, 1000, 2000)), threading.Barrier(2, timeout=30)

    def settle(*_: object) -> Settled:
        first = next(firsts, None)
        if first:
            together.wait()
        return Settled() if first is None else a_batch(first)

    batches(settle)
    assert sorted(taken(on("postgresql"))) == [0, 1000, 2000]


@pytest.mark.parametrize(("dialect", "claimed"), [("sqlite", FEW), ("postgresql", FEW - 1)])
def test_one_hand_does_it_where_there_is_one_writer_or_no_whole_batch(
    batches: Callable[[Settle], None], dialect: str, claimed: int
) -> None:
    sizes, workers = iter((claimed, claimed, 0)), set()

    def settle(*_: object) -> Settled:
        workers.add(threading.current_thread())
        return Settled({number: Outcome(None, steps=1) for number in range(next(sizes))})

    batches(settle)
    assert taken(on(dialect)) == [0, 0]
    assert workers == {threading.current_thread()}


def test_what_the_second_hand_fails_with_is_raised_to_the_caller(batches: Callable[[Settle], None]) -> None:
    begun = iter((0,))

    def settle(*_: object) -> Settled:
        if threading.current_thread() is not threading.main_thread():
            raise ConnectionError("cut")
        return a_batch(0) if next(begun, None) == 0 else Settled()

    batches(settle)
    given = on("postgresql")
    assert len(given.take()) == FEW
    with pytest.raises(ConnectionError, match="cut"):
        given.take()
    assert len(given.take()) == 0


def test_a_round_that_is_stopped_counts_what_the_second_hand_still_commits(
    app: Engine, batches: Callable[[Settle], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(app.database), "dialect", "postgresql")
    in_hand, go_on = threading.Event(), threading.Event()

    def settle(*_: object) -> Settled:
        if threading.current_thread() is threading.main_thread():
            return a_batch(0)
        in_hand.set()
        go_on.wait(30)
        return a_batch(1000)

    def once(report: TickReport, take: Callable[[], Settled]) -> bool:
        report.add(take())
        in_hand.wait(30)
        go_on.set()
        raise KeyboardInterrupt

    batches(settle)
    report = TickReport(WEDNESDAY)
    with pytest.raises(KeyboardInterrupt):
        run._settle_all(app, report, FEW, None, once)
    assert report.leads == 2 * FEW


def test_two_hands_do_what_one_does_and_each_lead_once(
    app: Engine, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (app, other):
        for n in range(12):
            handed_over(engine, f"lead{n}", FRIDAY + timedelta(minutes=n))
    alone = other.tick(WEDNESDAY)
    monkeypatch.setattr(hands, "FEW", 1)
    report = app.tick(WEDNESDAY, batch=1)
    assert (report.leads, report.steps, report.notified) == (12, alone.steps, alone.notified)
    assert the_log(app) == the_log(other)
    assert kinds(app, 1).count("breached") == 1
    assert app.verify().ok
