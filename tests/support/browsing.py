"""Somebody signed in before the desk in a real browser."""

from __future__ import annotations

from typing import Any

from support.office import ANNA
from support.pages_sent import secret_of

from slaflow.engine.access.account import turn_keys
from slaflow.engine.app import Engine
from slaflow.web.access.cookies import ON_THIS_MACHINE


def signed_in(
    chromium: Any, at_home: tuple[Engine, str], person: str = ANNA, **how: Any
) -> tuple[Any, list[str]]:
    """A browser in which *person* is signed in, and what its console says; single keys are on."""
    app, where = at_home
    turn_keys(app, person, None, True)
    context = chromium.new_context(**how)
    context.add_cookies([{"name": ON_THIS_MACHINE, "value": secret_of(app, person), "url": where}])
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said
