"""The page of a lead says what ``lead show`` and ``lead explain`` say, whatever has happened to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.office import ANNA, DAY, FRIDAY, NORA, Present, a_history, together

from slaflow.engine.app import Engine
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk.clock_bar import ClockBar
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.lead import LeadDesk
from slaflow.engine.desk.meanwhile import name_of
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database
from slaflow.store.rows import people as people_store

SIDES = (Actor(ANNA, "sales"), Actor(NORA, "marketing"))
DAYS = st.integers(0, 20 * 1440).map(lambda minutes: timedelta(minutes=minutes))


@given(seed=st.integers(0, 10**6), passed=DAYS)
@settings(max_examples=5, deadline=None)
def test_of_any_history(
    staffed_file: Path, tmp_path_factory: pytest.TempPathFactory, seed: int, passed: timedelta
) -> None:
    file = tmp_path_factory.mktemp("same") / "slaflow.db"
    shutil.copy(staffed_file, file)
    database = Database(f"sqlite:///{file}")
    try:
        compare(Engine(database, now=Present(FRIDAY + passed)), seed, passed)
    finally:
        database.dispose()


@pytest.mark.parametrize(("dialect", "seed"), [("postgresql", 7)], indirect=["dialect"])
def test_on_the_other_database(app: Engine, present: Present, seed: int) -> None:
    present.at = FRIDAY + 9 * DAY
    compare(app, seed, 9 * DAY)


def compare(app: Engine, seed: int, passed: timedelta) -> None:
    """The page of each lead for both sides, against what the commands say at that instant."""
    told = [each for each in a_history(app.active(), seed, leads=4) if (each.at or FRIDAY) <= FRIDAY + passed]
    together(app, told, FRIDAY + passed, lenient=True)
    for row in app.leads():
        shown, explained = app.show(row["id"]), app.explain(row["id"], None)
        for who in SIDES:
            page = lead_desk.show(app, row["id"], who)
            assert_same(app, page, shown, explained)
            assert_offers(page.fires, shown["available"], who.party)


def assert_same(app: Engine, page: LeadDesk, shown: dict[str, Any], explained: dict[str, Any]) -> None:
    with app.database.read() as conn:
        people = people_store.directory(conn)
    owner = None if shown["owner"] is None else name_of(people, shown["owner"])
    assert (page.state, page.key, page.owner) == (shown["state"], shown["key"], owner)
    assert instant_text(page.entered_at) == shown["entered_at"]
    clocks = {(each["target"], each["number"]): each for each in shown["clocks"]}
    assert {(bar.target, bar.number) for bar in page.bars} == {
        key for key, each in clocks.items() if each["ended_at"] is None
    }
    for bar in page.bars:
        assert told_of(bar) == told_by(clocks[bar.target, bar.number])
    left = {each["target"]: each["left_seconds"] for each in explained["clocks"]}
    assert {bar.target: bar.left_seconds for bar in page.bars} == left
    answered = {name: each["passed"] for name, each in shown["checks"].items()}
    assert {each.name: each.passed for each in page.checks if each.answered_at is not None} == answered
    if page.why.score is not None:
        assert page.why.score.total == shown["score"]
    known = {name: value for name, value in shown["fields"].items() if value is not None}
    assert {each.name for each in page.fields if each.value is not None} == known.keys()


def told_of(bar: ClockBar) -> tuple[Any, ...]:
    due = None if bar.due_at is None else instant_text(bar.due_at)
    return bar.status, due, bar.owed_by, bar.left_seconds, bar.is_disputed, bar.is_lifted


def told_by(clock: dict[str, Any]) -> tuple[Any, ...]:
    return (
        clock["status"], clock["due_at"], clock["owed_by"], clock["left_seconds"],
        clock.get("disputed", False), clock["lifted"],
    )  # fmt: skip


def assert_offers(fires: Iterable[Deed], available: list[dict[str, Any]], party: str) -> None:
    """Open is what one of the party's rows allows; refused, as often as there are clauses that fail."""
    by_hand = [each for each in available if set(each["by"]) - {"system"}]
    assert {each.name for each in fires} == {each["trigger"] for each in by_hand}
    for deed in fires:
        own = [each for each in by_hand if each["trigger"] == deed.name and party in each["by"]]
        assert deed.is_open == any(each["allowed"] for each in own), deed
        if own and not deed.is_open:
            because = {clause for each in own for clause in each["because"]}
            assert len(deed.refused) == len(because), (deed, because)
            assert {name for each in own for name in each["requires"]} <= {a.field.name for a in deed.asked}
