"""``/jobs``: what one asked for that takes longer than a page; ``/jobs/ID``: how far it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from slaflow.engine.jobs import asking as jobs
from slaflow.engine.jobs.errors import JobHasEnded, JobNotThere, NoFile
from slaflow.engine.logbook import listing
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.logbook import words
from slaflow.web.logbook.kinds import KINDS
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import SIGNED_IN, Asking, operation

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=10**18)]


@router.get("/jobs")
@operation(SIGNED_IN)
def listed(request: Request, asking: Asking, everybodys: str = "") -> Response:
    """One's own; an admin's may be everybody's."""
    app = site_of(request).engine
    found = jobs.listed(app, KINDS, asking.asker, everybodys=bool(everybodys))
    return desk_page(
        request, "logbook/jobs.html", 200, asking, listing.zone_of(app, asking.actor), app.now(), jobs=found,
        says=words, everybodys=bool(everybodys) and asking.role == "admin",
    )  # fmt: skip


@router.get("/jobs/{number}")
@operation(SIGNED_IN)
def show(request: Request, asking: Asking, number: Number) -> Response:
    """A job as it stands."""
    app = site_of(request).engine
    try:
        job = jobs.find(app, KINDS, asking.asker, number)
    except JobNotThere as error:
        return line(404, str(error), towards(request, "/jobs"))
    return desk_page(
        request, "logbook/job.html", 200, asking, listing.zone_of(app, asking.actor), app.now(), job=job,
        says=words, kept_days=jobs.KEPT_FOR.days,
    )  # fmt: skip


@router.get("/jobs/{number}/file")
@operation(SIGNED_IN)
def file(request: Request, asking: Asking, number: Number) -> Response:
    """The file that came of it."""
    try:
        job, pieces = jobs.file(site_of(request).engine, KINDS, asking.asker, number)
    except JobNotThere as error:
        return line(404, str(error), towards(request, "/jobs"))
    except NoFile as error:
        return line(410 if error.is_gone else 409, str(error), towards(request, f"/jobs/{number}"))
    named = {"content-disposition": f'attachment; filename="{job.file_name}"'}
    named["content-length"] = str(job.file_bytes)
    return StreamingResponse(pieces, 200, named, job.file_type)


@router.post("/jobs/{number}/cancel")
@operation(SIGNED_IN)
def cancel(request: Request, asking: Asking, number: Number) -> Response:
    """Calls it off."""
    try:
        jobs.cancel(site_of(request).engine, KINDS, asking.asker, number)
    except JobNotThere as error:
        return line(404, str(error), towards(request, "/jobs"))
    except JobHasEnded as error:
        return line(409, str(error), towards(request, f"/jobs/{number}"))
    return RedirectResponse(towards(request, f"/jobs/{number}"), 303)
