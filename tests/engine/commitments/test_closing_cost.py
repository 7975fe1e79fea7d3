"""What closing, restating and reporting cost grows like the log, with statistics and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine as Connections
from support.builders import MONDAY
from support.long_log import PROMISES, a_long_log
from support.office import DAY, HOUR
from support.promising import APRIL, CLOSED, handed, promising, statements_of

from slaflow.engine.app import Engine
from slaflow.report.aging import aging
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.returns import returns
from slaflow.report.sla import sla
from slaflow.report.waste import waste

AT_ONCE = 50
"""Steps between two calls of SQLite's progress handler."""
Work = Callable[[Engine], object]
FOR_A_LEAD = re.compile(r"\bstream = \w+\.stream\b(?!\) AND \(seq = )")
"""All that a lead's stream holds; a single entry of it is found whatever else is asked."""
FOR_ALL = re.compile(r"(?<!WHEN )(?<!THEN )(?<!ELSE )\((at|kind|target|party|actor|trigger|id) [=<>]")
"""Filters on one column for which there is an index over the whole log."""


def closed_and_restated(app: Engine) -> None:
    app.tick(APRIL + 20 * DAY)
    assert sum("restates" in each for each in statements_of(app, "follow_up")) == 2


def reported(app: Engine) -> None:
    """Every report, of all there is and of March."""
    for report in (sla, handoffs, waste, funnel, returns):
        report(app, at=CLOSED)
        report(app, start=MONDAY, end=APRIL, at=CLOSED)
    aging(app, at=CLOSED)


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


def steps_of(app: Engine, leads: int, work: Work, *, analyzed: bool) -> int:
    a_long_log(app, leads)
    if analyzed:
        with app.database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
    with counted() as steps:
        work(app)
    return len(steps)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("work", [closed_and_restated, reported])
@pytest.mark.parametrize("analyzed", [False, True])
def test_sqlite_takes_steps_in_proportion_to_the_log(
    empty: Engine, elsewhere: Engine, analyzed: bool, work: Work
) -> None:
    one = steps_of(promising(empty, PROMISES), 40, work, analyzed=analyzed)
    two = steps_of(promising(elsewhere, PROMISES), 80, work, analyzed=analyzed)
    assert two < 2.2 * one


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("analyzed", [False, True])
def test_lifting_a_breach_reads_that_lead_alone(empty: Engine, elsewhere: Engine, analyzed: bool) -> None:
    def lifted(app: Engine) -> None:
        app.lift(1, "respond", "the phones were down", "marketing", at=CLOSED + DAY)

    numbers = []
    for app, leads in ((empty, 30), (elsewhere, 300)):
        handed(promising(app, PROMISES), 1, MONDAY)
        app.tick(CLOSED + HOUR)
        numbers.append(steps_of(app, leads, lifted, analyzed=analyzed))
    assert numbers[1] < 1.1 * numbers[0]


@contextmanager
def planned() -> Iterator[list[dict[str, Any]]]:
    """The plan of each question that PostgreSQL is asked inside."""
    plans: list[dict[str, Any]] = []

    def before(
        connection: Connection, _: object, statement: str, values: Any, __: object, many: bool
    ) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        if statement.lstrip().startswith(("SELECT", "WITH")) and not many:
            ((found,),) = driver.execute(f"EXPLAIN (FORMAT JSON) {statement}", values).fetchall()
            plans.append(found[0]["Plan"])

    event.listen(Connections, "before_cursor_execute", before)
    yield plans
    event.remove(Connections, "before_cursor_execute", before)


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from steps(part)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_postgresql_finds_a_leads_entries_by_their_stream_alone(empty: Engine) -> None:
    """Without statistics, it would for each lead read all entries of a kind: the square of the log."""
    a_long_log(promising(empty, PROMISES), 100)
    with planned() as plans:
        closed_and_restated(empty)
        reported(empty)
    conditions = [
        " ".join(str(step.get(name)) for name in ("Index Cond", "Recheck Cond", "Filter"))
        for plan in plans
        for step in steps(plan)
    ]
    found = [each for each in conditions if FOR_A_LEAD.search(each)]
    assert [each for each in found if FOR_ALL.search(each)] == []
    assert len(found) > 40
