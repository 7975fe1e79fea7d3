"""What is read: the queue, leads, why they are as they are, the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from slaflow.engine.leads.commands import numbered
from slaflow.engine.leads.listing import known_as
from slaflow.engine.log.filters import checked
from slaflow.engine.log.read import LogFilter
from slaflow.web.api import paging
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.problems import Problem
from slaflow.web.api.queries import AsOf, EntriesAsked, LeadsAsked, LogAsked, QueueAsked, Why
from slaflow.web.api.reading import Tag
from slaflow.web.site import Site

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=10**18)]
DEEPEST = 2_000
"""How far down a queue is paged: it moves while it is read, and nobody works it from its end."""


@router.get("/queue")
@needs("read", "read")
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
@needs("read", "read")
def leads(request: Request, asks: Asks, site: Here, query: Annotated[LeadsAsked, Query()]) -> Response:
    """Leads by their number, without what can be done with them."""
    at = not_ahead(site, query.at)
    after = paging.after(request, asks, query.cursor)
    if query.key is not None:
        if query.state is not None or query.owner is not None:
            raise Problem("invalid_value", "key names one lead; leave state and owner out")
        known = known_as(site.engine, query.key)
        found = [] if known is None else [_numbered(site, known, at)]
        return paging.page(request, asks, found, None)
    most = query.limit + 1
    rows = list(site.engine.leads(state=query.state, owner=query.owner, limit=most, after=after, at=at))
    return _page(request, asks, rows, query.limit)


@router.get("/leads/{lead}")
@needs("read", "read")
def show(lead: Number, site: Here, query: Annotated[AsOf, Query()]) -> Response:
    """A lead, with its clocks and what can be done with it."""
    return lead_as_it_stands(site, lead, not_ahead(site, query.at))


@router.get("/leads/{lead}/explain")
@needs("read", "read")
def explain(lead: Number, site: Here, query: Annotated[Why, Query()]) -> Response:
    """Why a clock is due when it is, or why a trigger is refused."""
    at = not_ahead(site, query.at)
    numbered(site.engine, lead, at)
    return _json(site.engine.explain(lead, query.name, at=at))


@router.get("/leads/{lead}/entries")
@needs("read", "log")
def entries(
    lead: Number, request: Request, asks: Asks, site: Here, query: Annotated[EntriesAsked, Query()]
) -> Response:
    """What the log tells of a lead, oldest first."""
    numbered(site.engine, lead, None)
    after = paging.after(request, asks, query.cursor)
    filters = LogFilter(lead=lead, kind=query.kind, limit=query.limit + 1, after=after)
    return _page(request, asks, list(_entries(site, filters)), query.limit)


@router.get("/log")
@needs("read", "log")
def log(request: Request, asks: Asks, site: Here, query: Annotated[LogAsked, Query()]) -> Response:
    """The log, oldest first."""
    after = paging.after(request, asks, query.cursor)
    named = query.model_dump(exclude={"cursor", "limit"})
    filters = LogFilter(**named, limit=query.limit + 1, after=after)
    return _page(request, asks, list(_entries(site, filters)), query.limit)


@router.get("/log/{entry}")
@needs("read", "log")
def one_entry(entry: Number, site: Here) -> Response:
    """One entry."""
    found = next(_entries(site, LogFilter(after=entry - 1, limit=1)), None)
    if found is None or found["id"] != entry:
        raise Problem("unknown_name", f"there is no entry {entry}")
    return _json(found)


def lead_as_it_stands(site: Site, lead: int, at: datetime | None = None, **how: Any) -> Response:
    """LEAD with ``seq``; how it stands now also with its ETag. *how* is the answer's own."""
    shown = _numbered(site, lead, at)
    response = _json(shown, **how)
    if at is None:
        response.headers["etag"] = str(Tag(lead, shown["seq"]))
    return response


def _numbered(site: Site, lead: int, at: datetime | None) -> dict[str, Any]:
    shown, seq = numbered(site.engine, lead, at)
    return {**shown, "seq": seq}


def not_ahead(site: Site, at: datetime | None) -> datetime | None:
    """*at*. Raises ``Problem`` 422 where it has not come yet."""
    if at is not None and at > site.engine.now():
        raise Problem("invalid_value", "at: it lies ahead; ask for an instant that is past")
    return at


def _entries(site: Site, filters: LogFilter) -> Iterator[dict[str, Any]]:
    return (entry.as_json() for entry in site.engine.log(checked(site.engine, filters)))


def _page(request: Request, asks: Asks, rows: list[dict[str, Any]], limit: int) -> Response:
    """The first *limit* of *rows*, which go on where there are more; each has an ``id``."""
    some = list(islice(rows, limit))
    return paging.page(request, asks, some, some[-1]["id"] if len(rows) > limit else None)


def _json(said: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(said), status_code, headers, "application/json")
