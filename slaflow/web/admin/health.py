"""``/admin/health``: whether all that slaflow stands on is in order, as ``slaflow doctor`` finds it."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from slaflow.engine.desk.consequences import local
from slaflow.engine.desk.reading import zone_of
from slaflow.engine.setup.doctor import NEEDED, examine
from slaflow.engine.setup.readiness import readiness
from slaflow.link import listening
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
    engine = site.engine
    spelt = partial(local, zone=ZoneInfo(zone_of(engine, asking.actor)), now=engine.now())
    checks = examine(engine, spelt)
    if not any(not each.ok and each.name in NEEDED for each in checks):
        checks += standing.examine(engine, site.reach, spelt=spelt)
        checks += listening.examine(engine, site.reach, spelt=spelt)
    return admin_page(
        request, "admin/health.html", 200, asking, checks=sorted(checks, key=lambda each: each.ok),
        ready=readiness(site.engine), version=version("slaflow"),
    )  # fmt: skip
