"""``/leads/new``: a lead added by hand."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.desk.adding import adding
from slaflow.engine.leads.commands import IdentityMissing, LeadExists
from slaflow.engine.leads.resurrection import IdentityErased
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup.versions import NoActiveWorkflow
from slaflow.errors import InvalidValue, UnknownName
from slaflow.language import _, marked
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.desk.words import missing
from slaflow.web.forms import form_of, inputs_of, written
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
KNOWN = marked("a lead is known by that already")
ERASED = marked("a lead that was known by that was erased; who runs slaflow can add it again")
NOT_ONE = marked("there is no single agreement in force to add a lead under; whoever runs slaflow adds it")
REFUSALS = (InvalidValue, NotPermitted, UnknownName, NoActiveWorkflow)


@router.get("/leads/new")
@operation("add")
def show(request: Request, asking: Asking) -> HTMLResponse:
    """The fields of the agreement in force, where there is one and no other."""
    return _page(request, asking, 200, {}, [])


@router.post("/leads/new")
@operation("add")
def add(request: Request, asking: Asking, form: Form) -> Response:
    """Adds it; what is left out has its default."""
    engine, typed = site_of(request).engine, written(form)
    try:
        new = adding(engine, asking.actor)
        lead = engine.add(inputs_of(form, new.asked, ZoneInfo(new.zone)), asking.caller)
    except LeadExists as error:
        return _page(request, asking, 409, typed, [_(KNOWN)], error.lead_id)
    except IdentityErased:
        return _page(request, asking, 409, typed, [_(ERASED)])
    except IdentityMissing as error:
        return _page(request, asking, 422, typed, [*missing(error.missing)])
    except REFUSALS as error:
        return _page(request, asking, 422, typed, [str(error)])
    return RedirectResponse(towards(request, f"/leads/{lead['id']}?done={lead['id']}"), 303)


def _page(
    request: Request, asking: Principal, status: int, typed: dict[str, str], because: list[str],
    there: int | None = None,
) -> HTMLResponse:  # fmt: skip
    try:
        new = adding(site_of(request).engine, asking.actor)
    except NoActiveWorkflow:
        return line(409, _(NOT_ONE), towards(request, "/"))
    return desk_page(
        request,
        "desk/new.html",
        status,
        asking,
        new.zone,
        new.at,
        new=new,
        typed=typed,
        because=because,
        there=there,
    )
