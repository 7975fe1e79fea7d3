"""The record in a real browser: reached by keys, without script, printed on two sheets."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.office import MIA, Present
from support.pages_sent import secret_of
from support.recorded import LATER, counted, weeks_owed
from web.conftest import answering

from slaflow.engine.app import Engine
from slaflow.engine.figures import kept
from slaflow.engine.figures.kept import Place
from slaflow.report.record.reports import REVIEW, looked_at_first
from slaflow.settings.reach import Reach
from slaflow.store.database import Database
from slaflow.web.access.cookies import ON_THIS_MACHINE
from slaflow.web.site import Site

Shown = tuple[Engine, str]
MONTH = "2026-03"


@pytest.fixture(scope="module")
def shown(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The record's pages on a port of this machine, all of it counted."""
    file = tmp_path_factory.mktemp("record") / "slaflow.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    weeks_owed(database)
    app = Engine(database, now=Present(LATER))
    name = app.active().name
    kept.begin(app, [*looked_at_first(app), Place(REVIEW, name, MONTH), Place("sla", grouping="owner")])
    counted(app)
    with answering(Site(app, Reach(), None)) as where:
        yield app, where
    database.dispose()


def opened(chromium: Any, shown: Shown, **how: Any) -> tuple[Any, list[str]]:
    app, where = shown
    context = chromium.new_context(**how)
    context.add_cookies([{"name": ON_THIS_MACHINE, "value": secret_of(app, MIA), "url": where}])
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def test_a_review_prints_on_two_sheets(chromium: Any, shown: Shown) -> None:
    page, _ = opened(chromium, shown, java_script_enabled=False)
    page.goto(f"{shown[1]}/record/{shown[0].active().name}/{MONTH}")
    printed = page.pdf(prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page[^s]", printed))
    assert 1 <= sheets <= 2
    page.context.close()


def test_the_record_is_a_key_away_and_its_tiles_open_by_keyboard(chromium: Any, shown: Shown) -> None:
    page, said = opened(chromium, shown)
    page.goto(f"{shown[1]}/queue")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.get_by_role("heading", name="The record of").wait_for()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1
    assert said == []
    page.context.close()
