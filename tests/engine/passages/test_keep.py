"""The rows of handoffs, touches and ends: kept with the log, found to differ, made anew, and their cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.both_ways import AT, eventful, rows_tell, tell
from support.office import BO, FRIDAY, HOUR, MONDAY, Present, handed_over, on_one_database, statements
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.passages import rebuild
from slaflow.engine.setup import doctor, schema
from slaflow.store import schema as tables
from slaflow.store.database import Database


@pytest.fixture
def busy(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(eventful), now=Present(AT))


def amiss(app: Engine) -> list[str]:
    return [check.detail for check in doctor.examine(app) if check.name == "handoffs"]


def about_rows(sent: list[str]) -> list[str]:
    return [each.split()[0] for each in sent if "passage" in each]


def alter(app: Engine, change: str) -> None:
    with app.database.write() as conn:
        conn.exec_driver_sql(change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE passage SET is_held = NOT is_held",
        "UPDATE passage SET first_touch = 1 + coalesce(first_touch, 0)",
        "DELETE FROM passage WHERE id = (SELECT max(id) FROM passage)",
        "UPDATE touch SET how = '[null,1,0,0]'",
        "UPDATE ending SET open = open + 1",
        "DELETE FROM ending",
    ],
)
@on_one_database
def test_a_row_that_is_not_what_the_log_says_is_found_and_mended(busy: Engine, change: str) -> None:
    assert (amiss(busy), busy.replay().rows) == ([], [])
    alter(busy, change)
    assert amiss(busy)[0].endswith("not what the log comes to; run 'slaflow db rebuild'")
    assert busy.replay().rows[0].reason == (
        "the rows of its handoffs are not what the log comes to; run 'slaflow db rebuild'"
    )
    rebuild.rebuild(busy)
    assert (amiss(busy), busy.replay().ok) == ([], True)


@on_one_database
def test_a_rebuild_that_is_cut_off_leaves_reports_as_they_are(
    busy: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, pages = tell(busy), iter([[1, 2, 3]])
    alter(busy, "DELETE FROM passage WHERE lead > 3")
    monkeypatch.setattr(rebuild, "_page", lambda *_: next(pages))
    with pytest.raises(StopIteration):
        rebuild.rebuild(busy)
    monkeypatch.undo()
    assert tell(busy) == before
    assert amiss(busy) == ["not every handoff has its row, and reports take longer; run 'slaflow db rebuild'"]
    assert rebuild.rebuild(busy).leads == 14
    assert rows_tell(busy)
    assert tell(busy) == before


def test_an_upgrade_makes_the_rows_of_the_log_that_is_there(busy: Engine) -> None:
    before = tell(busy)
    schema.downgrade(busy, "0006")
    tables.upgrade(busy.database)
    assert not rows_tell(busy)
    schema.upgrade(busy)
    assert rows_tell(busy)
    assert tell(busy) == before


@on_one_database
def test_what_moves_no_lead_and_is_no_activity_costs_nothing(app: Engine) -> None:
    lead = handed_over(app, at=FRIDAY)
    with statements() as sent:
        app.tick(MONDAY + HOUR)
    assert about_rows(sent) == []
    with statements() as sent:
        app.record(lead, "call", BO, at=MONDAY + HOUR)
    assert about_rows(sent) == ["SELECT", "UPDATE"]
    assert row_of(app, lead)["touched_again_at"] is None


def row_of(app: Engine, lead: int) -> dict[str, Any]:
    with app.database.read() as conn:
        return dict(conn.exec_driver_sql(f"SELECT * FROM passage WHERE lead = {lead}").mappings().one())
