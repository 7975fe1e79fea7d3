"""The site as one application: its pages, what guards them, and a clear line for every fault."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.language import _, marked
from slaflow.web import act, health, hooks, principal, problems, slack, stop
from slaflow.web.access import demo, letting_in, me, oidc, others, sign_in
from slaflow.web.admin import absences, handover, people, sending, tokens
from slaflow.web.admin import health as admin_health
from slaflow.web.agreement import activating, drafting, reading, signing
from slaflow.web.api import app as api
from slaflow.web.desk import adding, assigning, deeds, leads, queue
from slaflow.web.guarding import Guarded
from slaflow.web.logbook import jobs, log
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.record import pages as record
from slaflow.web.record import reviews
from slaflow.web.reference import page as reference
from slaflow.web.site import Site

STATIC = Path(__file__).parent / "static"
KEPT = "public, max-age=3600"
NO_PAGE = marked("there is no such page here; open the link as it stands in the message")
NOT_SO = marked("this page is only looked at, or sent by its own button")
NOT_NOW = marked("slaflow cannot get at its data now, and nothing was done; try again in a minute")
BUSY = marked("somebody else was at the same lead, and nothing was done; try again")


ROUTERS = (
    sign_in.router, oidc.router, letting_in.router, demo.router, people.router, act.router, stop.router,
    health.router, hooks.router, slack.router, problems.router, reference.router,
    queue.router, adding.router, assigning.router, leads.router, deeds.router,
    log.router, jobs.router,
    me.router, others.router,
    record.router, reviews.router,
    absences.router, handover.router, tokens.router, sending.router, admin_health.router,
    drafting.router, signing.router, activating.router, reading.router,
)  # fmt: skip
"""The pages there are."""


def made(site: Site, routers: Iterable[APIRouter] = ROUTERS) -> FastAPI:
    """The application that answers for *site*. Raises ``RouteUnnamed``."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(principal.guard)])
    app.state.site = site
    for each in routers:
        app.include_router(each)
    app.mount("/static", _Static(directory=STATIC))
    app.mount(api.PLACE, api.made(site))
    principal.check_routes(app.routes, public_mounts=("/static", api.PLACE))
    app.add_exception_handler(HTTPException, _not_taken)
    app.add_exception_handler(SlaflowError, _refused)
    app.add_exception_handler(RequestValidationError, _not_an_address)
    app.add_exception_handler(principal.NotSignedIn, principal.sign_in_first)
    app.add_exception_handler(principal.Forbidden, principal.refused)
    app.add_middleware(Guarded, site=site)
    return app


class _Static(StaticFiles):
    """What every page shares; nobody's own, so it may be kept."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = KEPT
        return response


def _not_taken(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.scope["path"].startswith(f"{api.PLACE}/"):
        # A line break in an address keeps it from where it belongs.
        return api.not_taken(request, error)
    if request.scope["path"].startswith(hooks.PLACE):
        return hooks.not_taken(error)
    words = _({404: NO_PAGE, 405: NOT_SO}.get(error.status_code, str(error.detail)))
    response = line(error.status_code, words, towards(request, "/"))
    response.headers.update(error.headers or {})
    return response


def _not_an_address(request: Request, error: Exception) -> HTMLResponse:
    """A number that is none, or a name longer than any: nothing of ours leads there."""
    return line(404, _(NO_PAGE), towards(request, "/"))


def _refused(request: Request, error: Exception) -> HTMLResponse:
    """What the database or a race stands in the way of; the error's own words may name where it is."""
    assert isinstance(error, SlaflowError)
    if error.exit_code != ENVIRONMENT and error.code != "conflicting_change":
        raise error
    response = line(503, _(NOT_NOW if error.exit_code == ENVIRONMENT else BUSY), towards(request, "/"))
    response.headers["retry-after"] = "60" if error.exit_code == ENVIRONMENT else "1"
    return response
