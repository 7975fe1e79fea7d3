"""The desk in a real browser: by keys, with and without script, and time counted down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from support.browsing import signed_in
from support.clicked import new_lead
from support.office import FRIDAY, MONDAY

from slaflow.engine.app import Engine
from slaflow.hours.words import open_time

MINUTE = timedelta(minutes=1)
Served = tuple[Engine, str]


def test_a_lead_is_chosen_and_done_by_keys(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    page, said = signed_in(chromium, at_home)
    page.goto(f"{where}/queue?whose=party")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    row = page.locator("[data-row]").first
    lead = int(row.get_attribute("id").removeprefix("lead-"))
    assert page.evaluate("document.activeElement.closest('[data-row]').id") == f"lead-{lead}"
    page.keyboard.press("a")
    page.get_by_text("Done.").wait_for()
    assert app.latest(lead, at=None)["state"] == "accepted"
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keys").wait_for()
    with page.expect_response("**/me/keys"):
        page.get_by_label("Single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]')") is None
    assert said == []
    page.context.close()


def test_a_lead_is_returned_without_script(chromium: Any, at_home: Served) -> None:
    app, where = at_home
    lead = new_lead(app, "scriptless")
    page, _ = signed_in(chromium, at_home, java_script_enabled=False)
    page.goto(f"{where}/leads/{lead}")
    page.get_by_role("link", name="Return…").click()
    page.get_by_label("Not ready").check()
    page.get_by_label("Feedback").fill("wants to wait until June")
    page.get_by_role("button", name="Return").click()
    page.get_by_text("Done.").wait_for()
    assert app.latest(lead)["state"] == "returned"
    page.context.close()


def test_the_countdown_says_what_the_server_would(chromium: Any, at_home: Served, clock: Any) -> None:
    """It counts while the calendar is open, stands still while it is closed, and asks anew at an edge."""
    app, where = at_home
    lead = new_lead(app, "counted")
    before = clock.at
    try:
        for start, passed in (
            (MONDAY, timedelta(minutes=7)),
            (FRIDAY + timedelta(hours=6), timedelta(hours=2)),
        ):
            clock.at = start
            page, said = signed_in(chromium, at_home)
            page.clock.install()
            page.goto(f"{where}/leads/{lead}")
            shown = page.locator("[data-figure]").first
            page.clock.fast_forward(int(passed.total_seconds() * 1000))
            left = next(each for each in app.queue() if each["lead"] == lead)
            clock.at = start + passed
            now = next(each for each in app.queue() if each["lead"] == lead)
            assert (left["seconds_left"] > now["seconds_left"]) == (start == MONDAY)
            page.clock.run_for(1000)
            text = shown.inner_text()
            close = {f"{open_time(now['seconds_left'] - off)} left" for off in (0, 1, 2, 3)}
            assert text in close, (text, close)
            assert said == []
            page.context.close()
    finally:
        clock.at = before
