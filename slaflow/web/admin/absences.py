"""``/admin/absences``: who is away, one's own, one's party's or everybody's; told here, and ended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from slaflow.engine.desk.reading import zone_of
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup import absences
from slaflow.engine.setup.absences import AbsenceNotThere, InvalidAbsence
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.web.admin.context import admin_page, local_instant
from slaflow.web.desk.context import site_of
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation
from slaflow.workflow.identity import UnseenCharacter

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]


@router.get("/admin/absences")
@operation("absence")
def show(request: Request, asking: Asking, done: str = "") -> Response:
    """Who is away or will be, of those whose absences are theirs to tell."""
    return _page(request, asking, 200, {}, "", done)


@router.post("/admin/absences")
@operation("absence")
def add(request: Request, asking: Asking, form: Form) -> Response:
    """Tells an absence; it holds from now on, never earlier."""
    engine = site_of(request).engine
    zone = zone_of(engine, asking.actor)
    starts, ends = (local_instant(form.get(each, ""), zone) for each in ("from", "until"))
    if starts is None or ends is None:
        return _page(request, asking, 422, form, _("say from when until when, each a date and a time"))
    if ends <= starts:
        return _page(request, asking, 422, form, _("an absence ends after it begins; look at the two again"))
    if ends <= engine.now():
        return _page(
            request, asking, 422, form, _("that is over already; an absence holds from when it is told")
        )
    try:
        engine.send_away(
            form.get("email", ""), starts, ends, by=asking.caller, stand_in=form.get("stand_in") or None
        )
    except NotPermitted as error:
        return line(403, str(error), towards(request, "/"))
    except (UnknownName, UnseenCharacter):
        return _page(
            request, asking, 422, form, _("nobody is recorded by that address; choose from the list")
        )
    except InvalidAbsence:
        because = _("somebody else of the same party stands in; choose another")
        return _page(request, asking, 422, form, because)
    return RedirectResponse(towards(request, "/admin/absences?done=told"), 303)


@router.post("/admin/absences/back")
@operation("absence")
def end(request: Request, asking: Asking, form: Form) -> Response:
    """Ends one from now on, be it before it has begun."""
    starts, ends = (local_instant(form.get(each, ""), "UTC") for each in ("from", "until"))
    try:
        if starts is None or ends is None:
            raise AbsenceNotThere(_("whoever is meant"))
        absences.back(site_of(request).engine, form.get("email", ""), starts, ends, by=asking.caller)
    except NotPermitted as error:
        return line(403, str(error), towards(request, "/"))
    except (AbsenceNotThere, UnknownName, UnseenCharacter):
        words = _("there is no such absence, or it is over already; look at the list again")
        return line(404, words, towards(request, "/"))
    return RedirectResponse(towards(request, "/admin/absences?done=back"), 303)


def _page(
    request: Request, asking: Principal, status: int, typed: dict[str, str], because: str, done: str = ""
) -> Response:
    standing = absences.standing(site_of(request).engine, asking.asker)
    return admin_page(
        request, "admin/absences.html", status, asking, standing=standing, typed=typed, because=because,
        done=done,
    )  # fmt: skip
