"""``/sign-in/oidc`` and ``/sign-in/back``: signing in by the word of another site (OpenID Connect).

What was sent along is kept in a cookie that we signed, for ten minutes, and so in this browser alone.
"""

from __future__ import annotations

import logging
import secrets
from typing import NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from slaflow.engine.access import linked
from slaflow.engine.access.linked import NotKnownHere
from slaflow.engine.access.secrets import same
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.net.fault import NetFault
from slaflow.notify.tokens import Keys, LinkBroken
from slaflow.web import origin
from slaflow.web.access import cookies
from slaflow.web.access.browser import browser_of
from slaflow.web.access.provider import Beginning, ElsewhereSignedIn, NotTaken, TooBusy
from slaflow.web.access.sign_in import BUSY_SECONDS, begun, later
from slaflow.web.pages import page
from slaflow.web.principal import PUBLIC, found, operation
from slaflow.web.site import Site

router = APIRouter()
OVER_HTTPS, ON_THIS_MACHINE = "__Host-slaflow-elsewhere", "slaflow-elsewhere"
GOOD_FOR = 600
"""Seconds that somebody has to sign in there."""
KIND = "slaflow.elsewhere"
LONGEST_CODE = 4096
log = logging.getLogger("slaflow.web")


class Journey(NamedTuple):
    """What was sent along, when, and where they wanted to go."""

    beginning: Beginning
    at: int
    wanted: str


@router.get("/sign-in/oidc")
@operation(PUBLIC)
def leave(request: Request, next: str = "/") -> Response:
    """Sends the browser there."""
    site: Site = request.app.state.site
    elsewhere, wanted = _elsewhere(site), origin.own_path(next)
    if found(site, request) is not None:
        return RedirectResponse(origin.towards(request, wanted), 303)
    beginning = Beginning(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    try:
        response = RedirectResponse(elsewhere.address(beginning, _back(site, request)), 303)
    except (NetFault, TooBusy) as error:
        return _not_now(request, elsewhere, error)
    said = [*beginning, int(site.engine.now().timestamp()), wanted]
    response.set_cookie(
        _name(site), _keys(elsewhere).sign(KIND, said), max_age=GOOD_FOR, path="/", secure=site.is_secure,
        httponly=True, samesite="lax",
    )  # fmt: skip
    return response


@router.get("/sign-in/back")
@operation(PUBLIC)
def come_back(
    request: Request, code: str = "", state: str = "", iss: str | None = None, error: str = ""
) -> Response:
    """Lets in whom the other site means, if it was this browser that was sent there."""
    site: Site = request.app.state.site
    elsewhere = _elsewhere(site)
    journey = _journey(site, request, elsewhere)
    if journey is None or not same(state, journey.beginning.state):
        return _refused(request, 400, _("this sign-in was begun in another browser, or over ten minutes ago"))
    if error or not 0 < len(code) <= LONGEST_CODE:
        return _refused(request, 403, _("you were not signed in there"))
    try:
        said = elsewhere.said(journey.beginning, code, iss, _back(site, request))
        secret = linked.sign_in(
            site.engine, said, before=cookies.secret_of(site, request), browser=browser_of(request)
        )
    except (NotTaken, NotKnownHere) as refusal:
        log.warning("somebody was not let in by %s: %s", elsewhere.told.name, refusal.code)
        return _refused(request, 403, str(refusal), journey.wanted)
    except (NetFault, TooBusy) as trouble:
        return _not_now(request, elsewhere, trouble)
    return _taken(site, begun(site, request, secret, journey.wanted))


def _elsewhere(site: Site) -> ElsewhereSignedIn:
    if site.elsewhere is None:
        raise HTTPException(404)
    return site.elsewhere


def _journey(site: Site, request: Request, elsewhere: ElsewhereSignedIn) -> Journey | None:
    """What this browser was sent there with; None where it was not, or too long ago."""
    try:
        state, nonce, at, wanted = _keys(elsewhere).read(KIND, request.cookies.get(_name(site), ""))
    except (LinkBroken, ValueError):
        return None
    age = site.engine.now().timestamp() - at
    return Journey(Beginning(state, nonce), at, origin.own_path(wanted)) if -60 <= age < GOOD_FOR else None


def _back(site: Site, request: Request) -> str:
    base = site.reach.public_url or f"http://{request.headers['host']}"
    return f"{base.rstrip('/')}/sign-in/back"


def _keys(elsewhere: ElsewhereSignedIn) -> Keys:
    return Keys((elsewhere.key(KIND),))


def _name(site: Site) -> str:
    return OVER_HTTPS if site.is_secure else ON_THIS_MACHINE


def _taken(site: Site, response: Response) -> Response:
    """What was sent along is good once."""
    response.delete_cookie(_name(site), path="/", secure=site.is_secure, httponly=True, samesite="lax")
    return response


def _refused(request: Request, status: int, words: str, wanted: str = "/") -> Response:
    site: Site = request.app.state.site
    where = origin.towards(request, f"/sign-in?next={quote(wanted, safe='/')}")
    root = origin.towards(request, "/")
    return _taken(site, page("access/refused.html", status, words=words, where=where, root=root))


def _not_now(request: Request, elsewhere: ElsewhereSignedIn, error: SlaflowError) -> Response:
    log.warning("%s cannot be asked who people are: %s", elsewhere.told.name, error)
    words = (
        str(error)
        if isinstance(error, TooBusy)
        else _("%(name)s cannot be asked now who you are") % {"name": elsewhere.told.name}
    )
    return later(_refused(request, 503, words), BUSY_SECONDS)
