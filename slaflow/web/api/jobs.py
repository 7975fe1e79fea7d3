"""Jobs: what takes longer than an answer may, asked for, looked at, called off, its file fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from slaflow.engine.caller import Caller, Kept
from slaflow.engine.jobs import asking
from slaflow.engine.jobs.asking import Job
from slaflow.lifecycle.decision import instant_text
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.leads import Number
from slaflow.web.api.queries import Asked
from slaflow.web.api.reading import Plain, Sent, json_of, key_of
from slaflow.web.api.telling import told
from slaflow.web.api.writing import written
from slaflow.web.logbook.kinds import KINDS

router = APIRouter()


class NewJob(Sent):
    kind: str = Field(min_length=1, max_length=60)
    parameters: dict[str, Plain] = Field(default_factory=dict, max_length=40)


@router.get("/jobs")
@needs("verify", "log", "manage", tells="Job")
def jobs(asks: Asks, site: Here, query: Annotated[Asked, Query()]) -> Response:
    """The latest of one's own, newest first; an admin's list is of everybody's."""
    found = asking.listed(site.engine, KINDS, asks.asker, everybodys=True)
    return told({"items": [job_json(each) for each in found], "next": None})


@router.post("/jobs", status_code=202)
@needs("verify", "log", "manage", tells="Job")
def ask_job(
    request: Request, asks: Asks, site: Here, body: Annotated[NewJob, Depends(json_of(NewJob))]
) -> Response:
    """Has a job be done by whoever is free."""

    def shown(number: int) -> Mapping[str, Any]:
        return job_json(asking.find(site.engine, KINDS, asks.asker, number))

    def write(who: Caller) -> Mapping[str, Any]:
        return shown(asking.ask(site.engine, KINDS, asks.asker, body.kind, body.parameters, who))

    def again(kept: Kept) -> Mapping[str, Any]:
        assert kept.seq is not None
        return shown(kept.seq)

    return written(request, asks, write, again, 202, lambda said: f"/jobs/{said['id']}")


@router.get("/jobs/{job}")
@needs("verify", "log", "manage", tells="Job")
def show_job(job: Number, asks: Asks, site: Here, query: Annotated[Asked, Query()]) -> Response:
    """How far a job is, or what came of it."""
    return told(job_json(asking.find(site.engine, KINDS, asks.asker, job)))


@router.delete("/jobs/{job}", status_code=204)
@needs("verify", "log", "manage", tells="Nothing")
def cancel_job(job: Number, request: Request, asks: Asks, site: Here) -> Response:
    """Calls a job off, also where somebody is at it; asked twice it is off already."""
    # Nothing is kept under it, yet one that is none is refused as everywhere.
    key_of(request.headers)
    asking.cancel(site.engine, KINDS, asks.asker, job)
    return Response(status_code=204)


@router.get("/jobs/{job}/file")
@needs("verify", "log", "manage", tells="File", anything=True)
def job_file(job: Number, asks: Asks, site: Here, query: Annotated[Asked, Query()]) -> Response:
    """What a job wrote; kept for seven days, and not past the erasure of a lead."""
    found, pieces = asking.file(site.engine, KINDS, asks.asker, job)
    headers = {"content-disposition": f'attachment; filename="{found.file_name}"'}
    return StreamingResponse(pieces, 200, headers, found.file_type)


def job_json(job: Job) -> dict[str, Any]:
    """A job as it stands."""
    instants = {"made_at": job.made_at, "ended_at": job.ended_at, "expires_at": job.expires_at}
    file = {"name": job.file_name, "type": job.file_type, "bytes": job.file_bytes} if job.has_file else None
    return {
        "id": job.id, "kind": job.kind, "asked_by": job.asked_by, "parameters": job.parameters,
        "status": job.status, "done": job.done, "of": job.of, "result": job.result, "error": job.error,
        "file": file, **{name: None if at is None else instant_text(at) for name, at in instants.items()},
    }  # fmt: skip
