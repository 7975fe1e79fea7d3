"""A page for each thing that may be done to a lead: GET shows what it takes, POST does it, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.ask import Expected, LeadNotThere, MovedOn
from slaflow.engine.desk import form as desk
from slaflow.engine.desk.acts import Press, act
from slaflow.engine.desk.deeds import Kind
from slaflow.engine.leads.click import LinkUsed
from slaflow.engine.leads.commands import IdentityMissing, LeadExists, Refused
from slaflow.errors import InvalidValue, SlaflowError, UnknownName
from slaflow.lifecycle.erasure import LeadErased
from slaflow.web.desk.context import back_to, desk_page, site_of, with_done
from slaflow.web.desk.leads import NO_LEAD, Number
from slaflow.web.forms import form_of, inputs_of, written
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
Back = Annotated[str, Query(alias="back")]
NOT_FROM_THERE = "nothing of that name can be done from where the lead is now; look at it again"
TAKEN = "another lead is known by that already"
REFUSALS = (Refused, InvalidValue, IdentityMissing, LeadExists)
LONGEST_KEY = 64


@router.get("/leads/{number}/owner/me")
@operation("assign")
def show_taking(request: Request, asking: Asking, number: Number, back: Back = "") -> HTMLResponse:
    return _shown(request, asking, number, "take", "", back)


@router.post("/leads/{number}/owner/me")
@operation("assign")
def take(request: Request, asking: Asking, number: Number, form: Form) -> Response:
    return _sent(request, asking, number, "take", "", form)


@router.get("/leads/{number}/check/{name}")
@operation("answer")
def show_check(request: Request, asking: Asking, number: Number, name: str, back: Back = "") -> HTMLResponse:
    return _shown(request, asking, number, "answer", name, back)


@router.post("/leads/{number}/check/{name}")
@operation("answer")
def answer(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return _sent(request, asking, number, "answer", name, form)


@router.get("/leads/{number}/log/{name}")
@operation("record")
def show_activity(
    request: Request, asking: Asking, number: Number, name: str, back: Back = ""
) -> HTMLResponse:
    return _shown(request, asking, number, "record", name, back)


@router.post("/leads/{number}/log/{name}")
@operation("record")
def record(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return _sent(request, asking, number, "record", name, form)


@router.get("/leads/{number}/set/{name}")
@operation("set")
def show_field(request: Request, asking: Asking, number: Number, name: str, back: Back = "") -> HTMLResponse:
    return _shown(request, asking, number, "set", name, back)


@router.post("/leads/{number}/set/{name}")
@operation("set")
def change(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return _sent(request, asking, number, "set", name, form)


@router.get("/leads/{number}/{name}")
@operation("fire")
def show_trigger(
    request: Request, asking: Asking, number: Number, name: str, back: Back = ""
) -> HTMLResponse:
    return _shown(request, asking, number, "fire", name, back)


@router.post("/leads/{number}/{name}")
@operation("fire")
def fire(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return _sent(request, asking, number, "fire", name, form)


def _shown(
    request: Request, asking: Principal, number: int, kind: Kind, name: str, back: str
) -> HTMLResponse:  # fmt: skip
    try:
        page = desk.form(site_of(request).engine, number, asking.actor, kind, name)
    except LeadNotThere:
        return line(404, NO_LEAD, towards(request, "/"))
    if page is None:
        return line(404, NOT_FROM_THERE, towards(request, "/"))
    return _form_page(request, asking, page, back=back)


def _sent(
    request: Request, asking: Principal, number: int, kind: Kind, name: str, form: Mapping[str, str]
) -> Response:  # fmt: skip
    engine, back = site_of(request).engine, back_to(form.get("back"))
    typed = written(form)
    try:
        page = desk.form(engine, number, asking.actor, kind, name)
        zone = ZoneInfo(page.place.zone) if page is not None else ZoneInfo("UTC")
        asked = page.deed.asked if page is not None else ()
        values = inputs_of(form, asked, zone)
        if kind == "set":
            values = {name: values.get(name)}
        key = form.get("key", "")[:LONGEST_KEY]
        act(engine, Press(key, number, kind, name, _expected(form), values), asking.actor)
    except LinkUsed:
        pass  # by the same form, so it is done
    except UnknownName:
        return line(404, NOT_FROM_THERE, towards(request, "/"))
    except (LeadNotThere, LeadErased):
        return line(404, NO_LEAD, towards(request, "/"))
    except MovedOn:
        return _moved_on(request, asking, number, kind, name, form, typed)
    except REFUSALS as error:
        return _refused(request, asking, number, kind, name, form, typed, error)
    return RedirectResponse(towards(request, with_done(back, number)), 303)


def _refused(
    request: Request, asking: Principal, number: int, kind: Kind, name: str, form: Mapping[str, str],
    typed: Mapping[str, str], error: SlaflowError,
) -> HTMLResponse:  # fmt: skip
    page = desk.form(site_of(request).engine, number, asking.actor, kind, name, typed)
    if page is None:
        return _moved_on(request, asking, number, kind, name, form, typed)
    because = _because(error) if not page.given else page.given
    status = 409 if isinstance(error, Refused) else 422
    return _form_page(request, asking, page, status, back=form.get("back", ""), typed=typed, because=because)


def _because(error: SlaflowError) -> tuple[str, ...]:
    if isinstance(error, Refused):
        return error.because
    return (TAKEN,) if isinstance(error, LeadExists) else (str(error),)


def _moved_on(
    request: Request, asking: Principal, number: int, kind: Kind, name: str, form: Mapping[str, str],
    typed: Mapping[str, str],
) -> HTMLResponse:  # fmt: skip
    """The form as it was filled in, with what happened meanwhile, and what can be done now."""
    engine = site_of(request).engine
    page = desk.form(engine, number, asking.actor, kind, name)
    news = desk.since(engine, number, asking.actor, _number(form.get("seq", "")))
    return desk_page(
        request, "desk/moved.html", 409, asking, news.place.zone, news.place.at, news=news, page=page,
        typed=typed, back=back_to(form.get("back")),
    )  # fmt: skip


def _form_page(
    request: Request, asking: Principal, page: desk.FormDesk, status: int = 200, *, back: str,
    typed: Mapping[str, str] | None = None, because: tuple[str, ...] = (),
) -> HTMLResponse:  # fmt: skip
    return desk_page(
        request, "desk/deed.html", status, asking, page.place.zone, page.place.at, page=page,
        typed=typed or {}, because=because, back=back_to(back) if back else f"/leads/{page.place.lead_id}",
    )  # fmt: skip


def _expected(form: Mapping[str, str]) -> Expected | None:
    """Where its page saw the lead; None where the form does not say."""
    state, entered_at = form.get("state"), form.get("entered_at")
    if not state or not entered_at:
        return None
    try:
        return Expected(state, datetime.fromisoformat(entered_at))
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
