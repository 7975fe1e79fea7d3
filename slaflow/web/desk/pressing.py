"""A form of the desk: shown, sent, refused, or given back since the lead moved on meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.ask import Expected, LeadNotThere, MovedOn
from slaflow.engine.desk import form as desk
from slaflow.engine.desk.acts import Press, act
from slaflow.engine.desk.deeds import Kind
from slaflow.engine.leads.click import LinkUsed
from slaflow.engine.leads.commands import IdentityMissing, LeadExists, Refused
from slaflow.engine.leads.reasons import ReasonUnusable
from slaflow.errors import InvalidValue, SlaflowError, UnknownName
from slaflow.language import _
from slaflow.lifecycle.erasure import LeadErased
from slaflow.web.desk.context import back_to, desk_page, site_of, with_done
from slaflow.web.desk.leads import no_such_lead
from slaflow.web.desk.words import missing
from slaflow.web.forms import form_of, inputs_of, written
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Principal

Form = Annotated[dict[str, str], Depends(form_of)]
Back = Annotated[str, Query(alias="back")]
REFUSALS = (Refused, InvalidValue, IdentityMissing, LeadExists, ReasonUnusable)
LONGEST_KEY = 64
LONGEST_ADDRESS = 254


def no_lead(request: Request) -> HTMLResponse:
    return line(404, no_such_lead(), towards(request, "/"))


def not_from_there(request: Request) -> HTMLResponse:
    words = _("nothing of that name can be done from where the lead is now; look at it again")
    return line(404, words, towards(request, "/"))


def shown(
    request: Request, asking: Principal, lead: int, kind: Kind, name: str, back: str,
    number: int | None = None,
) -> HTMLResponse:  # fmt: skip
    """The page of one thing to do; *number* is of which of the target's clocks it speaks."""
    try:
        page = desk.form(site_of(request).engine, lead, asking.actor, kind, name, number=number)
    except LeadNotThere:
        return no_lead(request)
    return not_from_there(request) if page is None else form_page(request, asking, page, back=back)


def sent(
    request: Request, asking: Principal, lead: int, kind: Kind, name: str, form: Mapping[str, str]
) -> Response:  # fmt: skip
    """Does it, once, and leads on to where its page was come from."""
    engine, back = site_of(request).engine, back_to(form.get("back"))
    number = _number(form.get("clock", "")) or None
    try:
        page = desk.form(engine, lead, asking.actor, kind, name, number=number)
        act(engine, _press(lead, kind, name, form, page), asking.actor)
    except LinkUsed:
        pass  # by the same form, so it is done
    except UnknownName:
        return not_from_there(request)
    except (LeadNotThere, LeadErased):
        return no_lead(request)
    except MovedOn:
        return moved_on(request, asking, lead, kind, name, form)
    except REFUSALS as error:
        return refused(request, asking, lead, kind, name, form, error)
    return RedirectResponse(towards(request, done(back, lead, kind, name)), 303)


def done(back: str, lead: int, kind: Kind, name: str) -> str:
    """Where to go on; to the answer itself where the lead's own page is to tell what came of it."""
    path = with_done(back, lead)
    if kind == "answer" and path.startswith(f"/leads/{lead}?"):
        return f"{path}&answered={name}"
    return path


def _press(
    lead: int, kind: Kind, name: str, form: Mapping[str, str], page: desk.FormDesk | None
) -> Press:  # fmt: skip
    asked = page.deed.asked if page is not None else ()
    values = inputs_of(form, asked, ZoneInfo(page.place.zone) if page is not None else ZoneInfo("UTC"))
    if kind == "set":
        values = {name: values.get(name)}
    key, owner = form.get("key", "")[:LONGEST_KEY], form.get("owner")
    number = _number(form.get("clock", "")) or None
    owner = None if owner is None else owner[:LONGEST_ADDRESS]
    seq = _number(form.get("seq", ""))
    return Press(key, lead, kind, name, _expected(form), values, number, owner, seq)


def refused(
    request: Request, asking: Principal, lead: int, kind: Kind, name: str, form: Mapping[str, str],
    error: SlaflowError,
) -> HTMLResponse:  # fmt: skip
    """The form as it was filled in, with why that was not done."""
    typed, number = written(form), _number(form.get("clock", "")) or None
    page = desk.form(site_of(request).engine, lead, asking.actor, kind, name, typed, number)
    if page is None or page.deed.refused:
        return moved_on(request, asking, lead, kind, name, form)
    because = _because(error) if not page.given else page.given
    status = 409 if isinstance(error, Refused) else 422
    return form_page(request, asking, page, status, back=form.get("back", ""), typed=typed, because=because)


def _because(error: SlaflowError) -> tuple[str, ...]:
    if isinstance(error, Refused):
        return error.because
    if isinstance(error, LeadExists):
        return (_("another lead is known by that already"),)
    if isinstance(error, IdentityMissing):
        return missing(error.missing)
    return (str(error),)


def moved_on(
    request: Request, asking: Principal, lead: int, kind: Kind, name: str, form: Mapping[str, str]
) -> HTMLResponse:  # fmt: skip
    """The form as it was filled in, with what happened meanwhile, and what can be done now."""
    engine, number = site_of(request).engine, _number(form.get("clock", "")) or None
    page = desk.form(engine, lead, asking.actor, kind, name, number=number)
    news = desk.since(engine, lead, asking.actor, _number(form.get("seq", "")))
    return desk_page(
        request, "desk/moved.html", 409, asking, news.place.zone, news.place.at, news=news, page=page,
        typed=written(form), back=back_to(form.get("back")),
    )  # fmt: skip


def form_page(
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
