"""What the rows of clocks say of promises is what the log says, whatever is asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from support.office import DAY, HOUR, Present
from support.retelling import a_busy_office
from support.weeks import END, START, THEN
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.report import sla as report
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.figures import candour, promises, settled
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.clocks import judged_by_log, told
from slaflow.store.tables.leads import clock

GROUPINGS = (None, "owner", "team", "month", "country")
WHOLE = (None, None)
Asking = tuple[datetime, tuple[datetime | None, datetime | None], str | None]
"""As of when, of which period, by what."""
PERIODS = ((None, START + 9 * DAY), (START + 3 * DAY, None), (START + 5 * DAY, START + 16 * DAY))


@pytest.fixture
def busy(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(a_busy_office), now=Present(END))


def some_questions() -> list[Asking]:
    """All there is, and others by chance, which is each of a dozen before long."""
    every: list[Asking] = [(END, WHOLE, by) for by in GROUPINGS[1:]]
    every += [(at, WHOLE, None) for at in (START + 16 * DAY, THEN)]
    every += [(END, period, "month") for period in PERIODS] + [(THEN, PERIODS[-1], "owner")]
    return [(END, WHOLE, None), *random.sample(every, 4)]


def answers(app: Engine, asked: list[Asking]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The report to these questions."""
    for at, period, by in asked:
        yield (at, period, by), report.sla(app, *period, by=by, at=at)


def test_rows_and_log_give_the_same_answers(busy: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "promises", told)
    monkeypatch.setattr(candour, "are_few", lambda connection, leads: None)
    asked = some_questions()
    by_log = dict(answers(busy, asked))
    assert by_log[END, WHOLE, None]["candour"]["sales"]["let_go"]
    rows = [row for figures in by_log.values() for row in figures["targets"].values()]
    assert all(any(row[name] for row in rows) for name in report.OUTCOMES)
    monkeypatch.setattr(report, "promises", promises.promises)
    for figures in (promises, candour):
        monkeypatch.setattr(figures, "are_few", lambda connection, leads: 1)
    assert [each for each, answer in answers(busy, asked) if answer != by_log[each]] == []


def test_of_a_narrow_period_the_log_of_its_leads_gives_the_same_answers(
    busy: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, end = PERIODS[-1]
    for at in (END, THEN):
        monkeypatch.setattr(report, "promises", told)
        expected = report.sla(busy, start, end, by="team", at=at)
        monkeypatch.setattr(report, "promises", promises.promises)
        monkeypatch.setattr(promises, "is_narrow", lambda connection, asked: True)
        assert report.sla(busy, start, end, by="team", at=at) == expected


def test_each_clock_came_to_the_same_by_its_row_and_by_the_log(busy: Engine) -> None:
    """To the second, which percentiles do not show; and where one is broken at the very instant."""
    entries = {entry.lead: entry for entry in busy.log() if entry.lead is not None}
    at = next(entry.at for entry in entries.values() if entry.kind == "breached")
    with busy.database.read() as connection:
        for asked in (Asked(END), Asked(at)):
            others = settled.each_once(settled.told_by_log(asked, by_start=False))
            rows = promises.judged(asked, others)
            by_row = Counter(map(tuple, connection.execute(select(*rows.c))))
            logged = judged_by_log(asked)
            by_log = Counter(
                map(tuple, connection.execute(select(*(logged.c[name] for name in rows.c.keys()))))
            )
            assert by_row == by_log
            assert len(by_row) > 20


def test_where_all_leads_stand_in_their_rows_the_log_is_not_asked(
    busy: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = report.sla(busy, at=END + HOUR)
    monkeypatch.setattr(promises, "judged_by_log", None)
    monkeypatch.setattr(promises, "told", None)
    monkeypatch.setattr(candour, "_let_go", None)
    assert report.sla(busy, at=END + HOUR) == expected


def test_the_whole_log_is_gone_through_where_most_of_it_came_after(busy: Engine) -> None:
    with busy.database.read() as connection:
        asked = Asked(THEN)
        assert settled.are_few(connection, settled.told_by_log(asked, by_start=False)) is None
        asked = Asked(END)
        assert settled.are_few(connection, settled.told_by_log(asked, by_start=False)) == 0


def test_a_database_of_before_is_told_what_its_log_says(busy: Engine) -> None:
    """Also of leads that were erased, of whom the log has kept just that."""
    before = took(busy)
    assert len({key[0] for key, (seconds, _) in before.items() if seconds is not None}) > 10
    assert any(let_go for _, let_go in before.values())
    schema.downgrade(busy.database, "0005")
    schema.upgrade(busy.database)
    assert took(busy) == before


def took(app: Engine) -> dict[tuple[int, str, int], tuple[int | None, bool | None]]:
    """How long each clock took, and whether it was let go."""
    row = clock.c
    with app.database.read() as connection:
        rows = connection.execute(select(row.lead, row.target, row.number, row.open_seconds, row.let_go))
        return {(lead, target, number): (seconds, let_go) for lead, target, number, seconds, let_go in rows}
