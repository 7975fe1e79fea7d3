"""``/admin/tokens``: what other systems show to be let in; none is shown but once, when it is made."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from slaflow.engine.access import tokens
from slaflow.engine.access.tokens import SCOPES, TokenExists, TokenUnusable
from slaflow.engine.desk.reading import zone_of
from slaflow.engine.setup.places import places
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
PERSON = "person:"


@router.get("/admin/tokens")
@operation("see_tokens")
def show(request: Request, asking: Asking, done: str = "") -> Response:
    """Every token there ever was."""
    return _page(request, asking, 200, {}, "", done)


@router.post("/admin/tokens")
@operation("tokens")
def add(request: Request, asking: Asking, form: Form) -> Response:
    """Makes one and shows it, this once."""
    engine = site_of(request).engine
    ends = None
    if form.get("expires"):
        ends = local_instant(form["expires"], zone_of(engine, asking.actor))
        if ends is None:
            return _page(request, asking, 422, form, _("that is no date; leave it out for a year"))
    scopes = [each for each in SCOPES if form.get(f"scope.{each}")]
    whose = form.get("whose", "")
    person = whose.removeprefix(PERSON) if whose.startswith(PERSON) else None
    try:
        made, secret = tokens.add(
            engine, form.get("name", "").strip(), scopes, party=None if person else whose, person=person,
            expires_at=ends, by=asking.caller,
        )  # fmt: skip
    except TokenExists as error:
        return _page(request, asking, 409, form, str(error))
    except UnknownName:
        return _page(request, asking, 422, form, _("choose whose it is from the list"))
    except (TokenUnusable, UnseenCharacter) as error:
        return _page(request, asking, 422, form, str(error))
    return admin_page(request, "admin/token.html", 200, asking, token=made, secret=secret)


@router.post("/admin/tokens/revoke")
@operation("tokens")
def revoke(request: Request, asking: Asking, form: Form) -> Response:
    """Ends it from the next request on."""
    try:
        tokens.revoke(site_of(request).engine, form.get("name", ""), by=asking.caller)
    except UnknownName:
        return line(404, _("there is no token of that name; look at the list again"), towards(request, "/"))
    return RedirectResponse(towards(request, "/admin/tokens?done=revoked"), 303)


def _page(
    request: Request, asking: Principal, status: int, typed: dict[str, str], because: str, done: str = ""
) -> Response:
    engine = site_of(request).engine
    return admin_page(
        request, "admin/tokens.html", status, asking, tokens=tokens.listed(engine)[::-1], typed=typed,
        because=because, done=done, makes=asking.may_ever("tokens"), scopes=SCOPES, choices_of=places(engine),
        everybody=engine.people(),
    )  # fmt: skip
