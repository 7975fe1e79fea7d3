"""Links opened in a real browser, with and without script."""

from __future__ import annotations

from typing import Any

import pytest
from support.clicked import KEYS, link_to, new_lead

from slaflow.engine.app import Engine
from slaflow.notify import links

Served = tuple[Engine, str]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_lead_is_returned_in_a_browser(chromium: Any, served: Served, script: bool) -> None:
    app, where = served
    lead = new_lead(app, f"script-{script}")
    context = chromium.new_context(java_script_enabled=script)
    page, faults = context.new_page(), []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{where}/act/{links.sign(KEYS, link_to(app, 'accept', lead))}")
    page.get_by_role("link", name="Return…").click()
    page.get_by_role("button", name="Return").click()
    assert page.locator(":invalid").count() > 0, "the browser itself asks for what is missing"
    page.get_by_label("Not ready").check()
    page.get_by_label("Feedback").fill("wants to wait until June")
    if script:
        page.get_by_role("button", name="Return").dblclick()
    else:
        page.get_by_role("button", name="Return").click()
    page.get_by_role("heading", name="Done").wait_for()
    assert page.get_by_text("is in returned now").count() == 1
    page.go_back()
    page.reload()
    assert faults == [] or all("409" in each or "410" in each for each in faults), faults
    assert [each.trigger for each in app.log() if each.lead == lead].count("return") == 1
    context.close()


def test_a_page_that_stood_open_comes_back_as_it_was_filled_in(
    chromium: Any, served: Served, clock: Any
) -> None:
    from datetime import timedelta

    app, where = served
    lead = new_lead(app, "patient")
    page = chromium.new_page()
    page.goto(f"{where}/act/{links.sign(KEYS, link_to(app, 'note', lead))}")
    page.get_by_label("Remark").fill("called twice")
    before = clock.at
    try:
        clock.at += timedelta(minutes=20)
        page.get_by_role("button", name="Note").click()
        page.get_by_text("more than 15 minutes").wait_for()
        assert page.get_by_label("Remark").input_value() == "called twice"
        page.get_by_role("button", name="Note").click()
        page.get_by_role("heading", name="Done").wait_for()
    finally:
        clock.at = before
    assert app.latest(lead)["fields"]["remark"] == "called twice"
    page.close()
