"""The log and jobs in a real browser: a job's page follows it, also without script."""

from __future__ import annotations

from typing import Any

import pytest
from support.browsing import signed_in

from slaflow.engine.app import Engine
from slaflow.engine.jobs.worker import JobWorker
from slaflow.engine.permits import Asker
from slaflow.web.logbook.kinds import KINDS

Served = tuple[Engine, str]
AUDITOR = "audrey@example.com"
WHO = Asker(AUDITOR, "marketing", "auditor")


@pytest.fixture(autouse=True)
def audited(at_home: Served) -> None:
    app, _ = at_home
    app.add_person(AUDITOR, "marketing", role="auditor")


def test_a_jobs_page_follows_it_under_our_own_policy(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    page, said = signed_in(chromium, at_home, AUDITOR)
    page.goto(f"{where}/log")
    page.locator("summary", has_text="Verify").click()
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("Waits for its turn").wait_for()
    JobWorker(app, KINDS).run_once()
    page.get_by_text("are as they were written").wait_for()
    assert page.locator("#said").inner_text() == "Done"
    assert said == []
    page.context.close()


def test_without_script_it_is_looked_at_again_by_a_link(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    page, _ = signed_in(chromium, at_home, AUDITOR, java_script_enabled=False)
    page.goto(f"{where}/log?kind=created")
    page.locator("summary", has_text="Export").click()
    page.get_by_label("Type").select_option("jsonl")
    page.get_by_role("button", name="Export").click()
    JobWorker(app, KINDS).run_once()
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Download").wait_for()
    page.context.close()
