"""Figures are counted beside the pages, shown with their instant, and never older or other than they say."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support.office import Present, handed_over, on_one_database
from support.recorded import LATER, counted, weeks_owed
from support.weeks import START
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.figures import kept
from slaflow.engine.figures.counting import Counter
from slaflow.engine.figures.kept import Place
from slaflow.report.record.reports import COUNTS, REPORTS, REVIEW, SCOREBOARD, looked_at_first, period_text
from slaflow.report.sla import sla
from slaflow.store.database import Database

MINUTES = timedelta(minutes=6)


@pytest.fixture
def busy(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    present.at = LATER
    return Engine(world_of(weeks_owed), now=present)


def test_nothing_is_shown_before_it_was_counted_and_then_it_is_the_commands_own(busy: Engine) -> None:
    kept.begin(busy, looked_at_first(busy))
    assert kept.show(busy, Place("sla")) == kept.Shown(None, None, is_coming=True, is_old=False)
    assert {place.report for place in counted(busy)} == {*REPORTS, SCOREBOARD}
    for name, report in REPORTS.items():
        shown = kept.show(busy, Place(name))
        assert shown.figures is not None
        assert shown.at == busy.now()
        told = {key: value for key, value in shown.figures.items() if key != "behind"}
        assert told == report(busy), name
        assert (shown.is_coming, shown.is_old) == (False, False)


def test_a_period_and_groups_are_the_commands_own(busy: Engine) -> None:
    month = START, START + timedelta(days=10)
    for by in ("owner", "month", "country"):
        kept.ask(busy, Place("sla", period=period_text(*month), grouping=by))
    assert len(counted(busy)) == 3
    for by in ("owner", "month", "country"):
        shown = kept.show(busy, Place("sla", period=period_text(*month), grouping=by)).figures
        assert shown is not None
        behind = {"behind": shown["behind"]}
        assert shown == {**sla(busy, *month, by=by), **behind}


def test_the_leads_behind_a_figure_are_those_it_counts(busy: Engine) -> None:
    kept.begin(busy, [Place("sla"), Place("handoffs"), Place("losses"), Place("funnel")])
    counted(busy)
    figures = kept.show(busy, Place("sla")).figures
    assert figures is not None
    behind = {tuple(each["kind"]): each["leads"] for each in figures["behind"]}
    for name, target in figures["targets"].items():
        for outcome in ("met", "met_late", "breached", "running", "cancelled", "lifted"):
            assert bool(target[outcome]) == ((name, outcome) in behind), (name, outcome)
            assert len(behind.get((name, outcome), ())) <= target[outcome]


def test_they_are_renewed_seldom_and_at_once_where_somebody_asks(busy: Engine, present: Present) -> None:
    place = Place("sla")
    kept.begin(busy, [place])
    assert counted(busy) == [place]
    first = kept.show(busy, place)
    handed_over(busy, "new", present.at)
    assert kept.show(busy, place) == kept.Shown(first.figures, first.at, is_coming=False, is_old=True)
    assert counted(busy) == []
    present.at += MINUTES
    assert kept.show(busy, place) == kept.Shown(first.figures, first.at, is_coming=True, is_old=True)
    assert counted(busy) == [place]
    assert kept.show(busy, place).at == present.at
    kept.ask(busy, place)
    assert counted(busy) == [place], "nothing new, but asked for"


def test_what_somebody_reads_is_renewed_and_what_nobody_reads_is_forgotten(
    busy: Engine, present: Present
) -> None:
    place = Place("funnel")
    kept.begin(busy, [place])
    counted(busy)
    handed_over(busy, "new", present.at)
    present.at += MINUTES
    counter = Counter(busy, COUNTS)
    counter.ask_for_old()
    assert list(counter.round()) == [place]
    present.at += timedelta(days=2)
    handed_over(busy, "later", present.at)
    counter.ask_for_old()
    assert list(counter.round()) == [], "nobody has read it since"
    present.at += timedelta(days=15)
    counter.ask_for_old()
    assert not kept.is_any(busy)


def later(row: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(other["commitment"] == row["commitment"] and other["to"] > row["to"])


def test_a_scoreboard_tells_what_the_reports_tell(busy: Engine) -> None:
    name = busy.active().name
    kept.begin(busy, [Place(SCOREBOARD, name)])
    counted(busy)
    board = kept.show(busy, Place(SCOREBOARD, name)).figures
    assert board is not None
    rows = REPORTS["commitments"](busy)["commitments"]
    running = [row for row in rows if row["status"] != "closed"]
    running = [row for row in running if sum(later(row, each) for each in running) < 2]
    assert [{k: v for k, v in each.items() if k != "behind"} for each in board["commitments"]] == running
    for each in board["commitments"]:
        if days := each["behind"]["days"]:
            assert days[-1]["total"] == each["figure"], each["commitment"]
    assert {row["period"] for row in board["past"]} <= {row["period"] for row in rows}


def test_a_review_has_the_record_that_is_signed(busy: Engine) -> None:
    rows = REPORTS["commitments"](busy)["commitments"]
    name, period = busy.active().name, rows[0]["period"]
    kept.ask(busy, Place(REVIEW, name, period))
    counted(busy)
    shown = kept.show(busy, Place(REVIEW, name, period)).figures
    assert shown is not None
    assert shown["review"] == busy.review(name, period)


def test_after_an_erasure_nothing_of_a_person_is_kept(busy: Engine, present: Present) -> None:
    place = Place("sla", grouping="email")
    kept.ask(busy, place)
    counted(busy)
    assert "lead3@example.com" in str(kept.show(busy, place).figures)
    busy.erase(3, "she asked for it", "system")
    assert kept.show(busy, place).figures is None
    counted(busy)
    told = str(kept.show(busy, place).figures)
    assert "lead3@example.com" not in told
    assert "lead4@example.com" in told


def test_what_was_counted_while_a_lead_was_erased_is_counted_over(busy: Engine) -> None:
    place = Place("sla", grouping="email")
    kept.ask(busy, place)

    def count(app: Engine, place: Place) -> Any:
        figures = COUNTS["sla"](app, place)
        if "lead3@example.com" in str(figures):
            Engine(app.database, now=app.now).erase(3, "she asked for it", "system")
        return figures

    read = Engine(Database(busy.database.url), now=busy.now)
    assert list(Counter(read, {"sla": count}).round()) == [place]
    assert "lead3@example.com" not in str(kept.show(busy, place).figures)
    read.database.dispose()


@on_one_database
def test_what_cannot_be_counted_is_left_and_the_rest_is_counted(
    busy: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    gone = Place(SCOREBOARD, "nothing-of-the-kind")
    kept.begin(busy, [gone, Place("sla")])
    assert counted(busy) == [Place("sla")]
    assert "scoreboard of everything was not counted" in caplog.text
    assert counted(busy) == []


@on_one_database
def test_no_more_are_kept_than_so_many(busy: Engine, present: Present, monkeypatch: Any) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    for number in range(5):
        present.at += timedelta(minutes=1)
        kept.ask(busy, Place("sla", period=f"2026-01-0{number + 1}T00:00:00+00:00/"))
    assert len(counted(busy)) == 3


KILLED = """
    import os, signal, sys
    from slaflow.engine.app import Engine
    from slaflow.engine.figures.counting import Counter

    def count(app, place):
        os.kill(os.getpid(), signal.SIGKILL)

    list(Counter(Engine(sys.argv[1]), {"sla": count}).round())
"""


def test_whoever_is_killed_midway_leaves_the_old_figures(busy: Engine, present: Present) -> None:
    place = Place("sla")
    kept.begin(busy, [place])
    counted(busy)
    before = kept.show(busy, place)
    kept.ask(busy, place)
    code = textwrap.dedent(KILLED).replace("Engine(sys.argv[1])", "Engine(sys.argv[1], now=lambda: NOW)")
    code = f"from datetime import datetime\nNOW = datetime.fromisoformat({present.at.isoformat()!r})\n{code}"
    ended = subprocess.run([sys.executable, "-c", code, busy.database.url], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    after = kept.show(busy, place)
    assert (after.figures, after.at, after.is_coming) == (before.figures, before.at, True)
    assert counted(busy) == [], "it is still in the other's hand"
    present.at += timedelta(minutes=5, seconds=1)
    assert counted(busy) == [place]
