"""``/admin/people``: who is recorded and can sign in; admins make the links by which others do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from slaflow.engine.access import invitations
from slaflow.engine.access.roster import roster
from slaflow.errors import UnknownName
from slaflow.web import origin
from slaflow.web.forms import form_of
from slaflow.web.pages import line, page
from slaflow.web.principal import Asking, operation
from slaflow.web.site import Site
from slaflow.workflow.identity import UnseenCharacter

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
NOBODY = "nobody is recorded by that address any more; look at the list again"


@router.api_route("/admin/people", methods=["GET", "HEAD"])
@operation("read")
def show(request: Request, asking: Asking) -> Response:
    """Everybody; for who may, a button to invite each."""
    site: Site = request.app.state.site
    return page(
        "admin/people.html", 200, asking=asking, people=roster(site.engine), invites=asking.may_ever("invite")
    )


@router.post("/admin/people")
@operation("invite")
def invite(request: Request, asking: Asking, form: Form) -> Response:
    """Makes a link and shows it, this once."""
    site: Site = request.app.state.site
    try:
        made = invitations.invite(site.engine, form.get("email", ""), asking.email)
    except (UnknownName, UnseenCharacter):
        return line(404, NOBODY)
    base = site.reach.public_url or f"http://{request.headers['host']}"
    link = f"{base.rstrip('/')}/invite/{made.secret}"
    back = origin.towards(request, "/admin/people")
    return page("admin/invited.html", 200, person=made.person, link=link, back=back)
