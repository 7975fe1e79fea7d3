"""Leads as they stand: the queue, one, many, why they are as they are, what the log tells of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from slaflow.engine.access.tokens import Bearer
from slaflow.engine.leads.commands import numbered
from slaflow.engine.leads.listing import Wanted, known_as, listed
from slaflow.engine.leads.listing import page as bounded
from slaflow.engine.log.filters import checked
from slaflow.engine.log.read import LogFilter
from slaflow.web.api import paging
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.problems import Problem
from slaflow.web.api.queries import AsOf, EntriesAsked, LeadsAsked, QueueAsked, Why
from slaflow.web.api.telling import lead_as_it_stands, not_ahead, numbered_lead, told

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=10**18)]
DEEPEST = 2_000
"""How far down a queue is paged: it moves while it is read, and nobody works it from its end."""


@router.get("/queue")
@needs("read", "read", tells="QueueRow")
def queue(request: Request, asks: Asks, site: Here, query: Annotated[QueueAsked, Query()]) -> Response:
    """What is owed next, least open time left first. Rows move up as time passes."""
    done = paging.after(request, asks, query.cursor) or 0
    found = site.engine.queue_page(
        owner=query.owner, team=query.team, party=query.party, limit=done + query.limit + 1
    )
    rows = found.rows[done : done + query.limit]
    end = done + query.limit
    last = end if len(found.rows) > end and end < DEEPEST else None
    return paging.page(request, asks, rows, last, waiting=found.waiting)


@router.get("/leads")
@needs("read", "read", tells="Lead")
def leads(request: Request, asks: Asks, site: Here, query: Annotated[LeadsAsked, Query()]) -> Response:
    """Leads by their number, without what can be done with them."""
    at = not_ahead(site, query.at)
    after = paging.after(request, asks, query.cursor)
    if query.key is not None:
        if (query.state, query.owner, query.waits_for) != (None, None, None):
            raise Problem("invalid_value", "key names one lead; leave state, owner and waits_for out")
        known = known_as(site.engine, query.key)
        found = [] if known is None else [numbered_lead(site, known, at)]
        return paging.page(request, asks, found, None)
    most = query.limit + 1
    wanted = Wanted(query.state, query.owner, waits_for=query.waits_for)
    if at is not None:
        past = list(listed(site.engine, wanted, most, after, at))
        return page_of(request, asks, past, query.limit)
    now = bounded(site.engine, wanted, most, after)
    return page_of(request, asks, now.rows, query.limit, waiting=now.waiting)


@router.get("/leads/{lead}")
@needs("read", "read", tells="Lead")
def show(lead: Number, site: Here, query: Annotated[AsOf, Query()]) -> Response:
    """A lead, with its clocks and what can be done with it."""
    return lead_as_it_stands(site, lead, not_ahead(site, query.at))


@router.get("/leads/{lead}/explain")
@needs("read", "read", tells="Why")
def explain(lead: Number, site: Here, query: Annotated[Why, Query()]) -> Response:
    """Why a clock is due when it is, a trigger is refused, or with `owner` why it is whose it is."""
    at = not_ahead(site, query.at)
    numbered(site.engine, lead, at)
    return told(site.engine.explain(lead, query.name, at=at))


@router.get("/leads/{lead}/entries")
@needs("read", "log", tells="Entry", lines=True)
def entries(
    lead: Number, request: Request, asks: Asks, site: Here, query: Annotated[EntriesAsked, Query()]
) -> Response:
    """What the log tells of a lead, oldest first."""
    numbered(site.engine, lead, None)
    after = paging.after(request, asks, query.cursor)
    filters = LogFilter(lead=lead, kind=query.kind, limit=query.limit + 1, after=after)
    return page_of(
        request,
        asks,
        [entry.as_json() for entry in site.engine.log(checked(site.engine, filters))],
        query.limit,
    )


def page_of(
    request: Request, asks: Bearer, rows: Sequence[dict[str, Any]], limit: int, **more: Any
) -> Response:
    """The first *limit* of *rows*, which go on where there are more; each has an ``id``."""
    some = rows[:limit]
    return paging.page(request, asks, some, some[-1]["id"] if len(rows) > limit else None, **more)
