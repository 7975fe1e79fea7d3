"""What is said of a breach or a return: it should not count, does not, does after all; and erasing."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field, model_validator
from starlette.responses import Response

from slaflow.engine.caller import Caller
from slaflow.lifecycle.events import Verb
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.leads import Number
from slaflow.web.api.problems import Problem
from slaflow.web.api.reading import Instant, Sent, json_of
from slaflow.web.api.writing import lead_written, written
from slaflow.web.site import Site

router = APIRouter()
LONGEST = 500
Reason = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
CLOCK = Field(None, ge=1, lt=10**9, description="Of several clocks of the target, the one of this number.")


class Contention(Sent):
    """Either the latest breach of a target, or the latest return for which an input said why."""

    reason: Reason
    target: Name | None = None
    clock: int | None = CLOCK
    about: Name | None = Field(None, description="The input that said why it came back.")

    @model_validator(mode="after")
    def _of_one(self) -> Contention:
        if (self.target is None) == (self.about is None):
            raise ValueError("give one of target and about")
        if self.clock is not None and self.target is None:
            raise ValueError("a clock is one of a target")
        return self


class Ruling(Contention):
    ruling: Literal["lift", "uphold"]


class Reasoned(Sent):
    reason: Reason


class Stretch(Sent):
    from_: Instant = Field(alias="from")
    to: Instant
    reason: Reason
    target: Name | None = None
    party: Name | None = None


@router.post("/leads/{lead}/disputes")
@needs("dispute", "write", tells="Lead")
def dispute(
    lead: Number, request: Request, asks: Asks, site: Here,
    body: Annotated[Contention, Depends(json_of(Contention))],
) -> Response:  # fmt: skip
    """Says for the party that owes it that a breach should not count, or whom it came back to a return."""
    return lead_written(request, site, asks, lead, lambda who: _said(site, lead, "dispute", body, who))


@router.post("/leads/{lead}/lifts")
@needs("lift", "manage", tells="Lead")
def lift(
    lead: Number, request: Request, asks: Asks, site: Here,
    body: Annotated[Contention, Depends(json_of(Contention))],
) -> Response:  # fmt: skip
    """Excuses a breach on the record, or takes a return's reason as not given; no party its own."""
    return lead_written(request, site, asks, lead, lambda who: _said(site, lead, "lift", body, who))


@router.post("/leads/{lead}/rulings")
@needs("uphold", "manage", tells="Lead")
def rule(
    lead: Number, request: Request, asks: Asks, site: Here, body: Annotated[Ruling, Depends(json_of(Ruling))]
) -> Response:
    """Rules on a dispute: lifts what it is about, or upholds it."""
    return lead_written(request, site, asks, lead, lambda who: _said(site, lead, body.ruling, body, who))


@router.post("/leads/{lead}/erase")
@needs("erase", "manage", tells="Lead")
def erase(
    lead: Number, request: Request, asks: Asks, site: Here,
    body: Annotated[Reasoned, Depends(json_of(Reasoned))],
) -> Response:  # fmt: skip
    """Blanks everything known of the person, for ever; the files are rewritten by 'slaflow db scrub'."""

    def write(who: Caller) -> None:
        site.engine.erase(lead, body.reason, who)

    return lead_written(request, site, asks, lead, write)


@router.post("/lifts")
@needs("lift_stretch", "manage", tells="Lifts")
def lift_stretch(
    request: Request, asks: Asks, site: Here, body: Annotated[Stretch, Depends(json_of(Stretch))]
) -> Response:
    """Excuses every breach of a stretch of time, a batch to a transaction; what is lifted stays so."""

    def write(who: Caller) -> object:
        if body.to > site.engine.now():
            raise Problem("invalid_value", "to: it lies ahead; breaches are lifted that have happened")
        return site.engine.lift_all(
            body.from_, body.to, body.reason, who, target=body.target, party=body.party
        ).as_json()

    return written(request, asks, write)


def _said(site: Site, lead: int, verb: Verb, body: Contention, who: Caller) -> None:
    engine = site.engine
    if body.about is not None:
        engine.contest(lead, verb, body.about, body.reason, who)
        return
    assert body.target is not None
    say = {"dispute": engine.dispute, "lift": engine.lift, "uphold": engine.uphold}[verb]
    say(lead, body.target, body.reason, who, clock=body.clock)
