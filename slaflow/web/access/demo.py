"""``/demo``: where the demo is served, whoever looks is whom they choose; elsewhere there is no such page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from slaflow.engine.access import sessions
from slaflow.engine.access.roster import roster
from slaflow.engine.transaction import written
from slaflow.language import _, marked
from slaflow.lifecycle.people import Person
from slaflow.web import origin
from slaflow.web.access.browser import browser_of
from slaflow.web.access.sign_in import begun, check_from_here
from slaflow.web.forms import form_of
from slaflow.web.pages import line, page
from slaflow.web.principal import PUBLIC, operation
from slaflow.web.site import Site

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
NO_DEMO = marked("there is no demo here; 'slaflow serve --demo' has one")


@router.api_route("/demo", methods=["GET", "HEAD"])
@operation(PUBLIC)
def show(request: Request, next: str = "/") -> Response:
    """Whom one can be."""
    site: Site = request.app.state.site
    if not site.is_demo:
        return line(404, _(NO_DEMO))
    return page("access/demo.html", 200, people=_people(site), next=origin.own_path(next))


@router.post("/demo")
@operation(PUBLIC)
def choose(request: Request, form: Form) -> Response:
    """Signs in as them, without a password."""
    site: Site = request.app.state.site
    if not site.is_demo:
        return line(404, _(NO_DEMO))
    check_from_here(site, request)
    people, wanted = _people(site), origin.own_path(form.get("next"))
    person = next((each for each in people if each.email == form.get("email")), None)
    if person is None:
        return page("access/demo.html", 422, people=people, next=wanted)
    browser = browser_of(request)
    secret = written(site.engine, lambda conn: sessions.begin(conn, person, site.engine.now(), browser))
    return begun(site, request, secret, wanted)


def _people(site: Site) -> list[Person]:
    return [each.person for each in roster(site.engine)]
