"""What is changed: leads added, fields set, triggers fired, touches recorded, checks answered, owners."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field
from starlette.responses import Response

from slaflow.engine.caller import Caller
from slaflow.engine.leads.commands import numbered
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.leads import Number
from slaflow.web.api.problems import Problem
from slaflow.web.api.reading import Instant, Sent, Value, json_of
from slaflow.web.api.writing import lead_written
from slaflow.web.site import Site
from slaflow.workflow.model.parties import LEAD

router = APIRouter()
MOST_FIELDS = 200
Fields = Annotated[dict[str, Value], Field(max_length=MOST_FIELDS)]
Named = Annotated[str, Path(min_length=1, max_length=200)]


class NewLead(Sent):
    fields: Fields
    workflow: str | None = Field(None, max_length=200)


class Changes(Sent):
    fields: Annotated[Fields, Field(min_length=1)]
    occurred_at: Instant | None = None


class Inputs(Sent):
    inputs: Fields = Field(default_factory=dict)
    occurred_at: Instant | None = None


class Touch(Sent):
    kind: str = Field(min_length=1, max_length=200)
    fields: Fields = Field(default_factory=dict)
    automated: bool | None = None
    occurred_at: Instant | None = None


class Evidence(Sent):
    answer: Fields
    occurred_at: Instant | None = None


class Owner(Sent):
    owner: str = Field(min_length=1, max_length=254)


@router.post("/leads", status_code=201)
@needs("add", "ingest", "write", tells="Lead")
def add(
    request: Request, asks: Asks, site: Here, body: Annotated[NewLead, Depends(json_of(NewLead))]
) -> Response:
    """Adds a lead. Two that agree in what a lead is known by are one: 409 says which."""
    if "if-match" in request.headers:
        raise Problem("bad_header", "a lead that is not there yet has no ETag; leave If-Match out")

    def write(who: Caller) -> int:
        return int(site.engine.add(body.fields, who, workflow=body.workflow)["id"])

    return lead_written(request, site, asks, None, write)


@router.patch("/leads/{lead}")
@needs("set", "write", tells="Lead")
def change(
    lead: Number,
    request: Request,
    asks: Asks,
    site: Here,
    body: Annotated[Changes, Depends(json_of(Changes))],
) -> Response:
    """Sets fields; null empties one. What is not named stays."""

    def write(who: Caller) -> None:
        site.engine.change(lead, body.fields, who, occurred_at=body.occurred_at)

    return lead_written(request, site, asks, lead, write)


@router.post("/leads/{lead}/fire/{trigger}")
@needs("fire", "write", tells="Lead")
def fire(
    lead: Number, trigger: Named, request: Request, asks: Asks, site: Here,
    body: Annotated[Inputs, Depends(json_of(Inputs))],
) -> Response:  # fmt: skip
    """Fires a trigger. 409 says which clauses of its guard do not hold."""

    def write(who: Caller) -> None:
        site.engine.fire(lead, trigger, who, body.inputs, occurred_at=body.occurred_at)

    return lead_written(request, site, asks, lead, write)


@router.post("/leads/{lead}/activities")
@needs("record", "ingest", "write", tells="Lead")
def record(
    lead: Number, request: Request, asks: Asks, site: Here, body: Annotated[Touch, Depends(json_of(Touch))]
) -> Response:
    """Records a touch. A token that only ingests records what the prospect did."""
    if "write" not in asks.scopes:
        _check_is_of_the_lead(site, lead, body.kind)

    def write(who: Caller) -> None:
        site.engine.record(
            lead, body.kind, who, body.fields, automated=body.automated, occurred_at=body.occurred_at
        )

    return lead_written(request, site, asks, lead, write)


@router.put("/leads/{lead}/checks/{name}")
@needs("answer", "write", tells="Lead")
def answer(
    lead: Number, name: Named, request: Request, asks: Asks, site: Here,
    body: Annotated[Evidence, Depends(json_of(Evidence))],
) -> Response:  # fmt: skip
    """Answers a check with evidence."""

    def write(who: Caller) -> None:
        site.engine.answer(lead, name, who, body.answer, occurred_at=body.occurred_at)

    return lead_written(request, site, asks, lead, write)


@router.put("/leads/{lead}/owner")
@needs("assign", "write", tells="Lead")
def give(
    lead: Number, request: Request, asks: Asks, site: Here, body: Annotated[Owner, Depends(json_of(Owner))]
) -> Response:
    """Gives a lead to a person of the party that holds it."""

    def write(who: Caller) -> None:
        site.engine.assign(lead, body.owner, who)

    return lead_written(request, site, asks, lead, write)


def _check_is_of_the_lead(site: Site, lead: int, kind: str) -> None:
    """Raises ``Problem`` 403 where *kind* is nothing that prospects do."""
    shown, _ = numbered(site.engine, lead, None)
    declared = site.engine.workflow(shown["digest"]).activities.get(kind)
    if declared is not None and LEAD not in declared.by:
        raise Problem("scope_missing", "what a party does is recorded by a token for write")
