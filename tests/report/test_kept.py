"""What reports read from rows of handoffs, touches and ends is, to the letter, what the log alone tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from support.both_ways import AT, differing, eventful, rows_tell, some_questions, tell
from support.office import ANNA, BO, CIA, DAY, MONDAY, Present, handed_over
from support.weeks import END, START, THEN
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.passages.rebuild import rebuild
from slaflow.exchange.archive.run import archive
from slaflow.report.handoffs import handoffs
from slaflow.store.database import Database
from slaflow.store.tables.workflows import workflow_version


@pytest.fixture
def busy(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(eventful), now=Present(AT))


def test_rows_tell_what_the_log_tells(busy: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late and out of turn, returned and reopened, under two versions; then erased, then made anew."""
    assert rows_tell(busy)
    assert differing(busy, monkeypatch, some_questions()) == []
    told = handoffs(busy, at=AT)
    assert {way["direction"] for way in told["ways"]} == {"forward", "return", "reopened"}
    for lead in (2, 3, 5):
        busy.erase(lead, "asked for", "sales", at=AT)
    assert rows_tell(busy)
    before = tell(busy)
    assert differing(busy, monkeypatch, told=before) == []
    assert rebuild(busy).handoffs == told["handoffs"]
    assert tell(busy) == before
    assert busy.replay().ok


def test_open_time_is_reckoned_anew_where_people_or_holidays_are_others(
    busy: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tell(busy)
    for email in (ANNA, BO, CIA):
        busy.add_person(email, "sales", team="", at=START)
    moved = tell(busy)
    assert moved != before
    assert differing(busy, monkeypatch, told=moved) == []
    with busy.database.write() as conn:
        days = json.dumps({"SE": [str((START + n * DAY).date()) for n in range(4, 9)]})
        conn.execute(update(workflow_version).values(holidays=days))
    again = Engine(busy.database, now=busy.now)
    others = tell(again)
    assert others != moved
    assert differing(again, monkeypatch, told=others) == []


def test_of_the_past_and_of_what_somebody_blanked_only_the_log_tells(busy: Engine) -> None:
    assert not rows_tell(busy, THEN)
    with busy.database.write() as conn:
        conn.exec_driver_sql("UPDATE entry SET data = NULL WHERE lead = 2")
    assert not rows_tell(busy)


def test_an_archive_takes_the_rows_along(
    busy: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over = handoffs(busy, at=AT)["handoffs"]
    assert archive(busy, END, tmp_path, at=AT).leads > 0
    assert rows_tell(busy)
    assert 0 < handoffs(busy, at=AT)["handoffs"] < handed_over
    assert differing(busy, monkeypatch) == []


def test_what_was_done_at_the_very_instant_of_the_next_handoff_is_not_before_it(
    app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = handed_over(app)
    app.record(lead, "call", BO, at=MONDAY)
    app.fire(lead, "return", BO, {"return_reason": "no_fit"}, at=MONDAY)
    assert handoffs(app, at=AT)["ways"][0]["never_touched"] == 1
    assert differing(app, monkeypatch) == []
