"""The first hour in a real browser: the first person lets themselves in and invites the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.office import BO, on_one_database

from slaflow.engine.access import invitations, passwords
from slaflow.engine.app import Engine

WORDS = "seven green kettles hum"


@on_one_database
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_first_invites_the_next(
    app: Engine,
    chromium: Any,
    desk_of: Callable[[Engine], str],
    script: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    app.add_person("ada@example.com", "sales", role="admin", name="Ada")
    where = desk_of(app)
    ada = chromium.new_context(java_script_enabled=script, viewport={"width": 390, "height": 800}).new_page()
    ada.goto(f"{where}/setup/{invitations.set_up(app)}")
    ada.get_by_label("Your e-mail address").fill("ada@example.com")
    choose(ada, "Begin")
    ada.get_by_role("link", name="Ada", exact=True).click()
    ada.get_by_role("heading", name="Ada").wait_for()
    ada.get_by_role("link", name="People").click()
    ada.get_by_role("button", name=f"Invite {BO}").click()
    link = ada.get_by_label("Link").input_value()
    assert ada.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bo = chromium.new_context(java_script_enabled=script).new_page()
    bo.goto(link)
    choose(bo, "Sign in")
    bo.get_by_role("link", name="Bo Ek", exact=True).click()
    bo.get_by_role("heading", name="Bo Ek").wait_for()
    bo.get_by_role("link", name="People").click()
    assert bo.get_by_role("button").count() == 0, "who may not invite is offered nothing"
    bo.goto(f"{where}/me")
    bo.get_by_role("button", name="Sign out").click()
    bo.get_by_role("heading", name="Sign in").wait_for()
    bo.goto(f"{where}/admin/people")
    assert bo.url == f"{where}/sign-in?next=/admin/people"
    bo.get_by_label("E-mail address").fill(BO)
    bo.get_by_label("Password").fill(WORDS)
    bo.get_by_role("button", name="Sign in").click()
    bo.get_by_role("heading", name="People").wait_for()
    for page in (ada, bo):
        page.context.close()


def choose(page: Any, button: str) -> None:
    page.get_by_label("Password", exact=True).fill(WORDS)
    page.get_by_label("The same again").fill(WORDS)
    page.get_by_role("button", name=button).click()
