"""``/healthz``: it runs. ``/readyz``: it can work, and how far ticks are behind. For machines; no secrets."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from slaflow.engine.setup.readiness import readiness
from slaflow.web.principal import PUBLIC, operation
from slaflow.web.site import Site

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
@operation(PUBLIC)
def healthy() -> JSONResponse:
    return JSONResponse({"ok": True})


@router.api_route("/readyz", methods=["GET", "HEAD"])
@operation(PUBLIC)
def ready(request: Request) -> JSONResponse:
    site: Site = request.app.state.site
    found = readiness(site.engine)
    return JSONResponse(found.as_json(), 200 if found.ok else 503)
