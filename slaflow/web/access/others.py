"""An admin ends the sessions of others, or lets go of what another site calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from slaflow.engine.access import account
from slaflow.engine.app import Engine
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation
from slaflow.web.site import Site
from slaflow.workflow.identity import UnseenCharacter

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]


@router.post("/admin/people/sign-out")
@operation("people")
def sign_out(request: Request, asking: Asking, form: Form) -> Response:
    """Ends every session of theirs."""
    return _done(account.sign_out, request, asking, form)


@router.post("/admin/people/unlink")
@operation("people")
def unlink(request: Request, asking: Asking, form: Form) -> Response:
    """Has them be known to no other site."""
    return _done(account.unlink, request, asking, form)


def _done(
    does: Callable[[Engine, str, str], None], request: Request, asking: Principal, form: dict[str, str]
) -> Response:
    site: Site = request.app.state.site
    try:
        does(site.engine, form.get("email", ""), asking.email)
    except (UnknownName, UnseenCharacter):
        words = _("nobody is recorded by that address any more; look at the list again")
        return line(404, words, towards(request, "/"))
    return RedirectResponse(towards(request, "/admin/people"), 303)
