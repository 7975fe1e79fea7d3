"""``/admin/people``: who is recorded, where they stand, who can sign in; admins change that and invite."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from slaflow.engine.access import invitations
from slaflow.engine.access.roster import roster
from slaflow.engine.permits import may
from slaflow.engine.setup.places import places
from slaflow.errors import ENVIRONMENT, SlaflowError, UnknownName
from slaflow.language import _
from slaflow.lifecycle.dealing.shares import DEFAULT
from slaflow.lifecycle.people import Person
from slaflow.web.admin.context import admin_page
from slaflow.web.desk.context import site_of
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation
from slaflow.workflow.identity import UnseenCharacter
from slaflow.workflow.model.parties import AUDITOR, ROLES

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
Email = Annotated[str, Query(max_length=400)]
GIVEN = ("name", "party", "team", "role", "manager", "calendar")
SHARES = tuple(DEFAULT)
LONGEST = 200


@router.api_route("/admin/people", methods=["GET", "HEAD"])
@operation("read")
def show(request: Request, asking: Asking, done: str = "") -> Response:
    """Everybody; for who may, a button to invite each, and a way to change where they stand."""
    engine = site_of(request).engine
    return admin_page(
        request, "admin/people.html", 200, asking, people=roster(engine),
        invites=asking.may_ever("invite") and site_of(request).takes_passwords,
        changes=asking.may_ever("people"), hands_over=may(asking.asker, "assign", ("holds",)), done=done,
    )  # fmt: skip


@router.post("/admin/people")
@operation("invite")
def invite(request: Request, asking: Asking, form: Form) -> Response:
    """Makes a link and shows it, this once."""
    site = site_of(request)
    try:
        made = invitations.invite(site.engine, form.get("email", ""), asking.email)
    except (UnknownName, UnseenCharacter):
        return _nobody(request)
    base = site.reach.public_url or f"http://{request.headers['host']}"
    link = f"{base.rstrip('/')}/invite/{made.secret}"
    return admin_page(request, "admin/invited.html", 200, asking, person=made.person, link=link)


@router.get("/admin/people/record")
@operation("people")
def ask(request: Request, asking: Asking, email: Email = "") -> Response:
    """Where somebody is to stand; without an address somebody new."""
    person = _person(request, email)
    if email and person is None:
        return _nobody(request)
    stood = {} if person is None else {each: getattr(person, each) for each in (*GIVEN, *SHARES)}
    typed = {each: "" if value is None else str(value) for each, value in stood.items()}
    return _form(request, asking, 200, person, typed, "")


@router.post("/admin/people/record")
@operation("people")
def record(request: Request, asking: Asking, form: Form) -> Response:
    """Records somebody new, or changes what is given of one who is known, from now on."""
    email = " ".join(form.get("email", "").split())
    person = _person(request, email)
    asked = (*GIVEN, *(each for each in SHARES if each in form))
    given = {each: " ".join(form.get(each, "").split()) for each in asked}
    if too_long := [each for each in (email, *given.values()) if len(each) > LONGEST]:
        because = _("that is longer than {most} letters: {it}…").format(most=LONGEST, it=too_long[0][:20])
        return _form(request, asking, 422, person, given, because, email)
    try:
        site_of(request).engine.record_person(email, given, by=asking.caller)
    except SlaflowError as error:
        if error.exit_code == ENVIRONMENT or error.code == "conflicting_change":
            raise
        return _form(request, asking, 422, person, given, str(error), email)
    return RedirectResponse(towards(request, "/admin/people?done=recorded"), 303)


@router.post("/admin/people/remove")
@operation("people")
def remove(request: Request, asking: Asking, form: Form) -> Response:
    """Ends their membership; what they did stays, and their leads stay theirs until somebody assigns them."""
    try:
        site_of(request).engine.remove_person(form.get("email", ""), by=asking.caller)
    except (UnknownName, UnseenCharacter):
        return _nobody(request)
    except SlaflowError as error:
        if error.code != "own_standing":
            raise
        return line(409, str(error), towards(request, "/"))
    return RedirectResponse(towards(request, "/admin/people?done=removed"), 303)


def _form(
    request: Request, asking: Principal, status: int, person: Person | None, typed: dict[str, str],
    because: str, email: str = "",
) -> Response:  # fmt: skip
    engine = site_of(request).engine
    charge = None if person is None else engine.charge_of(person.email)
    return admin_page(
        request, "admin/person.html", status, asking, person=person, typed=typed, because=because,
        email=email, roles=(*ROLES, AUDITOR), choices_of=places(engine), charge=charge,
        everybody=engine.people(),
    )  # fmt: skip


def _person(request: Request, email: str) -> Person | None:
    if not email:
        return None
    return next((each for each in site_of(request).engine.people() if each.email == email), None)


def _nobody(request: Request) -> Response:
    words = _("nobody is recorded by that address any more; look at the list again")
    return line(404, words, towards(request, "/"))
