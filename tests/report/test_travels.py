"""Losses, content and journey against the same figures counted from the log in plain Python."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import pytest
from support import recount, travels
from support.both_ways import differing, rows_tell, some_questions
from support.office import DAY, HOUR, Present
from support.weeks import END, START, THEN
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.log.entry import Entry
from slaflow.report.content import content
from slaflow.report.findings import FINDINGS
from slaflow.report.funnel import funnel
from slaflow.report.journey import journey
from slaflow.report.losses import losses
from slaflow.report.plots.draw import drawn
from slaflow.report.question import UnknownGrouping
from slaflow.store.database import Database

PERIODS = [(None, None, END), (START + 2 * DAY, START + 9 * DAY, END), (None, None, THEN)]
periods = pytest.mark.parametrize("period", PERIODS, ids=["all", "a week", "as of then"])
Period = tuple[datetime | None, datetime | None, datetime]


@pytest.fixture(scope="module")
def told(office_of: Callable[[Fill], Engine]) -> Engine:
    """Weeks of leads under an agreement that speaks of the journey."""
    return office_of(travels.travelling)


def one(_: object) -> str:
    return ""


def by_owner(entry: Entry) -> str:
    return entry.owner or recount.NONE


def check_losses(figures: dict[str, Any], counted: Any) -> None:
    assert {(way["what"], way["state"]) for way in figures["ways"]} == set(counted)
    for way in figures["ways"]:
        reasons, elapsed, seconds, touches = counted[way["what"], way["state"]]
        assert {(r["reason"], r["trigger"], r["gave"]): r["endings"] for r in way["reasons"]} == Counter(
            reasons
        )
        assert (way["elapsed_seconds"], way["open_seconds"]) == (
            recount.spread(elapsed),
            recount.spread(seconds),
        )
        assert way["touches"] == touches
        assert way["endings"] == len(elapsed)


@periods
def test_losses_are_those_of_the_log(told: Engine, period: Period) -> None:
    start, end, at = period
    figures = losses(told, start, end, at=at)
    assert orjson.loads(orjson.dumps(figures)) == figures
    check_losses(figures, travels.ends(told, at, start, end, one)[""])


def test_groups_of_losses_are_by_who_had_the_lead(told: Engine) -> None:
    counted = travels.ends(told, END, None, None, by_owner)
    groups = losses(told, at=END, by="owner")["groups"]
    assert list(groups) == sorted(counted)
    for name, figures in groups.items():
        check_losses(figures, counted[name])


def check_content(figures: dict[str, Any], counted: Any) -> None:
    assert {(row["activity"], row["party"]) for row in figures["kinds"]} == set(counted)
    for row in figures["kinds"]:
        of = counted[row["activity"], row["party"]]
        for name in ("touches", "leads", "misfit", "over_pace"):
            assert row[name] == of.get(name, 0), (row, name)
        assert row["stages"] == of["stages"]
        for what, places in row["before"].items():
            assert places == {place: of["before"][what, place] for place in places}


@periods
def test_content_is_what_the_log_shows(told: Engine, period: Period) -> None:
    start, end, at = period
    figures = content(told, start, end, at=at)
    assert orjson.loads(orjson.dumps(figures)) == figures
    check_content(figures, travels.kinds(told, at, start, end, one)[""])
    assert sum(row["misfit"] for row in figures["kinds"]) > 0
    assert sum(row["over_pace"] for row in figures["kinds"]) > 0


@pytest.mark.parametrize("by", ["owner", "touch.content"])
def test_groups_of_content_are_those_of_the_touch(told: Engine, by: str) -> None:
    def group(entry: Entry) -> str:
        return by_owner(entry) if by == "owner" else entry.data["fields"].get("content") or recount.NONE

    counted = travels.kinds(told, END, None, None, group)
    groups = content(told, at=END, by=by)["groups"]
    assert list(groups) == sorted(counted)
    for name, figures in groups.items():
        check_content(figures, counted[name])


def check_journey(figures: dict[str, Any], counted: Any) -> None:
    shown = {row["stage"]: row["states"] for row in figures["stages"] if row["leads"]}
    assert shown == counted
    assert figures["open"] == sum(states.total() for states in counted.values())


@pytest.mark.parametrize("at", [END, THEN], ids=["now", "as of then"])
def test_prospects_are_where_their_touches_have_brought_them(told: Engine, at: datetime) -> None:
    figures = journey(told, at=at)
    assert orjson.loads(orjson.dumps(figures)) == figures
    check_journey(figures, travels.stages(told, at, one)[""])
    for name, groups in travels.stages(told, at, lambda entries: entries[-1].owner or recount.NONE).items():
        check_journey(journey(told, at=at, by="owner")["groups"][name], groups)


@periods
def test_each_sides_work_is_told_by_stage(told: Engine, period: Period) -> None:
    start, end, at = period
    counted = Counter(
        (each.data["stage"], each.party, each.data["activity"])
        for entries in recount.streams(told, at).values()
        for each in entries
        if each.kind == "activity" and travels.within(each, start, end)
    )
    shown = {
        (row["stage"], party, kind): number
        for row in journey(told, start, end, at=at)["stages"]
        for party, of in row["touches"].items()
        for kind, number in of["kinds"].items()
    }
    assert shown == counted


def test_rows_tell_what_the_log_tells(told: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By owner and team, by month and country too, with stages, misfits and too many approaches."""
    assert rows_tell(told)
    assert differing(told, monkeypatch, some_questions()) == []


@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True, scope="module")
@pytest.mark.parametrize("report", [losses, content, journey], ids=lambda each: each.__name__)
def test_a_plot_says_the_finding(told: Engine, report: Any, kind_of_database: str) -> None:
    figures = report(told, at=END)
    svg = drawn(report.__name__, figures, "svg").decode()
    assert FINDINGS[report.__name__](figures)[:20] in svg
    assert drawn(report.__name__, report(told, at=END, by="owner"), "svg")
    assert drawn(report.__name__, report(told, at=START.replace(year=2020)), "svg")


def test_a_slip_in_what_to_group_by_names_the_nearest(told: Engine) -> None:
    with pytest.raises(UnknownGrouping, match=r'did you mean "touch\.content"'):
        content(told, by="touch.contnet")
    with pytest.raises(UnknownGrouping):
        losses(told, by="touch.content")


def test_every_figure_stays_when_leads_are_erased(world_of: Callable[[Fill], Database]) -> None:
    """Those by who brought the lead too, which the log says of every lead; some as of then, by chance."""
    app = Engine(world_of(travels.staffed_and_travelling), now=Present(END))
    app.add({"email": "own@example.com", "country": "SE"}, "sales", at=END)
    asked = [(losses, None), (losses, "owner"), (content, None), (content, "touch.content"), (journey, None)]
    asked += [(funnel, "source"), (journey, "sourced_by")]
    before = [report(app, at=END, by=by) for report, by in asked]
    some = random.sample(asked, 3)
    then = [report(app, at=THEN, by=by) for report, by in some]
    assert {name: of["leads"] for name, of in before[5]["groups"].items()} == {"marketing": 20, "sales": 1}
    for lead in (2, 3, 5, 8):
        app.erase(lead, "asked for", "sales", at=END + HOUR)
    assert [report(app, at=END, by=by) for report, by in asked] == before
    assert [report(app, at=THEN, by=by) for report, by in some] == then
