"""What keeps slaflow going: messages that go out, and steps that fall due."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, model_validator
from starlette.responses import Response

from slaflow.engine.caller import Caller
from slaflow.engine.outbox import again, listing
from slaflow.engine.tick.run import due
from slaflow.web.api import paging
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.leads import page_of
from slaflow.web.api.problems import Problem
from slaflow.web.api.queries import OutboxAsked
from slaflow.web.api.reading import Sent, json_of
from slaflow.web.api.writing import written

router = APIRouter()
MOST_MESSAGES = 1000
MOST_DUE = 2000
"""Leads of which one request carries out what fell; more are the worker's."""
Channel = Annotated[str, Field(min_length=1, max_length=200)]


class Retry(Sent):
    """Either messages by their numbers, or all of a channel."""

    messages: list[Annotated[int, Field(ge=1, lt=10**18)]] | None = Field(
        None, min_length=1, max_length=MOST_MESSAGES
    )
    channel: Channel | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Retry:
        if (self.messages is None) == (self.channel is None):
            raise ValueError("give one of messages and channel")
        return self


class Release(Sent):
    channel: Channel | None = None


class Tick(Sent):
    pass


@router.get("/outbox")
@needs("see_outbox", "manage", tells="Message")
def messages(request: Request, asks: Asks, site: Here, query: Annotated[OutboxAsked, Query()]) -> Response:
    """Messages by number, each with the ways it goes."""
    after, most = paging.after(request, asks, query.cursor), query.limit + 1
    if query.channel is None:
        rows = listing.listed(site.engine, query.status, most, after)
    else:
        rows = listing.listed_over(site.engine, site.reach, query.channel, query.status, most, after)
    return page_of(request, asks, rows, query.limit)


@router.post("/outbox/retry")
@needs("outbox", "manage", tells="Sent")
def retry(
    request: Request, asks: Asks, site: Here, body: Annotated[Retry, Depends(json_of(Retry))]
) -> Response:
    """Has what failed be sent again; asked twice it does nothing more, but for what failed meanwhile."""

    def write(who: Caller) -> object:
        return again.retry(site.engine, site.reach, body.messages or (), body.channel)

    return written(request, asks, write)


@router.post("/outbox/release")
@needs("outbox", "manage", tells="Sent")
def release(
    request: Request, asks: Asks, site: Here, body: Annotated[Release, Depends(json_of(Release))]
) -> Response:
    """Lets go what a fuse holds, over all channels or one."""

    def write(who: Caller) -> object:
        return again.release(site.engine, site.reach, body.channel)

    return written(request, asks, write)


@router.post("/tick")
@needs("tick", "manage", tells="Ticked")
def tick(request: Request, asks: Asks, site: Here, body: Annotated[Tick, Depends(json_of(Tick))]) -> Response:
    """Carries out what fell due, as the worker does; more than 2,000 leads are left to that."""

    def write(who: Caller) -> object:
        waiting = due(site.engine)
        if waiting > MOST_DUE:
            raise Problem("conflict", f"{waiting} leads wait; that is for 'tick' where slaflow runs")
        return site.engine.tick().as_json()

    return written(request, asks, write)
