"""``/admin/health``: whether all that slaflow stands on is in order, as ``slaflow doctor`` finds it."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import Response

from slaflow.engine.setup.doctor import NEEDED, examine
from slaflow.engine.setup.readiness import readiness
from slaflow.notify import standing
from slaflow.web.admin.context import admin_page
from slaflow.web.desk.context import site_of
from slaflow.web.principal import Asking, operation

router = APIRouter()


@router.get("/admin/health")
@operation("see_outbox")
def show(request: Request, asking: Asking) -> Response:
    """Every finding, what is amiss first."""
    site = site_of(request)
    checks = examine(site.engine)
    if not any(not each.ok and each.name in NEEDED for each in checks):
        checks += standing.examine(site.engine, site.reach)
    return admin_page(
        request, "admin/health.html", 200, asking, checks=sorted(checks, key=lambda each: each.ok),
        ready=readiness(site.engine), version=version("slaflow"),
    )  # fmt: skip
