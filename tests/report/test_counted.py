"""Handoffs, waste, funnel and aging against the same figures counted from the log in plain Python."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
import pytest
from support import recount
from support.office import AGREEMENT, BO, DAY, FOUNDED, HOUR, MONDAY, handed_over, on_one_database
from support.weeks import END, START, THEN

from slaflow.engine.app import Engine
from slaflow.report.aging import BOUNDS, aging
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.waste import waste
from slaflow.store.rows import leads as lead_store

PERIODS = [(None, None, END), (START + 2 * DAY, START + 9 * DAY, END), (None, None, THEN)]
periods = pytest.mark.parametrize("period", PERIODS, ids=["all", "a week", "as of then"])
FIRST = "transitions:\n"
REOPENED = f"{FIRST}  - {{trigger: reopen, from: won, to: accepted, by: sales}}\n"
GROUPINGS = ["owner", "team", "month", "country"]


Period = tuple[datetime | None, datetime | None, datetime]


def fields_of(app: Engine) -> dict[int, dict[str, Any]]:
    with app.database.read() as conn:
        return {lead.id: lead.fields for lead in lead_store.select(conn)}


def owners_of(app: Engine) -> dict[int, str | None]:
    with app.database.read() as conn:
        return {lead.id: lead.owner for lead in lead_store.select(conn)}


@periods
def test_handoffs_are_those_of_the_log(weeks: Engine, period: Period) -> None:
    start, end, at = period
    counted = recount.handoffs(weeks, recount.passages(weeks, at, start, end)).get("", {})
    told = handoffs(weeks, start, end, at=at)
    assert orjson.loads(orjson.dumps(told)) == told
    assert ways(told) == counted
    assert told["handoffs"] == sum(way["handed_over"] for way in counted.values()) > 0
    assert {way["direction"] for way in told["ways"]} >= {"forward", "return"}


def ways(figures: dict[str, Any]) -> dict[Any, Any]:
    """The ways of a report by giver, taker and direction."""
    found = {}
    for way in figures["ways"]:
        rest = {key: value for key, value in way.items() if key not in ("gave", "took", "direction")}
        found[way["gave"], way["took"], way["direction"]] = rest
    return found


@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_of_handoffs_are_by_who_took_the_lead(weeks: Engine, by: str) -> None:
    group = recount.grouping(weeks, by, fields_of(weeks))
    counted = recount.handoffs(weeks, recount.passages(weeks, END, None, None), group)
    told = handoffs(weeks, at=END, by=by)
    assert {name: ways(figures) for name, figures in told["groups"].items()} == counted
    assert list(told["groups"]) == sorted(counted)


@periods
def test_waste_is_what_the_log_shows_no_touch_of(weeks: Engine, period: Period) -> None:
    start, end, at = period
    counted = recount.waste(recount.passages(weeks, at, start, end))[""]
    told = waste(weeks, start, end, at=at)
    assert orjson.loads(orjson.dumps(told)) == told
    assert told["parties"] == counted
    for row in counted.values():
        assert (
            sum(row[name] for name in ("never_touched", "touched_once", "worked", "returned"))
            == (row["handed_over"])
        )


@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_of_waste_are_by_who_took_the_lead(weeks: Engine, by: str) -> None:
    group = recount.grouping(weeks, by, fields_of(weeks))
    counted = recount.waste(recount.passages(weeks, END, None, None), group)
    told = waste(weeks, at=END, by=by)
    assert {name: figures["parties"] for name, figures in told["groups"].items()} == counted


def test_a_closed_lead_is_not_held_any_more(app: Engine) -> None:
    """Three untouched: one waits, one was won, one was won and is opened again."""
    app.activate(AGREEMENT.replace(FIRST, REOPENED), at=FOUNDED + DAY)
    at = MONDAY + 5 * HOUR
    for name in ("kim", "liv", "mo"):
        lead = handed_over(app, name)
        if name != "kim":
            app.fire(lead, "accept", BO, at=MONDAY)
            app.answer(lead, "value", BO, {"expected_value": "25000"}, at=MONDAY)
            app.fire(lead, "win", BO, {"amount": "10"}, at=MONDAY + HOUR)
    held = [waste(app, at=each)["parties"]["sales"]["untouched_still_held"] for each in (MONDAY, at)]
    assert held == [3, 1]
    app.fire(3, "reopen", BO, at=at)
    told = waste(app, at=at)["parties"]["sales"]
    assert (told["never_touched"], told["untouched_still_held"]) == (3, 2)
    assert told == recount.waste(recount.passages(app, at, None, None))[""]["sales"]


@periods
def test_the_funnel_counts_how_far_each_lead_came(weeks: Engine, period: Period) -> None:
    start, end, at = period
    check_funnel(funnel(weeks, start, end, at=at), recount.funnel(weeks, at, start, end)[""])


def check_funnel(told: dict[str, Any], counted: dict[str, Any]) -> None:
    assert orjson.loads(orjson.dumps(told)) == told
    assert told["leads"] == counted["leads"]
    assert [row["state"] for row in told["states"]] == ["nurturing", "mql", "accepted", "returned", "won"]
    for row in told["states"]:
        seconds = counted["states"].get(row["state"], [])
        assert row["leads"] == len(seconds)
        assert row["share"] == recount.rate(len(seconds), counted["leads"])
        assert times(row) == recount.spread(seconds)
    assert {(row["from"], row["to"]) for row in told["moves"]} == set(counted["moves"])
    for row in told["moves"]:
        leads, seconds = counted["moves"][row["from"], row["to"]]
        assert (row["leads"], row["moves"]) == (len(leads), len(seconds))
        assert row["share"] == recount.rate(len(leads), len(counted["states"][row["from"]]))
        assert times(row) == recount.spread(seconds)


def times(row: dict[str, Any]) -> dict[str, Any]:
    return {"median": row["median_elapsed_seconds"], "p90": row["p90_elapsed_seconds"]}


@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_of_the_funnel_are_funnels_of_their_leads(weeks: Engine, by: str) -> None:
    fields = fields_of(weeks)
    owners = owners_of(weeks)
    of = recount.grouping(weeks, by, fields)

    def group(born: Any) -> str:
        return of(owners[born.lead], born.at, born.lead)

    counted = recount.funnel(weeks, END, None, None, group)
    told = funnel(weeks, at=END, by=by)
    assert list(told["groups"]) == sorted(counted)
    for name, figures in told["groups"].items():
        check_funnel(figures, counted[name])


@pytest.mark.parametrize("at", [END, THEN], ids=["now", "as of then"])
@pytest.mark.parametrize("by", [None, *GROUPINGS])
def test_aging_names_every_open_lead_where_it_sits(weeks: Engine, by: str | None, at: datetime) -> None:
    of = recount.grouping(weeks, by, fields_of(weeks)) if by else None

    def group(lead: int, owner: str | None, since: datetime) -> str:
        return of(owner, since if by == "month" else at, lead) if of else ""

    counted = recount.aging(weeks, at, group)
    told = aging(weeks, by=by, at=at)
    groups = told["groups"] if by else {"": told}
    assert orjson.loads(orjson.dumps(told)) == told
    assert list(groups) == sorted(counted)
    for name, figures in groups.items():
        assert figures["open"] == sum(map(len, counted[name].values()))
        assert {row["state"] for row in figures["states"]} == set(counted[name])
        for row in figures["states"]:
            check_ages(row, counted[name][row["state"]])


def check_ages(row: dict[str, Any], counted: list[tuple[int, int, str | None]]) -> None:
    seconds = [each for each, _, _ in counted]
    assert row["leads"] == len(counted)
    assert times(row) == recount.spread(seconds)
    below = [0, *BOUNDS, float("inf")]
    assert [age["leads"] for age in row["ages"]] == [
        sum(low <= each < high for each in seconds) for low, high in pairwise(below)
    ]
    oldest = sorted(counted, key=lambda each: (-each[0], each[1]))[:5]
    assert [(old["elapsed_seconds"], old["lead"], old["owner"]) for old in row["oldest"]] == oldest


@on_one_database
def test_reports_of_an_empty_log_are_empty(app: Engine) -> None:
    assert handoffs(app, by="owner")["groups"] == {}
    assert (handoffs(app)["ways"], waste(app)["parties"], funnel(app)["states"]) == ([], {}, [])
    assert aging(app, by="team") == {
        "settled_to": "2026-03-06T13:30:00Z", "open": 0, "states": [], "by": "team", "groups": {},
    }  # fmt: skip


def test_the_instants_of_a_lead_never_go_back(weeks: Engine) -> None:
    """So what came of a period lies nowhere before it, and need not be looked for there."""
    for entries in recount.streams(weeks, END).values():
        assert all(one.at <= other.at for one, other in pairwise(entries))
