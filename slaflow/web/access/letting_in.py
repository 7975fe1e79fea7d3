"""``/setup/LINK`` and ``/invite/LINK``: by a link that is good once somebody chooses their password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from slaflow.engine.access import invitations
from slaflow.engine.access.invitations import Founding, LinkOver
from slaflow.engine.access.passwords import SHORTEST, PasswordRefused, TooBusy
from slaflow.errors import InvalidValue, UnknownName
from slaflow.language import _, marked
from slaflow.lifecycle.people import Person
from slaflow.web.access.browser import browser_of
from slaflow.web.access.sign_in import BUSY_SECONDS, begun, check_from_here, check_passwords, later
from slaflow.web.forms import form_of
from slaflow.web.pages import line, page
from slaflow.web.principal import PUBLIC, operation
from slaflow.web.site import Site

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
NOT_THE_SAME = marked("the two passwords are not the same; type them again")


@router.api_route("/invite/{text}", methods=["GET", "HEAD"])
@operation(PUBLIC)
def invited(text: str, request: Request) -> Response:
    """Whom it lets in; looking at it uses nothing up."""
    site: Site = request.app.state.site
    check_passwords(site)
    try:
        return _invite(invitations.invited(site.engine, text))
    except LinkOver as error:
        return line(404, str(error))


@router.post("/invite/{text}")
@operation(PUBLIC)
def accept(text: str, request: Request, form: Form) -> Response:
    """Has the password be theirs, and signs them in."""
    site: Site = request.app.state.site
    check_from_here(site, request)
    check_passwords(site)
    try:
        person = invitations.invited(site.engine, text)
    except LinkOver as error:
        return line(404, str(error))
    return _tried(
        lambda: invitations.accept(site.engine, text, _password(form), browser_of(request)),
        lambda note, status: _invite(person, note, status), site, request,
    )  # fmt: skip


@router.api_route("/setup/{text}", methods=["GET", "HEAD"])
@operation(PUBLIC)
def founding(text: str, request: Request) -> Response:
    """What the first person is asked."""
    site: Site = request.app.state.site
    check_passwords(site)
    try:
        return _setup(invitations.founding(site.engine, text), {})
    except LinkOver as error:
        return line(404, str(error))


@router.post("/setup/{text}")
@operation(PUBLIC)
def found(text: str, request: Request, form: Form) -> Response:
    """Lets the first person in."""
    site: Site = request.app.state.site
    check_from_here(site, request)
    check_passwords(site)
    try:
        asked = invitations.founding(site.engine, text)
    except LinkOver as error:
        return line(404, str(error))
    given = {name: form.get(name, "") for name in ("email", "party", "name")}
    return _tried(
        lambda: invitations.found(
            site.engine, text, password=_password(form), browser=browser_of(request), **given
        ),
        lambda note, status: _setup(asked, given, note, status), site, request,
    )  # fmt: skip


def _tried(
    let_in: Callable[[], str], again: Callable[[str, int], Response], site: Site, request: Request
) -> Response:
    """Signs in whom *let_in* lets in; else the form *again*, with why."""
    try:
        return begun(site, request, let_in())
    except LinkOver as error:
        return line(404, str(error))
    except TooBusy as error:
        return later(again(str(error), 503), BUSY_SECONDS)
    except (InvalidValue, UnknownName) as error:
        return again(str(error), 422)


def _password(form: dict[str, str]) -> str:
    """What was typed twice. Raises ``PasswordRefused`` where it was not."""
    password = form.get("password", "")
    if form.get("again", "") != password:
        raise PasswordRefused(_(NOT_THE_SAME))
    return password


def _invite(person: Person, note: str | None = None, status: int = 200) -> Response:
    return page("access/invite.html", status, person=person, note=note, shortest=SHORTEST)


def _setup(asked: Founding, given: dict[str, str], note: str | None = None, status: int = 200) -> Response:
    return page("access/setup.html", status, asked=asked, given=given, note=note, shortest=SHORTEST)
