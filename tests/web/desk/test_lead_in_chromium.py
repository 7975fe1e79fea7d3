"""A lead's page and its forms in a real browser: read by everybody, whatever somebody wrote into them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from support.browsing import signed_in
from support.clicked import new_lead
from support.office import ANNA, FRIDAY, HOUR, MONDAY, NORA, Present

from slaflow.engine.app import Engine

Served = tuple[Engine, str]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => { sum += each.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 1500);
})"""
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>", "\u202eevil\u2066\u200f txt",
    "javascript:alert(3)", '=HYPERLINK("http://evil.example")', "W" * 60,
    "</textarea></title><b onclick=alert(4)>", "long " * 20_000, "é" * 100_000,
)  # fmt: skip
FORMS = ("return", "note", "log/call", "set/company", "dispute/respond")


@pytest.fixture
def on_monday(clock: Present) -> Iterator[None]:
    """Three hours after the promise of Friday was broken."""
    before, clock.at = clock.at, MONDAY + 3 * HOUR
    yield
    clock.at = before


def a_lead_of_much(app: Engine, name: str) -> int:
    """With hostile text in all that somebody wrote."""
    lead = new_lead(app, f"{name}{'w' * 60}")
    for number, text in enumerate(HOSTILE):
        app.change(lead, {"company": text, "remark": HOSTILE[-1 - number]}, ANNA, at=FRIDAY)
        app.fire(lead, "note", ANNA, {"remark": text}, at=FRIDAY)
    app.dispute(lead, "respond", "the office <b>was</b> closed: " + "w" * 90, ANNA, at=MONDAY + 2 * HOUR)
    return lead


@pytest.mark.usefixtures("on_monday")
def test_whatever_is_written_nothing_runs_and_nothing_overflows(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    lead = a_lead_of_much(app, "hostile")
    page, said = signed_in(chromium, at_home, viewport={"width": 320, "height": 800})
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    for path in (
        f"/leads/{lead}",
        *(f"/leads/{lead}/{each}" for each in FORMS),
        "/queue?whose=party",
        "/leads?q=h",
    ):
        page.goto(where + path)
        assert page.evaluate(WIDE) == 0, path
    page.goto(f"{where}/leads/{lead}")
    page.get_by_text("The same as a table").first.click()
    assert page.evaluate(WIDE) == 0
    assert len(page.content()) < 400_000
    page.goto(f"{where}/leads/{lead}/return")
    page.get_by_label("Feedback").fill(HOSTILE[0])
    page.get_by_label("Not ready").check()
    page.get_by_role("button", name="Return").click()
    page.get_by_text("Done.").wait_for()
    assert page.evaluate(WIDE) == 0
    assert page.locator("main script, main img, main b, main [onclick]").count() == 0
    assert (ran, said) == ([], [])
    page.context.close()


@pytest.mark.usefixtures("on_monday")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_stands_in_the_way_of_anybody(
    chromium: Any, at_home: Served, width: int, scheme: str
) -> None:
    """Source: WCAG 2.2 AA, as far as axe finds it; with errors shown and what somebody did meanwhile."""
    app, where = at_home
    lead = new_lead(app, f"axe.lead{width}")
    size = {"width": width, "height": 900}
    page, _ = signed_in(chromium, at_home, bypass_csp=True, viewport=size, color_scheme=scheme)

    def look() -> None:
        assert page.evaluate(WIDE) == 0, page.url
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, (page.url, found.generate_report())

    page.goto(f"{where}/leads/{lead}/dispute/respond")
    page.get_by_label("Why").fill("x" * 501)
    page.get_by_role("button", name="Dispute the breach").click()
    page.get_by_text("500 at most").wait_for()
    look()
    app.dispute(lead, "respond", "as was said", ANNA)
    page.get_by_label("Why").fill("once more")
    page.get_by_role("button", name="Dispute the breach").click()
    page.get_by_text("Moved on meanwhile").first.wait_for()
    look()
    page.context.close()


def test_what_is_still_to_be_written_is_counted(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    lead = new_lead(app, "counted.words")
    page, said = signed_in(chromium, at_home)
    page.goto(f"{where}/leads/{lead}/return")
    count = page.locator("[data-count]")
    assert count.inner_text() == "10 more"
    page.get_by_label("Feedback").press_sequentially("too")
    assert count.inner_text() == "7 more"
    page.get_by_label("Feedback").fill("too early for them")
    assert count.inner_text() == "enough"
    page.goto(f"{where}/leads/{lead}")
    assert page.evaluate(SHIFTS) == 0
    assert said == []
    page.context.close()


@pytest.mark.usefixtures("on_monday")
def test_a_breach_is_disputed_without_script_from_beside_its_clock(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    lead = new_lead(app, "scriptless.dispute")
    page, _ = signed_in(chromium, at_home, java_script_enabled=False)
    page.goto(f"{where}/leads/{lead}")
    page.get_by_role("link", name="Dispute the breach…").click()
    page.get_by_label("Why").fill("the office was closed")
    page.get_by_role("button", name="Dispute the breach").click()
    page.get_by_text("Done.").wait_for()
    assert page.get_by_text("another party is to rule on it").is_visible()
    assert NORA not in page.content()
    page.context.close()
