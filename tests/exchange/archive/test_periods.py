"""What commitments count leaves the log only once it is counted; what comes later adds to what stood."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.archiving import DAY, MARCH, NOW, a_lead, everywhere
from support.builders import utc
from support.small import AGREEMENT

from slaflow.engine.app import Engine
from slaflow.exchange.archive.run import archive
from slaflow.store.database import Database

pytestmark = everywhere

COMMITMENTS = """
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 2}
  answered: {owed_by: sales, every: month, share: {met: respond}, at_least: 50%, matures: 5d}
"""
APRIL_IS_OVER = utc("2026-04-30T22:00")
LATER = NOW + 40 * DAY


@pytest.fixture
def app(database: Database) -> Engine:
    """Four leads of March, won the day after they came, which breaks what sales promised."""
    engine = Engine(database, now=lambda: LATER)
    engine.activate(AGREEMENT + COMMITMENTS, at=MARCH - DAY)
    for number in (1, 2, 3, 4):
        won(engine, number, MARCH + number * DAY)
    return engine


def won(engine: Engine, number: int, at: datetime) -> None:
    a_lead(engine, number, at)
    engine.fire(number, "win", "sales", {"amount": "100"}, at=at + DAY)


def stated(engine: Engine) -> list[tuple[str, str, Any]]:
    """(commitment, period, figure) of every statement, in order."""
    return [
        (entry.target or "", entry.data["period"], entry.data["figure"])
        for entry in engine.log()
        if entry.kind == "commitment"
    ]


def test_leads_of_a_period_that_no_tick_closed_stay(app: Engine, tmp_path: Path) -> None:
    report = archive(app, APRIL_IS_OVER, tmp_path)
    assert (report.leads, report.unclosed) == (0, {"small": utc("2026-01-31T23:00")})
    app.tick(LATER)
    assert ("volume", "2026-03", 4) in stated(app)
    assert archive(app, APRIL_IS_OVER, tmp_path).leads == 4


def test_leads_of_a_period_that_still_matures_stay(app: Engine, tmp_path: Path) -> None:
    """April is over for volume, and for what sales owes four days later."""
    won(app, 5, APRIL_IS_OVER - 3 * DAY)
    app.tick(APRIL_IS_OVER + 4 * DAY)
    report = archive(app, APRIL_IS_OVER, tmp_path)
    assert (report.leads, report.unclosed) == (4, {"small": utc("2026-03-31T22:00")})
    assert report.as_json()["unclosed"] == {"small": "2026-03-31T22:00:00Z"}
    app.tick(APRIL_IS_OVER + 6 * DAY)
    assert stated(app)[-1] == ("answered", "2026-04", "0")
    assert archive(app, APRIL_IS_OVER, tmp_path).leads == 1


def test_leads_of_a_period_that_waits_to_be_restated_stay(app: Engine, tmp_path: Path) -> None:
    app.tick(APRIL_IS_OVER)
    won(app, 5, MARCH + 10 * DAY)
    assert archive(app, APRIL_IS_OVER - 20 * DAY, tmp_path).leads == 0
    app.tick(APRIL_IS_OVER + DAY)
    assert stated(app)[-2:] == [("volume", "2026-03", 5), ("answered", "2026-03", "0")]
    assert archive(app, APRIL_IS_OVER - 20 * DAY, tmp_path).leads == 5


def test_a_period_is_restated_from_what_stood(app: Engine, tmp_path: Path) -> None:
    app.tick(APRIL_IS_OVER)
    assert archive(app, APRIL_IS_OVER - 20 * DAY, tmp_path).leads == 4
    won(app, 5, MARCH + 10 * DAY)
    app.lift(5, "respond", "the phones were down", "marketing", at=APRIL_IS_OVER + DAY)
    app.tick(APRIL_IS_OVER + 2 * DAY)
    assert ("volume", "2026-03", 5) in stated(app)
    assert stated(app)[-1] == ("answered", "2026-03", "0.2"), "one of five, as if none had been archived"
    assert app.verify().ok


def test_what_is_told_of_an_archived_lead_restates_nothing(app: Engine, tmp_path: Path) -> None:
    app.tick(APRIL_IS_OVER)
    before = stated(app)
    archive(app, APRIL_IS_OVER - 20 * DAY, tmp_path)
    app.lift(1, "respond", "the phones were down", "marketing", at=APRIL_IS_OVER + DAY)
    app.record(2, "call", "sales", at=APRIL_IS_OVER + DAY, occurred_at=MARCH + 3 * DAY)
    app.tick(APRIL_IS_OVER + 2 * DAY)
    assert stated(app) == before
