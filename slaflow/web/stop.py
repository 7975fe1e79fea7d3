"""``/stop/LINK``: who gets messages asks for fewer; only POST acts, from the page or from a mail program.

A mail program sends ``List-Unsubscribe=One-Click`` by itself, once its user asks for that (RFC 8058); it has
seen no page, so that word stands for the key that a page gives.
"""

from __future__ import annotations

from typing import Annotated, get_args
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from slaflow.language import _, marked
from slaflow.notify import links
from slaflow.notify.links import Stop
from slaflow.notify.tokens import LinkBroken
from slaflow.web.act import ELSEWHERE, FROM_HERE, keys_of
from slaflow.web.forms import body_of
from slaflow.web.pages import line, page
from slaflow.web.principal import PUBLIC, operation
from slaflow.web.site import Instead, Site, Stopping

router = APIRouter()
ONE_CLICK = b"One-Click"
UNSUBSCRIBE = b"List-Unsubscribe"
NOT_HERE = marked("messages are not stopped by a link here; ask whoever runs slaflow")
NOTHING_CHOSEN = marked("nothing was changed; press one of the buttons")
Body = Annotated[bytes, Depends(body_of)]


@router.api_route("/stop/{text}", methods=["GET", "HEAD"])
@operation(PUBLIC)
def show(text: str, request: Request) -> HTMLResponse:
    """What can be asked for."""
    try:
        stop, _stopping = _asked(request, text)
    except LinkBroken as error:
        return line(404, str(error))
    return _choice(stop)


@router.post("/stop/{text}")
@operation(PUBLIC)
def act(text: str, request: Request, body: Body) -> HTMLResponse:
    """Does what was asked for; a mail program asks for none."""
    try:
        stop, stopping = _asked(request, text)
    except LinkBroken as error:
        return line(404, str(error))
    if request.headers.get("sec-fetch-site") not in FROM_HERE:
        return line(403, _(ELSEWHERE))
    chosen = _chosen(body)
    if chosen is None:
        return _choice(stop, 422, _(NOTHING_CHOSEN))
    return page("link/stopped.html", 200, words=stopping(stop.address, stop.channel, chosen))


def _asked(request: Request, text: str) -> tuple[Stop, Stopping]:
    site: Site = request.app.state.site
    stop = links.read_stop(keys_of(site), text)
    if site.stopping is None:
        raise LinkBroken(_(NOT_HERE))
    return stop, site.stopping


def _choice(stop: Stop, status: int = 200, note: str | None = None) -> HTMLResponse:
    return page("link/stop.html", status, stop=stop, note=note)


def _chosen(body: bytes) -> Instead | None:
    """What the body asks for, be it the page's form or a mail program's, which may come in parts."""
    if UNSUBSCRIBE in body and ONE_CLICK in body:
        return "none"
    given = parse_qs(body.decode("ascii", "replace")).get("to", [""])[-1]
    return next((each for each in get_args(Instead) if each == given), None)
