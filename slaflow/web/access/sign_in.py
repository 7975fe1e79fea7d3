"""``/sign-in`` and ``/sign-out``. HTML alone; no script is needed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from slaflow.engine.access import attempts, passwords, sessions, signing_in
from slaflow.engine.access.invitations import can_anybody_sign_in
from slaflow.language import _, marked
from slaflow.web import origin
from slaflow.web.access import cookies
from slaflow.web.access.browser import browser_of
from slaflow.web.forms import form_of
from slaflow.web.pages import page
from slaflow.web.principal import ELSEWHERE, PUBLIC, SIGNED_IN, Asking, Forbidden, found, operation
from slaflow.web.site import Site

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
NOBODY_YET = marked("nobody can sign in yet; open the link that 'slaflow serve' printed when it began")
BUSY_SECONDS = 5


@router.api_route("/sign-in", methods=["GET", "HEAD"])
@operation(PUBLIC)
def show(request: Request, next: str = "/") -> Response:
    """The form; whoever is signed in already goes on."""
    site: Site = request.app.state.site
    wanted = origin.own_path(next)
    if found(site, request) is not None:
        return RedirectResponse(origin.towards(request, wanted), 303)
    if site.is_demo:
        return RedirectResponse(origin.towards(request, f"/demo?next={quote(wanted, safe='/')}"), 303)
    note = None if site.elsewhere or can_anybody_sign_in(site.engine) else _(NOBODY_YET)
    return _form(site, wanted, note=note)


@router.post("/sign-in")
@operation(PUBLIC)
def enter(request: Request, form: Form) -> Response:
    """Lets in who knows the password, with a session of their own."""
    site: Site = request.app.state.site
    check_from_here(site, request)
    check_passwords(site)
    wanted, email = origin.own_path(form.get("next")), form.get("email", "").strip()
    try:
        secret = signing_in.sign_in(
            site.engine, email, form.get("password", ""), origin.address_of(site, request),
            before=cookies.secret_of(site, request), browser=browser_of(request),
        )  # fmt: skip
    except signing_in.NotLetIn as error:
        return _form(site, wanted, email, str(error), 401)
    except attempts.TooManyAttempts as error:
        return later(_form(site, wanted, email, str(error), 429), error.seconds)
    except passwords.TooBusy as error:
        return later(_form(site, wanted, email, str(error), 503), BUSY_SECONDS)
    return begun(site, request, secret, wanted)


@router.post("/sign-out")
@operation(SIGNED_IN)
def leave(request: Request, asking: Asking) -> Response:
    """Ends the session, here and in the database."""
    site: Site = request.app.state.site
    sessions.end(site.engine, cookies.secret_of(site, request))
    response = RedirectResponse(origin.towards(request, "/sign-in"), 303)
    cookies.take(site, response)
    return response


def check_from_here(site: Site, request: Request) -> None:
    """Raises ``Forbidden`` where a form that needs no session was not sent by a page of ours."""
    if not origin.is_ours(site, request.headers):
        raise Forbidden(_(ELSEWHERE))


def check_passwords(site: Site) -> None:
    """Raises ``Forbidden`` where nobody has a password."""
    if not site.takes_passwords and site.elsewhere:
        raise Forbidden(
            _("passwords are not taken here; sign in with %(name)s") % {"name": site.elsewhere.told.name}
        )


def begun(site: Site, request: Request, secret: str, wanted: str = "/") -> Response:
    """Sends the browser on, with its session."""
    response = RedirectResponse(origin.towards(request, wanted), 303)
    cookies.give(site, response, secret)
    return response


def later(response: Response, seconds: int) -> Response:
    """Says when to try again."""
    response.headers["retry-after"] = str(seconds)
    return response


def _form(site: Site, wanted: str, email: str = "", note: str | None = None, status: int = 200) -> Response:
    return page(
        "access/sign_in.html", status, next=wanted, email=email, note=note,
        elsewhere=site.elsewhere.told.name if site.elsewhere else None, takes_passwords=site.takes_passwords,
    )  # fmt: skip
