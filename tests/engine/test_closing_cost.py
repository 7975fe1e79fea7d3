"""Closing and restating the periods of twice as many leads takes SQLite twice as many steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from builders import MONDAY, a_draft, sealed
from engine.office import DAY, HOUR
from engine.promising import APRIL, CLOSED, handed, promising, statements_of
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine as Connections

from slaflow.engine.app import Engine
from slaflow.log.entry import Entry
from slaflow.store import log

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

PROMISES = """\
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 2}
  answered:
    {owed_by: marketing, every: month, cohort: {enter: mql}, at_least: 50%,
     share: {of: {activity: call}, among: {activity: [call, mail]}}}
  follow_up: {owed_by: sales, every: month, share: {met: respond}, at_least: 60%}
"""
AT_ONCE = 50
"""Steps between two calls of SQLite's progress handler."""
FIRST = 1000
"""Ids from here on are those of leads that stand in the log alone."""


def a_long_log(app: Engine, leads: int) -> None:
    """So many leads in March, handed over and called, each third in time; once March is closed, the first
    breaches are lifted."""
    digest, entries = app.active().digest, list[Entry]()
    for number in range(leads):
        at = MONDAY + number * 20 * DAY / leads
        told = {"arrived_at": at, "occurred_at": at}
        rest: dict[str, Any] = {
            "target": "respond", "clock": 1, "entry_class": "consequence", "actor": "system",
            "arrived_at": None, "occurred_at": None, "data": {},
        }  # fmt: skip
        drafts = [
            a_draft(1, "created", at=at, to_state="mql", data={}, **told),
            a_draft(2, "clock_started", at=at, **rest),
            a_draft(3, "activity", at=at + HOUR, data={"activity": "call"}, **told),
            a_draft(4, "breached" if number % 3 else "clock_met", at=at + 2 * HOUR, step="100%", **rest),
        ]
        if number in (1, 2):
            drafts.append(a_draft(5, "breach_lifted", at=CLOSED + DAY + number * HOUR, **rest))
        entries += sealed(drafts, FIRST + number, digest=digest)
    with app.database.write() as connection:
        log.append(connection, entries)


@contextmanager
def counted() -> Iterator[list[None]]:
    """An item for each :data:`AT_ONCE` steps that SQLite takes inside."""
    steps: list[None] = []

    def before(connection: Connection, *_: object) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(lambda: steps.append(None), AT_ONCE)

    event.listen(Connections, "before_cursor_execute", before)
    yield steps
    event.remove(Connections, "before_cursor_execute", before)


def steps_of(app: Engine, leads: int, work: Callable[[Engine], object], *, analyzed: bool) -> int:
    a_long_log(app, leads)
    if analyzed:
        with app.database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
    with counted() as steps:
        work(app)
    return len(steps)


def closed_and_restated(app: Engine) -> None:
    app.tick(APRIL + 20 * DAY)
    assert sum("restates" in each for each in statements_of(app, "follow_up")) == 2


@pytest.mark.parametrize("analyzed", [False, True])
def test_closing_and_restating_takes_steps_in_proportion_to_the_log(
    empty: Engine, elsewhere: Engine, analyzed: bool
) -> None:
    one = steps_of(promising(empty, PROMISES), 150, closed_and_restated, analyzed=analyzed)
    two = steps_of(promising(elsewhere, PROMISES), 300, closed_and_restated, analyzed=analyzed)
    assert two < 2.2 * one


@pytest.mark.parametrize("analyzed", [False, True])
def test_lifting_a_breach_reads_that_lead_alone(empty: Engine, elsewhere: Engine, analyzed: bool) -> None:
    def lifted(app: Engine) -> None:
        app.lift(1, "respond", "the phones were down", "sales", at=CLOSED + DAY)

    numbers = []
    for app, leads in ((empty, 30), (elsewhere, 300)):
        handed(promising(app, PROMISES), 1, MONDAY)
        app.tick(CLOSED + HOUR)
        numbers.append(steps_of(app, leads, lifted, analyzed=analyzed))
    assert numbers[1] < 1.1 * numbers[0]
