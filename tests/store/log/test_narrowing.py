"""Questions to the log: whichever filter finds the entries, the answer is the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import text
from support.builders import MONDAY, a_breach, a_draft, sealed

from slaflow.log.entry import Entry
from slaflow.store.database import Database
from slaflow.store.log import entries as log
from slaflow.store.log.filter import LogFilter
from slaflow.store.log.narrowing import narrowest

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEADS = 40


@pytest.fixture
def a_long_log(database: Database) -> Database:
    """Forty leads, one a day: each created, three times called, broken once; the seventh by somebody else."""
    entries: list[Entry] = []
    for lead in range(1, LEADS + 1):
        at, who = MONDAY + lead * DAY, "anna@example.com" if lead == 7 else "bo@example.com"
        drafts = [a_draft(1, "created", at=at, actor="marketing", party="marketing")]
        drafts += [
            a_draft(seq, "activity", at=at + seq * HOUR, actor=who, party="sales") for seq in (2, 3, 4)
        ]
        entries += sealed([*drafts, a_breach(5, at=at + DAY)], lead)
    with database.write() as connection:
        log.append(connection, entries)
    return database


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wanted", "column"),
    [
        (LogFilter(), None),
        (LogFilter(limit=5, after=3), None),
        (LogFilter(kind="activity"), "kind"),
        (LogFilter(party="sales"), "party"),
        (LogFilter(kind="activity", actor="anna@example.com"), "actor"),
        (LogFilter(kind="created", actor="bo@example.com"), "kind"),
        (LogFilter(actor="bo@example.com", from_=MONDAY + 3 * DAY, to=MONDAY + 4 * DAY), "at"),
        (LogFilter(actor="anna@example.com", from_=MONDAY), "actor"),
        (LogFilter(kind="breached", from_=MONDAY, to=MONDAY + 2 * DAY), "at"),
        (LogFilter(target="respond", party="sales"), "target"),
        (LogFilter(lead=3, kind="activity"), "stream"),
    ],
)
def test_the_filter_that_leaves_least_finds_the_entries(
    a_long_log: Database, wanted: LogFilter, column: str | None
) -> None:
    with a_long_log.read() as connection:
        assert narrowest(connection, wanted) == column


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_no_question_with_a_filter_reads_the_whole_log(a_long_log: Database) -> None:
    asked: list[str] = []
    with a_long_log.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        for wanted in every_question():
            assert list(log.entries(connection, wanted)) is not None
        driver.set_trace_callback(None)
        for statement in {each for each in asked if each.startswith("SELECT")}:
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}".replace(":", "\\:"))).all()
            assert all("SCAN entry" not in row[-1] for row in plan), statement


def every_question() -> list[LogFilter]:
    """Every combination of filters, each given or not, but for the empty one."""
    choices: tuple[tuple[str | int | datetime | None, ...], ...] = (
        (None, 7),
        (None, "activity", "breached"),
        (None, "anna@example.com"),
        (None, "sales"),
        (None, "respond"),
        (None, MONDAY + 5 * DAY),
        (None, MONDAY + 9 * DAY),
    )
    names = ("lead", "kind", "actor", "party", "target", "from_", "to")
    return [LogFilter(**dict(zip(names, chosen, strict=True))) for chosen in product(*choices)][1:]  # type: ignore[arg-type]


def passes(entry: Entry, wanted: LogFilter) -> bool:
    """Whether *entry* meets every filter, asked one by one."""
    plain = all(
        getattr(wanted, name) in (None, getattr(entry, name))
        for name in ("lead", "kind", "actor", "party", "target", "trigger")
    )
    begun = wanted.from_ is None or entry.at >= wanted.from_
    return plain and begun and (wanted.to is None or entry.at < wanted.to)


def test_every_combination_of_filters_gives_what_meets_them_all(a_long_log: Database) -> None:
    with a_long_log.read() as connection:
        everything = list(log.entries(connection))
        questions = list(every_question())
        assert len(questions) > 100
        for wanted in questions:
            found = [entry.id for entry in log.entries(connection, wanted)]
            assert found == [entry.id for entry in everything if passes(entry, wanted)]
