"""A lead handed over on Friday: one story through the whole engine, with the same log on every database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.builders import utc
from support.office import ANNA, BO, MIA, Present, staffed, the_log

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.report.sla import sla
from slaflow.store.database import Database
from slaflow.store.rows.outbox import list_messages


def at(text: str) -> datetime:
    """A moment of that March in Stockholm, as in ``at("06 14:30")``."""
    return utc(f"2026-03-{text.replace(' ', 'T')}:00+01:00")


def the_story(app: Engine, *, ticks: bool) -> int:
    """Marketing hands Kim over on Friday afternoon; sales breaks a promise, qualifies, and wins."""
    kim = app.add({"email": "Kim@Example.com", "country": "SE"}, "marketing", at=at("06 10:00"))["id"]
    app.record(kim, "visit", "lead", at=at("06 11:00"))
    app.record(kim, "demo", "lead", at=at("06 14:30"))
    if ticks:
        for day in ("06 16:31", "09 08:00", "09 10:30", "09 10:31"):
            app.tick(at(day))
    app.fire(kim, "accept", BO, at=at("09 11:15"))
    app.record(kim, "call", BO, {"outcome": "asked for a call on Thursday"}, at=at("09 11:20"))
    app.change(kim, {"callback_on": "2026-03-12"}, BO, at=at("09 11:25"))
    app.record(kim, "call", BO, at=at("12 10:00"))
    with pytest.raises(Refused, match=r"check\.value"):
        app.fire(kim, "win", BO, {"amount": "12500.00"}, at=at("12 10:05"))
    app.answer(kim, "value", BO, {"expected_value": "12500.00"}, at=at("12 10:10"))
    app.fire(kim, "win", BO, {"amount": "12500.00"}, at=at("12 10:15"))
    app.tick(at("20 10:00"))
    return int(kim)


THE_LOG = [
    ("06 10:00", "created", None), ("06 10:00", "assigned", None), ("06 10:00", "clock_started", "triage"),
    ("06 11:00", "activity", None),
    ("06 14:30", "activity", None), ("06 14:30", "transition", "promote"),
    ("06 14:30", "clock_met", "triage"), ("06 14:30", "assigned", None),
    ("06 14:30", "clock_started", "respond"), ("06 14:30", "clock_started", "first_contact"),
    ("06 16:30", "warned", "respond"), ("09 09:42", "warned", "respond"), ("09 10:30", "breached", "respond"),
    ("09 10:30", "assigned", None),
    ("09 11:15", "transition", "accept"), ("09 11:15", "met_late", "respond"),
    ("09 11:15", "clock_started", "keep_warm"),
    ("09 11:20", "activity", None), ("09 11:20", "clock_met", "keep_warm"),
    ("09 11:20", "clock_started", "keep_warm"),
    ("09 11:25", "changed", None), ("09 11:25", "clock_started", "callback"),
    ("09 17:00", "breached", "first_contact"),
    ("11 17:00", "breached", "keep_warm"),
    ("12 10:00", "activity", None), ("12 10:00", "clock_met", "callback"),
    ("12 10:00", "met_late", "keep_warm"), ("12 10:00", "clock_started", "keep_warm"),
    ("12 10:05", "refused", "win"),
    ("12 10:10", "checked", None),
    ("12 10:15", "transition", "win"), ("12 10:15", "clock_cancelled", "first_contact"),
    ("12 10:15", "clock_cancelled", "keep_warm"),
]  # fmt: skip


@pytest.fixture
def app(database: Database) -> Engine:
    return staffed(Engine(database, now=Present(at("06 09:00"))))


@pytest.fixture
def elsewhere(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a SQLite file of its own."""
    file = tmp_path / "elsewhere.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield staffed(Engine(database, now=Present(at("06 09:00"))))
    database.dispose()


@pytest.mark.parametrize("ticks", [True, False])
def test_a_lead_handed_over_on_friday_is_told_step_by_step(app: Engine, ticks: bool) -> None:
    kim = the_story(app, ticks=ticks)
    log = the_log(app, kim)
    assert [told(entry) for entry in log] == [(f"{at(when):%d %H:%M}", *rest) for when, *rest in THE_LOG]
    assert app.verify().bad is None


def test_the_log_is_the_same_whatever_the_database_and_the_ticks(app: Engine, elsewhere: Engine) -> None:
    """To the last key of every entry; only ids, ``recorded_at`` and the hashes over it differ."""
    the_story(app, ticks=True)
    the_story(elsewhere, ticks=False)
    assert the_log(app) == the_log(elsewhere)
    shown = [engine.show(1, at=at("20 10:00")) for engine in (app, elsewhere)]
    assert shown[0] == shown[1]


def told(entry: dict[str, Any]) -> tuple[str, str, str | None]:
    return f"{utc(entry['at']):%d %H:%M}", entry["kind"], entry["trigger"] or entry["target"]


def test_what_everybody_is_left_with(app: Engine) -> None:
    kim = the_story(app, ticks=True)
    lead = app.show("kim@example.com", at=at("20 10:00"))
    assert (lead["id"], lead["state"], lead["owner"], lead["cycles"]) == (kim, "won", BO, 1)
    assert [(c["target"], c["number"], c["status"]) for c in lead["clocks"]] == [
        ("triage", 1, "met"), ("respond", 1, "met_late"), ("first_contact", 1, "breached"),
        ("callback", 1, "met"), ("keep_warm", 1, "met"), ("keep_warm", 2, "met_late"),
        ("keep_warm", 3, "cancelled"),
    ]  # fmt: skip
    report = sla(app, at=at("20 10:00"))
    assert report["parties"] == {
        "marketing": {"met_rate": 1.0, "breached": 0},
        "sales": {"met_rate": 0.4, "breached": 1},
    }
    with app.database.read() as conn:
        messages = [(m.message.step, m.message.recipient) for m in list_messages(conn)]
    assert messages == [
        ("50%", ANNA), ("80%", ANNA), ("80%", MIA),
        ("100%", ANNA), ("100%", MIA), ("100%", "demand-desk@example.com"),
    ]  # fmt: skip
    assert app.queue(at=at("20 10:00")) == []
