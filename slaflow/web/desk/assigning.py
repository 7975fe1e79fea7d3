"""``/leads/assign``: leads that were selected, given to one person after a look at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from slaflow.engine.desk.giving import give, giving
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.desk.leads import LARGEST, MOST_GIVEN, may_give
from slaflow.web.forms import form_of
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
SELECTED = "lead."
"""What the names of selected leads begin with in the form; it reads each name once."""


@router.get("/leads/assign")
@operation("assign")
def show(request: Request, asking: Asking, lead: Annotated[list[str] | None, Query()] = None) -> HTMLResponse:
    """Which leads they are, whose they are now, and whose they can become."""
    return _page(request, asking, 200, _numbers(lead or ()))


@router.post("/leads/assign")
@operation("assign")
def assign(request: Request, asking: Asking, form: Form) -> HTMLResponse:
    """Gives each, in a transaction of its own; says which could not be given, and why."""
    leads = _numbers(name.removeprefix(SELECTED) for name in form if name.startswith(SELECTED))
    owner = form.get("owner", "")
    if not may_give(asking) or not leads or not owner:
        return _page(request, asking, 422, leads, _("Choose who is to have them."))
    try:
        done = give(site_of(request).engine, asking.actor, leads, owner)
    except UnknownName:
        return _page(request, asking, 422, leads, _("Nobody is recorded by that address now."))
    return desk_page(
        request, "desk/given.html", 200 if done.given else 409, asking, done.zone, done.at, done=done,
    )  # fmt: skip


def _page(
    request: Request, asking: Principal, status: int, leads: list[int], wrong: str = ""
) -> HTMLResponse:
    found = giving(site_of(request).engine, asking.actor, leads)
    return desk_page(
        request, "desk/giving.html", status, asking, found.zone, found.at, found=found, wrong=wrong,
        may_assign=may_give(asking), selected=SELECTED,
    )  # fmt: skip


def _numbers(texts: Iterable[str]) -> list[int]:
    """At most :data:`MOST_GIVEN`, each once; what is no number of a lead is left out."""
    found = (int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19)
    return list(dict.fromkeys(each for each in found if 0 < each <= LARGEST))[:MOST_GIVEN]
