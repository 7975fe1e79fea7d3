"""A backtest of a whole database: the record as reports tell it, by any number of processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.archiving import archived, at_rest, files, six_leads
from support.hands import hands
from support.office import (
    AGREEMENT,
    DAY,
    FRIDAY,
    Present,
    a_history,
    one_by_one,
    staffed,
    the_log,
)  # fmt: skip
from support.recorded import weeks_owed
from support.weeks import END
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.backtest import run, shards
from slaflow.engine.backtest.question import NothingRecorded
from slaflow.engine.log import workers
from slaflow.engine.log.workers import Workers
from slaflow.errors import InvalidValue, UnknownName
from slaflow.report.backtest import against_record
from slaflow.report.commitments import commitments
from slaflow.report.sla import sla
from slaflow.store.database import Database
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow

LATER = FRIDAY + 40 * DAY
COUNTS = (
    "owed_by", "started", "met", "met_late", "breached", "running", "cancelled", "passed_on", "lifted",
    "met_rate", "ever_broken", "gross_met_rate",
)  # fmt: skip


def three_weeks(database: Database) -> None:
    """Random leads, some breaches lifted, ticked at the end."""
    app = staffed(Engine(database, now=Present(LATER)))
    one_by_one(app, a_history(app.active(), 11, leads=9, events=120), LATER)
    app.tick(LATER)
    app.lift_all(FRIDAY, FRIDAY + 9 * DAY, "the phones were down", "marketing", target="respond", at=LATER)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(three_weeks), now=Present(LATER))


def draft(text: str = AGREEMENT, *changes: tuple[str, str]) -> Workflow:
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return load_workflow(text).require()


HALF = ("within: 4h", "within: 2h")


def told(app: Engine, text: Workflow, **given: Any) -> dict[str, Any]:
    found = against_record(app, text, "draft.yaml", **given)
    assert found.pop("seconds") >= 0
    found.pop("entries_per_second")
    return found


def side(found: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        target: {key: each[name][key] for key in COUNTS}
        for target, each in found["targets"].items()
        if each[name] is not None
    }


def of_the_report(app: Engine, **given: Any) -> dict[str, Any]:
    report = sla(app, given.get("start"), given.get("end"), at=given.get("at"))
    return {target: {key: each[key] for key in COUNTS} for target, each in report["targets"].items()}


@pytest.mark.parametrize("days", [3, 9, 40])
def test_the_recorded_side_is_what_the_report_tells(app: Engine, days: int) -> None:
    at = FRIDAY + days * DAY
    for period in ({}, {"start": FRIDAY + 2 * DAY, "end": FRIDAY + 6 * DAY}):
        found = told(app, draft(AGREEMENT, HALF), at=at, **period)
        assert side(found, "recorded") == of_the_report(app, at=at, **period)


def test_medians_are_those_of_the_report_within_one_percent(app: Engine) -> None:
    report, found = sla(app, at=LATER), told(app, draft(AGREEMENT, HALF), at=LATER)
    for name, target in report["targets"].items():
        for key in ("median_seconds", "p90_seconds"):
            assert found["targets"][name]["recorded"][key] == pytest.approx(target[key], rel=0.01)


def test_the_text_in_force_makes_no_difference(app: Engine) -> None:
    lines: list[dict[str, Any]] = []
    found = told(app, draft(), at=LATER, lines=lines.extend)
    assert (found["differences"], found["diverged"], lines) == (0, 0, [])
    assert (found["impossible"], found["possible"], found["left_out"]) == ([], [], [])
    assert side(found, "recorded") == side(found, "would_be")
    assert found["handoffs"]["recorded"] == found["handoffs"]["would_be"] > 0
    assert found["recorded"] == [found["digest"]]


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[[str, int], Workers]]:
    with hands(2) as lent:
        yield lent


def test_several_processes_find_the_same(
    app: Engine, started: Callable[[str, int], Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "Workers", started)
    monkeypatch.setattr(run, "PART", 2)
    monkeypatch.setattr(shards, "PAGE", 1)
    by_one: list[dict[str, Any]] = []
    by_two: list[dict[str, Any]] = []
    text = draft(AGREEMENT, HALF)
    one = told(app, text, at=LATER, lines=by_one.extend)
    assert one == told(app, text, at=LATER, lines=by_two.extend, jobs=2)
    assert by_one == by_two != []
    assert [line["lead"] for line in by_one] == sorted(line["lead"] for line in by_one)


def test_it_writes_nothing(app: Engine) -> None:
    before = the_log(app)
    told(app, draft(AGREEMENT, HALF), at=LATER)
    assert the_log(app) == before
    assert app.verify().ok


def test_erased_leads_are_left_out(app: Engine) -> None:
    app.erase(2, "asked for", "sales", at=LATER)
    found = told(app, draft(), at=LATER)
    assert found["left_out"] == [{"stream": "lead:2", "reason": "erased"}]
    assert (found["leads"], found["differences"]) == (8, 0)


def test_periods_are_measured_as_if_the_draft_had_always_been_in_force(
    world_of: Callable[[Fill], Database],
) -> None:
    app = Engine(world_of(weeks_owed), now=Present(END))
    text = app.active()
    found = told(app, load_workflow(text.source).require(), at=END)
    rows = commitments(app, at=END)["commitments"]
    assert {(name, row["period"]) for name, rows in found["commitments"].items() for row in rows} == {
        (row["commitment"], row["period"]) for row in rows
    }
    closed = {(row["commitment"], row["period"]) for row in rows if row["status"] == "closed"}
    assert closed
    for name, periods in found["commitments"].items():
        for row in periods:
            if (name, row["period"]) in closed:
                assert row["recorded"] == row["would_be"], (name, row)


def test_what_cannot_be_asked_is_told_in_one_line(app: Engine) -> None:
    text = draft()
    for given, kind in (
        ({"name": "nobodys"}, UnknownName),
        ({"at": FRIDAY - DAY}, NothingRecorded),
        ({"given": {"retrun": {"x": "1"}}}, UnknownName),
        ({"given": {"return": {"x": "1"}}}, UnknownName),
        ({"given": {"return": {"return_reason": "nothing"}}}, InvalidValue),
    ):
        with pytest.raises(kind) as error:
            told(app, text, **given)
        assert "\n" not in str(error.value)


def test_archived_leads_are_told_from_their_files(
    world_of: Callable[[Fill], Database], tmp_path: Path
) -> None:
    app = at_rest(world_of(six_leads))
    text = load_workflow(app.active().source.replace("within: 4h", "within: 5h")).require()
    whole: list[dict[str, Any]] = []
    before = told(app, text, lines=whole.extend)
    archived(app, tmp_path)
    found = told(app, text)
    assert {each["reason"] for each in found["left_out"]} == {
        "its entries are archived; give --archive DIR to read them"
    }
    lines: list[dict[str, Any]] = []
    assert told(app, text, archived=files(app, tmp_path), lines=lines.extend) == before
    assert lines == whole
