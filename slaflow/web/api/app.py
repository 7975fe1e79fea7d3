"""The API as one application, under ``/api/v1`` of the site: its addresses, and a problem for every fault."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from slaflow.errors import SlaflowError
from slaflow.web import principal
from slaflow.web.api import breaches, deeds, jobs, leads, log, people, reports, running, tokens, workflows
from slaflow.web.api.bearing import Telling, let_in
from slaflow.web.api.description import described
from slaflow.web.api.limits import Limits
from slaflow.web.api.problems import Problem, answer, problem_of
from slaflow.web.api.reading import invalid
from slaflow.web.site import Site

PLACE = "/api/v1"
KEPT = "public, max-age=3600"
BY_STATUS = {404: "no_such_page", 405: "method_not_allowed", 413: "too_large", 415: "not_json"}


ROUTERS = (
    leads.router, deeds.router, breaches.router, log.router, reports.router, workflows.router,
    people.router, tokens.router, running.router, jobs.router,
)  # fmt: skip
"""Every address that needs a token."""


def routes() -> list[APIRoute]:
    """The same, route by route."""
    return [route for each in ROUTERS for route in each.routes if isinstance(route, APIRoute)]


def made(site: Site, limits: Limits | None = None) -> FastAPI:
    """The application that answers for *site*. Raises ``RouteUnnamed``."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False,
        dependencies=[Depends(let_in)],
    )  # fmt: skip
    app.state.site = site
    app.state.limits = limits or Limits()
    for each in (*ROUTERS, _describing()):
        app.include_router(each)
    principal.check_routes(app.routes, public_mounts=())
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(SlaflowError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, not_taken)
    app.add_exception_handler(Exception, _fault)
    app.add_middleware(Telling)
    return app


@cache
def document() -> bytes:
    """What describes all of it for programs, and at ``/api`` for people."""
    return described(routes(), PLACE, version("slaflow"))


def _describing() -> APIRouter:
    """What describes the other addresses, to whoever asks: it tells nothing of any lead."""
    router = APIRouter()

    @router.get("/openapi.json")
    @principal.operation("public", "token")
    def describe() -> Response:
        """The OpenAPI document."""
        return Response(document(), 200, {"cache-control": KEPT}, "application/json")

    return router


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(error)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, SlaflowError)
    return answer(problem_of(error))


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(each["loc"][0] == "path" for each in found):
        return answer(Problem("no_such_page", "there is nothing at this address"))
    return answer(invalid(found, start=1))


def not_taken(request: Request, error: Exception) -> Response:
    """A problem in place of an address or verb that there is not."""
    assert isinstance(error, HTTPException)
    code = BY_STATUS.get(error.status_code, "unreadable")
    words = {
        "no_such_page": "there is nothing at this address",
        "method_not_allowed": "that is not done with this address",
    }.get(code, str(error.detail))
    headers = {"allow": ", ".join(_taken(request))} if error.status_code == 405 else error.headers
    return answer(Problem(code, words, headers))


def _taken(request: Request) -> list[str]:
    """What can be done with the address."""
    path = request.scope["path"].removeprefix(PLACE)
    found = [route for route in routes() if route.path_regex.match(path)]
    found = [route for route in found if route.path == path] or found
    return sorted({verb for route in found for verb in route.methods or ()})


def _fault(request: Request, error: Exception) -> Response:
    """The log has a line about it, by what stands around the site."""
    words = "nothing was done, or all of it was; whoever runs slaflow finds a line about it in the log"
    return answer(Problem("fault", words))
