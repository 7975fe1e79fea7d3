"""The queue's rows in a real browser: how high they are, and forms that open and are sent in them."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from support.browsing import signed_in
from support.clicked import new_lead
from support.office import ANNA, BO, FRIDAY, MIA, NORA

from slaflow.engine.app import Engine

Served = tuple[Engine, str]
PARTY = "/queue?whose=party"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
HEIGHTS = "[...document.querySelectorAll('[data-row]')].map(each => each.getBoundingClientRect().height)"
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => { sum += each.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 2500);
})"""
HARDLY = 0.002
"""So much of a page may move: it is painted before all of it has come where the machine is busy. A row that
moves by a line makes ten times that."""


def a_lead_with_much_to_say(app: Engine, name: str) -> int:
    lead = new_lead(app, f"{name}.{'w' * 50}")
    app.fire(lead, "accept", ANNA, at=FRIDAY)
    for kind, who in (("call", ANNA), ("call", BO)):
        app.record(lead, kind, who, at=FRIDAY)
    return lead


@pytest.mark.parametrize(("width", "highest", "touch"), [(1280, 80, False), (390, 180, True)])
def test_a_row_is_low_and_stays_where_it_is_while_time_is_counted(
    chromium: Any, at_home: Served, width: int, highest: int, touch: bool
) -> None:
    app, where = at_home
    a_lead_with_much_to_say(app, f"high{width}")
    new_lead(app, f"short{width}")
    size = {"width": width, "height": 900}
    page, said = signed_in(chromium, at_home, viewport=size, has_touch=touch, is_mobile=touch)
    page.goto(where + PARTY)
    heights = page.evaluate(HEIGHTS)
    assert len(heights) > 1
    assert max(heights) <= highest, heights
    assert page.evaluate(SHIFTS) < HARDLY
    assert said == []
    page.context.close()


def focused(page: Any) -> str | None:
    return page.evaluate("document.activeElement.closest('[data-row]')?.id ?? null")


def choose(page: Any, lead: int) -> None:
    page.locator(f"#lead-{lead} [data-link]").focus()


def test_a_lead_is_returned_across_its_row_by_keys(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    lead = new_lead(app, "across")
    page, said = signed_in(chromium, at_home)
    page.goto(where + PARTY)
    choose(page, lead)
    page.keyboard.press("r")
    page.get_by_label("Feedback").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_label("Feedback").count() == 0
    assert focused(page) == f"lead-{lead}"
    page.keyboard.press("r")
    page.get_by_label("Unreachable").check()
    page.get_by_label("Feedback").fill("never picked up once")
    page.locator("[data-open-across] [type=submit]").click()
    page.get_by_role("alert").wait_for()
    assert "two calls first" in page.get_by_role("alert").inner_text().lower()
    assert page.get_by_label("Feedback").input_value() == "never picked up once"
    assert focused(page) == f"lead-{lead}"
    page.get_by_label("Not ready").check()
    page.locator("[data-open-across] [type=submit]").click()
    page.locator("#said.toast").wait_for()
    assert app.latest(lead)["state"] == "returned"
    assert page.locator(f"#lead-{lead}").count() == 0
    assert focused(page) not in (None, f"lead-{lead}"), "the next row has it"
    assert "across@example.com" in page.locator("#said").inner_text()
    assert page.locator("#said a").get_attribute("href").endswith(f"/leads/{lead}#happened")
    assert page.url == where + PARTY
    assert [each for each in said if "409" not in each] == []
    page.context.close()


def test_something_is_logged_by_two_letters_and_the_row_keeps_the_focus(
    chromium: Any, at_home: Served
) -> None:
    app, where = at_home
    lead = new_lead(app, "lettered")
    page, said = signed_in(chromium, at_home)
    page.goto(where + PARTY)
    choose(page, lead)
    page.keyboard.type("lc")
    page.locator("#said.toast").wait_for()
    assert "Call" in page.locator("#said").inner_text()
    kinds = [each.data["activity"] for each in app.log() if each.lead == lead and each.kind == "activity"]
    assert kinds == ["demo", "call"]
    assert focused(page) == f"lead-{lead}"
    page.keyboard.press("e")
    page.wait_for_url(f"**/leads/{lead}#why")
    assert said == []
    page.context.close()


def test_what_moved_on_meanwhile_is_said_in_the_row(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    lead = new_lead(app, "meanwhile")
    page, said = signed_in(chromium, at_home)
    page.goto(where + PARTY)
    choose(page, lead)
    page.keyboard.press("r")
    page.get_by_label("Feedback").fill("wants to wait until June")
    page.get_by_label("Not ready").check()
    app.fire(lead, "accept", BO)
    page.locator("[data-open-across] [type=submit]").click()
    page.get_by_text("Moved on meanwhile").wait_for()
    assert page.get_by_label("Feedback").input_value() == "wants to wait until June"
    assert app.latest(lead)["state"] == "accepted"
    page.locator("[data-open-across] [type=submit]").click()
    page.locator("#said.toast").wait_for()
    assert app.latest(lead)["state"] == "returned"
    assert [each for each in said if "409" not in each] == []
    page.context.close()


def test_keys_that_are_off_do_nothing(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    lead = new_lead(app, "keyless")
    page, _ = signed_in(chromium, at_home)
    page.goto(where + PARTY)
    page.keyboard.press("?")
    with page.expect_response("**/me/keys"):
        page.get_by_label("Single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    choose(page, lead)
    for key in "arlje":
        page.keyboard.press(key)
    assert page.locator("[data-open-across]").count() == 0
    assert page.url == where + PARTY
    assert app.latest(lead)["state"] == "mql"
    page.context.close()


def test_a_form_that_is_on_its_way_is_not_lost_when_the_page_is_asked_for_anew(
    chromium: Any, at_home: Served
) -> None:
    app, where = at_home
    lead = new_lead(app, "on-its-way")
    page, said = signed_in(chromium, at_home)
    page.goto(where + PARTY)
    held: list[Any] = []
    page.route(lambda asked: True, lambda asked: held.append(asked))
    with page.expect_request(where + PARTY):
        page.evaluate("document.querySelector('[data-left]').dataset.edge = '0'")
    choose(page, lead)
    with page.expect_request(lambda asked: "/return" in asked.url):
        page.keyboard.press("r")
    for each in held:
        with page.expect_event("requestfinished"):
            each.continue_()
    page.get_by_label("Feedback").wait_for()
    assert focused(page) == f"lead-{lead}"
    assert said == []
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_stands_in_the_way_of_who_gives_leads_and_who_gets_them_back(
    chromium: Any, at_home: Served, width: int, scheme: str
) -> None:
    app, where = at_home
    lead = new_lead(app, f"back{width}.{'w' * 60}")
    app.fire(lead, "return", ANNA, {"reason": "not_ready", "feedback": "w" * 300}, at=FRIDAY)
    near = app.add({"email": f"near{width}@example.com"}, "marketing", at=FRIDAY)["id"]
    app.record(near, "call", ANNA, at=FRIDAY)
    for person, paths in (
        (MIA, ("/leads", "/leads?team=nordics", f"/leads/assign?lead=1&lead={lead}", "/leads/assign")),
        (NORA, ("/queue?whose=back", "/queue?whose=close")),
    ):
        size = {"width": width, "height": 900}
        page, _ = signed_in(chromium, at_home, person, bypass_csp=True, viewport=size, color_scheme=scheme)
        for path in paths:
            page.goto(where + path)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, (path, found.generate_report())
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        if person == MIA:
            page.goto(f"{where}/leads?state=mql")
            page.keyboard.press("j")
            page.keyboard.press("x")
            assert page.locator("[data-select]:checked").count() == 1
        page.context.close()
