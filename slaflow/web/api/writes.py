"""What is changed: leads added, fields set, triggers fired, touches recorded, checks answered, owners."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field
from starlette.responses import Response

from slaflow.engine.access.tokens import Bearer
from slaflow.engine.ask import LoggedSince
from slaflow.engine.caller import AskedBefore, Caller, Once
from slaflow.engine.leads.commands import numbered
from slaflow.engine.log.read import LogFilter
from slaflow.web.api.bearing import Asks, Here, caller, needs
from slaflow.web.api.problems import Problem
from slaflow.web.api.reading import Instant, Sent, Value, expected_seq, json_of, key_of
from slaflow.web.api.reads import Number, lead_as_it_stands
from slaflow.web.site import Site
from slaflow.workflow.model.parties import LEAD

router = APIRouter()
MOST_FIELDS = 200
SINCE = 50
"""Of what was logged meanwhile so many entries are told."""
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
@needs("add", "ingest", "write")
def add(
    request: Request, asks: Asks, site: Here, body: Annotated[NewLead, Depends(json_of(NewLead))]
) -> Response:
    """Adds a lead. Two that agree in what a lead is known by are one: 409 says which."""
    if "if-match" in request.headers:
        raise Problem("bad_header", "a lead that is not there yet has no ETag; leave If-Match out")

    def write(who: Caller) -> int:
        return int(site.engine.add(body.fields, who, workflow=body.workflow)["id"])

    return _written(request, site, asks, None, write)


@router.patch("/leads/{lead}")
@needs("set", "write")
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

    return _written(request, site, asks, lead, write)


@router.post("/leads/{lead}/fire/{trigger}")
@needs("fire", "write")
def fire(
    lead: Number, trigger: Named, request: Request, asks: Asks, site: Here,
    body: Annotated[Inputs, Depends(json_of(Inputs))],
) -> Response:  # fmt: skip
    """Fires a trigger. 409 says which clauses of its guard do not hold."""

    def write(who: Caller) -> None:
        site.engine.fire(lead, trigger, who, body.inputs, occurred_at=body.occurred_at)

    return _written(request, site, asks, lead, write)


@router.post("/leads/{lead}/activities")
@needs("record", "ingest", "write")
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

    return _written(request, site, asks, lead, write)


@router.put("/leads/{lead}/checks/{name}")
@needs("answer", "write")
def answer(
    lead: Number, name: Named, request: Request, asks: Asks, site: Here,
    body: Annotated[Evidence, Depends(json_of(Evidence))],
) -> Response:  # fmt: skip
    """Answers a check with evidence."""

    def write(who: Caller) -> None:
        site.engine.answer(lead, name, who, body.answer, occurred_at=body.occurred_at)

    return _written(request, site, asks, lead, write)


@router.put("/leads/{lead}/owner")
@needs("assign", "write")
def give(
    lead: Number, request: Request, asks: Asks, site: Here, body: Annotated[Owner, Depends(json_of(Owner))]
) -> Response:
    """Gives a lead to a person of the party that holds it."""

    def write(who: Caller) -> None:
        site.engine.assign(lead, body.owner, who)

    return _written(request, site, asks, lead, write)


def _check_is_of_the_lead(site: Site, lead: int, kind: str) -> None:
    """Raises ``Problem`` 403 where *kind* is nothing that prospects do."""
    shown, _ = numbered(site.engine, lead, None)
    declared = site.engine.workflow(shown["digest"]).activities.get(kind)
    if declared is not None and LEAD not in declared.by:
        raise Problem("scope_missing", "what a party does is recorded by a token for write")


def _written(
    request: Request, site: Site, asks: Bearer, lead: int | None, write: Callable[[Caller], int | None]
) -> Response:
    """What comes of *write*, which gives a new lead's number: LEAD as it stands then."""
    seq = None if lead is None else expected_seq(request.headers, lead)
    who = caller(asks, seq, _once(request, asks))
    replayed = {}
    try:
        found = write(who) or lead
    except AskedBefore as error:
        kept, replayed = error.kept, {"idempotent-replayed": "true"}
        if kept.what is not None:
            code = "not_permitted" if kept.denied else "refused"
            raise Problem(
                code, f"{kept.what} refused", replayed, lead=kept.lead, because=list(kept.because)
            ) from None
        found = kept.lead
    except LoggedSince as error:
        assert seq is not None
        raise _changed(site, error.lead_id, seq) from None
    assert found is not None
    if lead is not None:
        return lead_as_it_stands(site, lead, headers=replayed)
    where = f"{request.scope['root_path']}/leads/{found}"
    return lead_as_it_stands(site, found, status_code=201, headers={"location": where, **replayed})


def _once(request: Request, asks: Bearer) -> Once | None:
    key = key_of(request.headers)
    if key is None:
        return None
    # With what it was to be matched against: with another it is another question.
    told = (request.method, request.scope["path"], request.headers.get("if-match", ""))
    digest = sha256("\n".join(told).encode("utf-8", "replace") + b"\n" + request.state.body).hexdigest()
    return Once(asks.token, key, digest)


def _changed(site: Site, lead: int, seq: int) -> Problem:
    """What was logged since, so that who asks can look again."""
    since = [each for each in site.engine.log(LogFilter(lead=lead)) if each.seq > seq][:SINCE]
    names = ("id", "seq", "kind", "at", "actor", "party", "trigger", "from", "to", "target")
    told: list[dict[str, Any]] = [{name: each.as_json()[name] for name in names} for each in since]
    return Problem("changed_meanwhile", f"lead {lead} has changed since; look at it again", since=told)
