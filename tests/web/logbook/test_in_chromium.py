"""The log and jobs in a real browser: nothing overflows, axe finds nothing, a job's page follows it."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from support.browsing import signed_in
from support.clicked import new_lead
from support.office import ANNA, FRIDAY

from slaflow.engine.app import Engine
from slaflow.engine.jobs import asking
from slaflow.engine.jobs.worker import JobWorker
from slaflow.engine.permits import Asker
from slaflow.web.logbook.kinds import KINDS

Served = tuple[Engine, str]
AUDITOR = "audrey@example.com"
WHO = Asker(AUDITOR, "marketing", "auditor")


@pytest.fixture
def pages(at_home: Served) -> list[str]:
    """Addresses of every page there is, of hostile words among others."""
    app, where = at_home
    app.add_person(AUDITOR, "marketing", role="auditor")
    lead = new_lead(app, f"log-{len(list(app.log()))}-{'w' * 50}")
    app.change(lead, {"company": "W" * 60 + " \u202eevil <b>"}, ANNA, at=FRIDAY)
    changed = next(each.id for each in app.log() if each.kind == "changed" and each.lead == lead)
    jobs = [asking.ask(app, KINDS, WHO, "verify", {"replay": True})]
    while JobWorker(app, KINDS).run_once():
        pass
    jobs += [asking.ask(app, KINDS, WHO, "export", {"type": "csv"})]
    asking.cancel(app, KINDS, WHO, jobs[-1])
    paths = ("/log", "/log?kind=changed&kind=created&party=sales", f"/log/{changed}", "/jobs")
    return [where + path for path in (*paths, *(f"/jobs/{job}" for job in jobs))]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_nothing_overflows_and_axe_finds_nothing(
    chromium: Any, at_home: Served, pages: list[str], width: int, scheme: str
) -> None:
    page, said = signed_in(
        chromium,
        at_home,
        AUDITOR,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    for address in pages:
        page.goto(address)
        for summary in page.locator("main summary").all():
            summary.click()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, address
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], address
    assert said == []
    page.context.close()


def test_a_jobs_page_follows_it_under_our_own_policy(
    chromium: Any, at_home: Served, pages: list[str]
) -> None:
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


def test_without_script_it_is_looked_at_again_by_a_link(
    chromium: Any, at_home: Served, pages: list[str]
) -> None:
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
