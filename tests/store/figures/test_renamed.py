"""rules.md, 23: a promise that is renamed when its lead moves is one promise, as of whatever instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from support.office import FRIDAY, HOUR, Present
from support.renaming import AGAIN, END, FIRST, MOVED, TARGETS, a_renamed_office, until_it_moves
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.report import candour as candour_report
from slaflow.report import sla as report
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.figures import candour, promises
from slaflow.store.figures.clocks import told
from slaflow.store.rows import lifts
from slaflow.store.tables.leads import renaming

BEFORE = (FRIDAY + timedelta(days=4), MOVED - HOUR / 4)
AFTER = (MOVED, MOVED + 4 * HOUR, AGAIN, END)
PERIODS = ((None, None), (FRIDAY + timedelta(days=3), MOVED))
WorldOf = Callable[[Fill], Database]


@pytest.fixture
def app(world_of: WorldOf) -> Engine:
    return Engine(world_of(a_renamed_office), now=Present(END))


def answers(app: Engine, instants: tuple[datetime, ...]) -> Iterator[tuple[Any, dict[str, Any]]]:
    for at in instants:
        for period in PERIODS:
            yield (at, period), report.sla(app, *period, by="owner", at=at)
        yield (at, "candour"), candour_report.candour(app, at=at)


def test_what_a_report_said_before_leads_moved_it_says_afterwards(app: Engine, world_of: WorldOf) -> None:
    before = Engine(world_of(until_it_moves), now=Present(END))
    expected = dict(answers(before, BEFORE))
    assert [asked for asked, answer in answers(app, BEFORE) if answer != expected[asked]] == []
    assert not set(report.sla(app, at=BEFORE[-1])["targets"]) & set(TARGETS.values())


def test_rows_and_log_tell_the_same_of_renamed_promises(app: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "promises", told)
    monkeypatch.setattr(candour, "are_few", lambda connection, leads: None)
    by_log = dict(answers(app, AFTER))
    monkeypatch.setattr(report, "promises", promises.promises)
    for figures in (promises, candour):
        monkeypatch.setattr(figures, "are_few", lambda connection, leads: 1)
    assert [asked for asked, answer in answers(app, AFTER) if answer != by_log[asked]] == []
    shown = by_log[END, PERIODS[0]]["targets"]
    assert all((shown["answer"]["lifted"], shown["decide"]["disputed"], shown["answer"]["graced"]))


def test_a_promise_is_called_what_it_was_called_at_the_instant(app: Engine) -> None:
    begun = (None, MOVED)
    names = {at: set(report.sla(app, *begun, at=at)["targets"]) for at in (MOVED - HOUR, MOVED, AGAIN)}
    called = {"respond", "answer", "reach", "decide"}
    assert names[MOVED - HOUR] & called == {"respond"}
    assert names[MOVED] & called == {"respond", "answer", "reach"}
    assert names[AGAIN] & called == called
    of = [
        sum(each["started"] for each in report.sla(app, *begun, at=at)["targets"].values())
        for at in (MOVED - timedelta(microseconds=1), MOVED, END)
    ]
    assert len(set(of)) == 1


def test_a_breach_from_before_the_move_is_found_to_be_lifted_after_it(app: Engine) -> None:
    with app.database.read() as connection:
        found = lifts.broken_between(connection, FRIDAY, MOVED, END, None, "sales")
    names = {(each.lead_id, each.target) for each in found}
    assert (FIRST + 2, "answer") in names
    assert not names & {(FIRST, "answer"), (FIRST + 1, "decide"), (FIRST + 1, "answer")}


def test_who_was_renamed_is_known_again_after_a_way_down_and_up(app: Engine) -> None:
    def rows() -> list[Any]:
        with app.database.read() as connection:
            return list(connection.execute(select(renaming).order_by(*renaming.primary_key.columns)))

    before = rows()
    assert len({(row.first_target, row.target) for row in before}) >= 3
    schema.downgrade(app.database, "0012")
    schema.upgrade(app.database)
    assert rows() == before
