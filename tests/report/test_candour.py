"""What could flatter the figures, against the same counted from the log in plain Python; and a story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from support import candid
from support.agreement import changed
from support.office import AGREEMENT, BO, DAY, FOUNDED, FRIDAY, HOUR, MONDAY, handed_over
from support.weeks import END, START, THEN
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.report import review
from slaflow.report.candour import candour, lines, rate_words
from slaflow.report.findings import FINDINGS
from slaflow.report.plots.draw import drawn
from slaflow.report.review import page, record
from slaflow.report.sla import sla
from slaflow.store import schema
from slaflow.store.tables.leads import clock

PERIODS = [(None, None, END), (START + 2 * DAY, START + 9 * DAY, END), (None, None, THEN)]
periods = pytest.mark.parametrize("period", PERIODS, ids=["all", "a week", "as of then"])
Period = tuple[datetime | None, datetime | None, datetime]
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def told(office_of: Callable[[Fill], Engine]) -> Engine:
    """Weeks of leads of which some are hurried through, let go, lifted and kept by a late word."""
    return office_of(candid.hurried)


def counts(figures: dict[str, Any]) -> dict[str, Counter[str]]:
    """What could flatter each party, by name; nothing where there is nothing."""
    return {
        party: +Counter({key: row[key] for key in candid.COUNTED})
        for party, row in figures["parties"].items()
    }


@periods
def test_what_could_flatter_is_what_the_log_shows(told: Engine, period: Period) -> None:
    start, end, at = period
    figures = candour(told, start, end, at=at)
    assert orjson.loads(orjson.dumps(figures)) == figures
    counted = candid.counted(told, at, start, end, candid.one)[""]
    assert {party: row for party, row in counts(figures).items() if row} == counted
    promised = sla(told, start, end, at=at)
    for party, row in figures["parties"].items():
        assert row["met_rate"] == promised["parties"].get(party, {"met_rate": None})["met_rate"]
        beside = promised.get("candour", {}).get(party)
        assert beside is None or beside == {key: row[key] for key in beside}


def test_everything_that_is_counted_happens_in_these_weeks(told: Engine) -> None:
    figures = counts(candour(told, at=END))["sales"]
    assert set(figures) == set(candid.COUNTED) - {"overridden"}


def test_groups_are_by_who_owned_the_lead(told: Engine) -> None:
    counted = candid.counted(told, END, None, None, candid.by_owner)
    groups = candour(told, at=END, by="owner")["groups"]
    found = {
        name: {party: row for party, row in counts(figures).items() if row}
        for name, figures in groups.items()
    }
    assert {name: parties for name, parties in found.items() if parties} == counted
    assert sum((row["sales"] for row in found.values() if "sales" in row), Counter()) == counted_whole(told)


def counted_whole(told: Engine) -> Counter[str]:
    return candid.counted(told, END, None, None, candid.one)[""]["sales"]


def test_a_database_of_before_is_told_what_was_let_go(told: Engine) -> None:
    before = let_go(told)
    assert len(before) > 5
    schema.downgrade(told.database, "0010")
    schema.upgrade(told.database)
    assert let_go(told) == before


def let_go(app: Engine) -> set[tuple[int, str, int]]:
    with app.database.read() as connection:
        found = connection.execute(select(clock.c.lead, clock.c.target, clock.c.number).where(clock.c.let_go))
        return {(lead, target, number) for lead, target, number in found}


def test_lifts_are_told_with_who_and_why(told: Engine) -> None:
    figures = candour(told, at=END)
    assert sum(row["breaches"] for row in figures["lifts"]) == sum(
        row["lifted"] for row in figures["parties"].values()
    )
    assert {(row["owed_by"], row["by"], row["reason"]) for row in figures["lifts"]} == {
        ("sales", "marketing", "the line was down")
    }


@pytest.mark.parametrize("by", [None, "owner"])
def test_it_is_drawn_and_stands_in_the_review(
    told: Engine, by: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written there: the pictures of the other reports are not asked for."""
    monkeypatch.setattr(review, "drawn", lambda *_: b"<svg></svg>")
    figures = candour(told, at=END, by=by)
    assert drawn("candour", figures, "svg")
    if by is None:
        assert FINDINGS["candour"](figures).startswith("Kept in time: ")
        assert "What could flatter these figures" in page(record(told, START, END, END))


STORY = changed(
    AGREEMENT,
    ("checks:\n", "checks:\n  fit: {question: Do they fit?, fields: {fits: bool}, pass: answer.fits}\n"),
    (
        "  won: {final: true}\n",
        "  qualified: {held_by: sales}\n  won: {final: true}\n  lost: {final: true}\n",
    ),
    (
        "transitions:\n",
        "transitions:\n"
        "  - {trigger: qualify, from: accepted, to: qualified, by: sales, when: check.fit && check.value}\n"
        "  - {trigger: lose, from: [accepted, qualified], to: lost, by: sales,\n"
        "     requires: {lost_reason: {type: string, one_of: [too_early, price]}}}\n",
    ),
)


def test_a_lead_that_nobody_called_is_told_for_what_it_is(app: Engine) -> None:
    app.activate(STORY, at=FOUNDED + DAY)
    lead = handed_over(app, "kim")
    app.fire(lead, "accept", BO, at=MONDAY)
    app.answer(lead, "value", BO, {"expected_value": "25000"}, at=MONDAY + 5 * SECOND)
    app.answer(lead, "fit", BO, {"fits": True}, at=MONDAY + 9 * SECOND)
    app.fire(lead, "qualify", BO, at=MONDAY + 20 * SECOND)
    app.fire(lead, "lose", BO, {"lost_reason": "too_early"}, at=MONDAY + 60 * SECOND)
    told = candour(app, at=MONDAY + 2 * HOUR)
    sales = told["parties"]["sales"]
    assert (sales["met_rate"], sales["kept_without"]) == (1.0, 0.3333)
    assert rate_words(sales) == "kept 100.0% in time; 33.3% if what could flatter that counted as broken"
    assert list(lines(sales)) == [
        "2 let go: the lead was moved on before they were due (first_contact 1, keep_warm 1)",
        "1 move within a minute of the answers that allowed it (qualify 1)",
        "1 of 1 accepted lead lost within an hour",
        "1 of these never touched",
    ]
    marketing = told["parties"]["marketing"]
    assert not list(lines(marketing))
    assert sla(app, at=MONDAY + 2 * HOUR)["candour"]["sales"]["kept_without"] == 0.3333
    app.erase(lead, "asked us to", "marketing", at=MONDAY + 3 * HOUR)
    erased = candour(app, at=MONDAY + 4 * HOUR)["parties"]["sales"]
    assert (erased["let_go"], erased["lost_within_hour"], erased["hasty_checks"]) == (2, 1, 0)


def test_where_there_is_nothing_to_say_nothing_is_said(app: Engine) -> None:
    handed_over(app, "kim")
    app.tick(MONDAY + 5 * DAY)
    assert "candour" not in sla(app, at=MONDAY + 5 * DAY)
    assert candour(app, FRIDAY - 9 * DAY, FRIDAY - 8 * DAY, at=MONDAY)["parties"] == {}
