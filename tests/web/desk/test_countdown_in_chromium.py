"""The time that is counted down in a browser is the server's: over lunch, night, weekend, holiday and DST."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.browsing import signed_in
from support.office import ANNA, FOUNDED, Present

from slaflow.engine.app import Engine
from slaflow.hours.words import open_time
from slaflow.store.database import Database

AGREEMENT = """\
workflow: edges
timezone: Europe/Stockholm
parties: {marketing: {desk: m@example.com}, sales: {desk: s@example.com}}
calendars:
  office: {hours: {mon-fri: [09:00-12:00, 13:00-17:00]}, holidays: [SE]}
lead: {identity: [email], fields: {email: email}}
states: {fresh: {held_by: sales, initial: true}, done: {final: true}}
transitions: [{trigger: finish, from: fresh, to: done, by: sales}]
targets:
  reply: {owed_by: sales, start: {enter: fresh}, meet: {trigger: finish}, within: 55m, calendar: office}
"""
STOCKHOLM = ZoneInfo("Europe/Stockholm")
EDGES = {
    "lunch begins": ("2026-03-10T11:45", "2026-03-10T12:00"),
    "lunch ends": ("2026-03-10T11:45", "2026-03-10T13:00"),
    "a night begins": ("2026-03-11T16:45", "2026-03-11T17:00"),
    "a night ends": ("2026-03-11T16:45", "2026-03-12T09:00"),
    "a weekend ends": ("2026-03-13T16:45", "2026-03-16T09:00"),
    "summer time begins in a weekend": ("2026-03-27T16:45", "2026-03-30T09:00"),
    "Good Friday to Easter Monday": ("2026-04-02T16:45", "2026-04-07T09:00"),
    "summer time ends in a weekend": ("2026-10-23T16:45", "2026-10-26T09:00"),
}
"""When a lead comes, and the edge: local time of the office."""


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.fixture
def app(sqlite_template: Path, tmp_path: Path, present: Present) -> Engine:
    file = tmp_path / "slaflow.db"
    shutil.copy(sqlite_template, file)
    engine = Engine(Database(f"sqlite:///{file}"), now=present)
    engine.activate(AGREEMENT, at=FOUNDED)
    engine.add_person(ANNA, "sales", at=FOUNDED)
    return engine


def test_it_agrees_with_the_server_on_either_side_of_every_edge(
    app: Engine, present: Present, chromium: Any, desk_of: Callable[[Engine], str]
) -> None:
    where = desk_of(app)
    for name, (comes, edge) in EDGES.items():
        lead = app.add({"email": f"{name.replace(' ', '.')}@example.com"}, "sales", at=local(comes))["id"]
        start = local(edge) - timedelta(seconds=40)
        present.at = start
        page, said = signed_in(chromium, (app, where))
        page.clock.install()
        page.goto(f"{where}/queue?whose=party")
        shown = page.locator(f"#lead-{lead} [data-figure]")
        page.evaluate("window.here = true")
        for seconds in (20, 90):
            forward = start + timedelta(seconds=seconds) - present.at
            present.at += forward
            page.clock.fast_forward(int(forward.total_seconds() * 1000))
            page.clock.run_for(1000)
            page.wait_for_timeout(0)
            left = next(each["seconds_left"] for each in app.queue() if each["lead"] == lead)
            close = {f"{open_time(left - off)} left" for off in range(4)}
            if shown.inner_text() not in close:
                page.wait_for_function(
                    "([id, texts]) => texts.includes(document.querySelector(id)?.innerText)",
                    arg=[f"#lead-{lead} [data-figure]", sorted(close)], timeout=5000, polling=50,
                )  # fmt: skip
        assert page.evaluate("window.here"), "the page was renewed in its place"
        assert said == [], name
        page.context.close()
        app.fire(lead, "finish", ANNA)
    app.database.dispose()
