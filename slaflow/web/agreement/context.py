"""What the agreement's pages share."""

from __future__ import annotations

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from slaflow.agreement.words.naming import Naming
from slaflow.engine.agreement import texts
from slaflow.engine.agreement.texts import Text
from slaflow.engine.desk.reading import zone_of
from slaflow.language import _
from slaflow.web.agreement import setting
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Principal
from slaflow.workflow.model.workflow import Workflow


def agreement_page(
    request: Request, template: str, status: int, asking: Principal, **values: Any
) -> HTMLResponse:
    """A page of the agreement's room for who asks."""
    engine = site_of(request).engine
    zone = zone_of(engine, asking.actor)
    return desk_page(
        request, template, status, asking, zone, engine.now(),
        dated=partial(setting.dated, zone=ZoneInfo(zone)), **values,
    )  # fmt: skip


def in_words(request: Request, workflow: Workflow) -> dict[str, Any]:
    """What the page needs to say the whole of *workflow*."""
    now = site_of(request).engine.now()
    day = now.astimezone(ZoneInfo(workflow.timezone)).date()
    made = texts.document(workflow, day)
    return {
        "title": made.title, "chapters": setting.chapters(made), "picture": setting.picture(workflow),
        "naming": Naming(workflow),
    }  # fmt: skip


def may_sign(asking: Principal, text: Text) -> bool:
    """Whether it is theirs to sign, and their party has not."""
    mine = next((each for each in text.signings if each.party == asking.party), None)
    return asking.may_ever("sign") and mine is not None and not mine.is_signed


def may_withdraw(asking: Principal, text: Text) -> bool:
    """Whether there is a signature that is theirs to take back."""
    mine = next((each for each in text.signings if each.party == asking.party), None)
    return asking.may_ever("withdraw") and mine is not None and mine.is_signed and not text.is_in_force


def unknown(request: Request) -> HTMLResponse:
    """The page that says that nobody recorded such a text."""
    words = _(
        "no such version was ever in force, and nobody signed it; look at the versions of the agreement"
    )
    return line(404, words, towards(request, "/"))
