"""rules.md, 23: a promise that is renamed when its lead moves is one promise, as of whatever instant."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from support.office import FRIDAY, HOUR, Present
from support.renaming import AGAIN, END, FIRST, MOVED, STATES, TARGETS, a_renamed_office, until_it_moves
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.passages.follow import Rows, rows_of
from slaflow.engine.passages.rebuild import rebuild
from slaflow.report import candour as candour_report
from slaflow.report import question
from slaflow.report import sla as report
from slaflow.report.aging import aging
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.journey import journey
from slaflow.report.losses import losses
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.figures import aging as ages
from slaflow.store.figures import candour, promises
from slaflow.store.figures import journey as stages
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
    """At the end, and at another instant by chance."""
    instants = (random.choice(AFTER[:-1]), END)
    monkeypatch.setattr(report, "promises", told)
    monkeypatch.setattr(candour, "are_few", lambda connection, leads: None)
    by_log = dict(answers(app, instants))
    monkeypatch.setattr(report, "promises", promises.promises)
    for figures in (promises, candour):
        monkeypatch.setattr(figures, "are_few", lambda connection, leads: 1)
    assert [asked for asked, answer in answers(app, instants) if answer != by_log[asked]] == []
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


def came(app: Engine, at: datetime, names: dict[str, str]) -> dict[str, Any]:
    """The states that leads had reached and the moves they had made, by *names*."""
    said = funnel(app, at=at)
    for each in said["states"]:
        each["state"] = names.get(each["state"], each["state"])
    for each in said["moves"]:
        each["from"], each["to"] = (names.get(each[end], each[end]) for end in ("from", "to"))
    states = {each["state"]: each for each in said["states"] if each["leads"]}
    return {"states": states, "moves": {(each["from"], each["to"]): each for each in said["moves"]}}


def test_a_state_that_is_renamed_is_no_step_of_the_lead(app: Engine, world_of: WorldOf) -> None:
    before = Engine(world_of(until_it_moves), now=Present(END))
    for report_of in (aging, journey, losses):
        assert report_of(app, at=BEFORE[-1]) == report_of(before, at=BEFORE[-1])
    assert came(app, BEFORE[-1], {}) == came(before, BEFORE[-1], {})
    assert came(app, MOVED, {}) == came(before, MOVED, STATES)
    assert not {*STATES} & {*came(app, END, {})["states"]}


def test_rows_and_log_tell_the_same_of_renamed_states(app: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.database.read() as connection:
        kept = rows_of(connection, range(1, 25))
    by_rows = [report_of(app, at=END) for report_of in (aging, journey, handoffs, losses)]
    rebuild(app)
    with app.database.read() as connection:
        again = rows_of(connection, range(1, 25))
    assert [_unnumbered(rows) for rows in again.values()] == [_unnumbered(rows) for rows in kept.values()]
    monkeypatch.setattr(ages, "is_past", lambda connection, asked: True)
    monkeypatch.setattr(stages, "is_past", lambda connection, asked: True)
    monkeypatch.setattr(question, "reckonings_at", lambda connection, at: None)
    assert [report_of(app, at=END) for report_of in (aging, journey, handoffs, losses)] == by_rows


def _unnumbered(rows: Rows) -> Rows:
    """Rows that are made anew have other numbers."""
    for each in rows.handoffs:
        each.id = None
    return rows


def test_who_was_renamed_is_known_again_after_a_way_down_and_up(app: Engine) -> None:
    def rows() -> list[Any]:
        with app.database.read() as connection:
            return list(connection.execute(select(renaming).order_by(*renaming.primary_key.columns)))

    before = rows()
    assert len({(row.first_target, row.target) for row in before}) >= 3
    schema.downgrade(app.database, "0012")
    schema.upgrade(app.database)
    assert rows() == before
