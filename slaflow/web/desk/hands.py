"""``/leads/ID/owner``: a lead given to another; ``/leads/ID/erase``: what is known of the person, gone."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.ask import LeadNotThere
from slaflow.engine.desk import form as desk
from slaflow.engine.leads.commands import Refused
from slaflow.engine.leads.reasons import ReasonUnusable
from slaflow.errors import InvalidValue
from slaflow.language import _
from slaflow.lifecycle.erasure import LeadErased
from slaflow.web.desk import pressing
from slaflow.web.desk.context import site_of
from slaflow.web.desk.leads import Number
from slaflow.web.desk.pressing import Back, Form
from slaflow.web.forms import written
from slaflow.web.origin import towards
from slaflow.web.principal import Asking, operation

router = APIRouter()


@router.get("/leads/{number}/owner")
@operation("assign")
def show_giving(request: Request, asking: Asking, number: Number, back: Back = "") -> HTMLResponse:
    return pressing.shown(request, asking, number, "give", "", back)


@router.post("/leads/{number}/owner")
@operation("assign")
def give(request: Request, asking: Asking, number: Number, form: Form) -> Response:
    return pressing.sent(request, asking, number, "give", "", form)


@router.get("/leads/{number}/erase")
@operation("erase")
def show_erasing(request: Request, asking: Asking, number: Number, back: Back = "") -> HTMLResponse:
    return pressing.shown(request, asking, number, "erase", "", back)


@router.post("/leads/{number}/erase")
@operation("erase")
def erase(request: Request, asking: Asking, number: Number, form: Form) -> Response:
    """Erases it where its number is written out; sent again, it is done already."""
    engine, typed = site_of(request).engine, written(form)
    try:
        if desk.form(engine, number, asking.actor, "erase", "") is not None:
            if typed.get("number", "").strip() != str(number):
                words = _("to erase lead {number}, write {number} where its number is asked for")
                raise InvalidValue(words.format(number=number))
            engine.erase(number, typed.get("reason", ""), asking.caller)
    except LeadNotThere:
        return pressing.no_lead(request)
    except LeadErased:
        pass  # by the same form, or by somebody else: it is done
    except (InvalidValue, ReasonUnusable, Refused) as error:
        return pressing.refused(request, asking, number, "erase", "", form, error)
    return RedirectResponse(towards(request, f"/leads/{number}?done={number}"), 303)
