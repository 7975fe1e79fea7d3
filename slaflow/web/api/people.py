"""Who is recorded, and when they are away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from slaflow.engine.caller import Caller
from slaflow.engine.dealing import handover
from slaflow.engine.setup import absences
from slaflow.engine.setup.person_json import person_json
from slaflow.lifecycle.dealing.shares import HEAVIEST, MOST
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.people import Person
from slaflow.web.api import paging
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.problems import Problem
from slaflow.web.api.queries import Asked, Paged
from slaflow.web.api.reading import Instant, Sent, json_of
from slaflow.web.api.telling import told
from slaflow.web.api.writing import written
from slaflow.web.site import Site
from slaflow.workflow.identity import folded

router = APIRouter()
Email = Annotated[str, Path(min_length=1, max_length=254)]
LEADS_AT_ONCE = 500
"""Leads handed over by one request."""
Short = Annotated[str, Field(max_length=254)]


class Recorded(Sent):
    """What is named is set, null empties it (a weight is 1 then); what is not stays."""

    party: str | None = Field(None, min_length=1, max_length=200)
    name: Short | None = None
    team: Short | None = None
    manager: Short | None = None
    role: str | None = Field(None, min_length=1, max_length=40)
    calendar: Short | None = None
    weight: int | None = Field(None, ge=0, le=HEAVIEST)
    capacity: int | None = Field(None, ge=1, le=MOST)
    per_day: int | None = Field(None, ge=1, le=MOST)


class Span(Sent):
    """Half-open."""

    from_: Instant = Field(alias="from")
    until: Instant

    def as_json(self) -> dict[str, str]:
        return {"from": instant_text(self.from_), "until": instant_text(self.until)}


class HandedTo(Sent):
    """A person's address or a team's name; null is the team they are in. ``after`` is that of the answer."""

    to: str | None = Field(None, min_length=1, max_length=254)
    after: int = Field(0, ge=0, lt=2**63)
    dry_run: bool = False


class Away(Span):
    stand_in: str | None = Field(None, min_length=1, max_length=254)


@router.get("/people")
@needs("read", "manage", tells="Person")
def people(request: Request, asks: Asks, site: Here, query: Annotated[Paged, Query()]) -> Response:
    """Everybody who is recorded, in the order in which they were."""
    begin = paging.after(request, asks, query.cursor) or 0
    rows, end = site.engine.people(), begin + query.limit
    some = [person_json(each) for each in rows[begin:end]]
    return paging.page(request, asks, some, end if end < len(rows) else None)


@router.get("/people/{email}")
@needs("read", "manage", tells="Person")
def person(email: Email, site: Here, query: Annotated[Asked, Query()]) -> Response:
    """One person."""
    return told(person_json(_known(site, email)))


@router.put("/people/{email}")
@needs("people", "manage", tells="Person")
def record_person(
    email: Email, request: Request, asks: Asks, site: Here,
    body: Annotated[Recorded, Depends(json_of(Recorded))],
) -> Response:  # fmt: skip
    """Records somebody, or changes what is named of who is; what is not named stays."""
    given = body.model_dump(exclude_unset=True)

    def write(who: Caller) -> Mapping[str, Any]:
        return person_json(site.engine.record_person(email, given, by=who).person)

    return written(request, asks, write, lambda _: person_json(_known(site, email)))


@router.delete("/people/{email}")
@needs("people", "manage", tells="Removed")
def remove_person(email: Email, request: Request, asks: Asks, site: Here) -> Response:
    """Ends a membership from the next request on; leads stay where they are, the log keeps the name."""
    charge = _charge(site, _known(site, email).email) if _is_known(site, email) else {}

    def write(who: Caller) -> Mapping[str, Any]:
        gone = site.engine.remove_person(email, by=who)
        return {"email": gone.email, "removed": True, "team": gone.team, **charge}

    return written(request, asks, write, lambda _: {"email": email, "removed": True})


@router.post("/people/{email}/absences", status_code=201)
@needs("absence", "manage", tells="Absence")
def send_away(
    email: Email, request: Request, asks: Asks, site: Here, body: Annotated[Away, Depends(json_of(Away))]
) -> Response:
    """Tells that somebody is away: oneself, as a manager one of the party, as an admin anybody."""

    def said(email: str) -> Mapping[str, Any]:
        return {"email": email, **body.as_json(), "stand_in": body.stand_in, **_charge(site, email)}

    def write(who: Caller) -> Mapping[str, Any]:
        gone = site.engine.send_away(email, body.from_, body.until, by=who, stand_in=body.stand_in)
        return said(gone.email)

    return written(request, asks, write, lambda _: said(email), 201, lambda _: f"/people/{quote(email)}")


@router.post("/people/{email}/absences/back")
@needs("absence", "manage", tells="AbsenceEnded")
def end_absence(
    email: Email, request: Request, asks: Asks, site: Here, body: Annotated[Span, Depends(json_of(Span))]
) -> Response:
    """Ends the absence that was told so from now on, be it before it has begun, by who may tell it."""

    def write(who: Caller) -> Mapping[str, Any]:
        ended = absences.back(site.engine, email, body.from_, body.until, by=who)
        return {"email": ended.email, **body.as_json()}

    return written(request, asks, write, lambda _: {"email": email, **body.as_json()})


@router.post("/people/{email}/hand-over")
@needs("assign", "manage", tells="HandedOver")
def hand_over(
    email: Email, asks: Asks, request: Request, site: Here,
    body: Annotated[HandedTo, Depends(json_of(HandedTo))],
) -> Response:  # fmt: skip
    """Gives the open leads of somebody to a person, or deals them to a team without them; 500 at a time."""

    def write(who: Caller) -> Mapping[str, Any]:
        done = handover.hand_over(
            site.engine, email, body.to, by=who, dry_run=body.dry_run, after=body.after, most=LEADS_AT_ONCE
        )
        return {**done.as_json(), "after": done.last}

    return written(request, asks, write)


def _is_known(site: Site, email: str) -> bool:
    return any(folded(each.email) == folded(email) for each in site.engine.people())


def _known(site: Site, email: str) -> Person:
    found = next((each for each in site.engine.people() if folded(each.email) == folded(email)), None)
    if found is None:
        raise Problem("unknown_name", "nobody is recorded by that address")
    return found


def _charge(site: Site, email: str) -> Mapping[str, Any]:
    return site.engine.charge_of(email).as_json()
