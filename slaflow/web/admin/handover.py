"""``/admin/people/hand-over``: all that somebody has given to another person, or dealt to a team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from slaflow.engine.dealing import handover
from slaflow.engine.dealing.handover import Handover
from slaflow.engine.setup.places import places
from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.language import _
from slaflow.lifecycle.people import Person
from slaflow.web.admin.context import admin_page
from slaflow.web.desk.context import site_of
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
AT_ONCE = 2000
"""Leads handed over before the page answers; the same button goes on after the last of them."""
LONGEST = 19
"""Digits of a lead's number."""
NAMED = 20
"""Leads that are left, named with why."""


@router.get("/admin/people/hand-over")
@operation("assign")
def ask(request: Request, asking: Asking, email: Annotated[str, Query(max_length=400)] = "") -> Response:
    """Who is to have what somebody has."""
    person = _person(request, email)
    return _nobody(request) if person is None else _form(request, asking, 200, person)


@router.post("/admin/people/hand-over")
@operation("assign")
def hand_over(
    request: Request, asking: Asking, form: Annotated[dict[str, str], Depends(form_of)]
) -> Response:
    """Hands it over, and says what went to whom, what waits and what was left."""
    person, to = _person(request, form.get("email", "")), form.get("to", "")
    if person is None:
        return _nobody(request)
    if not to:
        return _form(request, asking, 422, person, _("choose who is to have them"))
    try:
        done = handover.hand_over(
            site_of(request).engine, person.email, to, by=asking.caller, after=_after(form), most=AT_ONCE
        )  # fmt: skip
    except SlaflowError as error:
        if error.exit_code == ENVIRONMENT or error.code == "conflicting_change":
            raise
        return _form(request, asking, 403 if error.code == "not_permitted" else 422, person, str(error))
    return _form(request, asking, 200, person, done=done, to=to)


def _form(
    request: Request, asking: Principal, status: int, person: Person, because: str = "",
    done: Handover | None = None, to: str = "",
) -> Response:  # fmt: skip
    engine = site_of(request).engine
    teams = places(engine).teams
    found = [each for each in engine.people() if each.email != person.email and each.party == person.party]
    return admin_page(
        request, "admin/hand_over.html", status, asking, person=person, because=because, done=done, to=to,
        charge=engine.charge_of(person.email), everybody=found, named=NAMED, at_once=AT_ONCE,
        teams=[name for name, party in teams.items() if party == person.party],
    )  # fmt: skip


def _after(form: Mapping[str, str]) -> int:
    """The lead behind which to go on, so that those that are left hold up no others; 0: from the first."""
    given = form.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < LONGEST else 0


def _person(request: Request, email: str) -> Person | None:
    if not email:
        return None
    return next((each for each in site_of(request).engine.people() if each.email == email), None)


def _nobody(request: Request) -> Response:
    words = _("nobody is recorded by that address any more; look at the list again")
    return line(404, words, towards(request, "/"))
