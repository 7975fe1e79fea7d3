"""The log: entries by every filter, one of them, and the proof that it is under a signed head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from slaflow.engine.log import proofs
from slaflow.engine.log.filters import checked
from slaflow.engine.log.keys import read_public
from slaflow.engine.log.read import LogFilter
from slaflow.settings.environment import key_file
from slaflow.web.api import paging
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.leads import Number, page_of
from slaflow.web.api.problems import Problem
from slaflow.web.api.queries import LogAsked, Proving
from slaflow.web.api.telling import told, told_for_ever
from slaflow.web.site import Site

router = APIRouter()


@router.get("/log")
@needs("read", "log", tells="Entry", lines=True)
def log(request: Request, asks: Asks, site: Here, query: Annotated[LogAsked, Query()]) -> Response:
    """The log, oldest first."""
    after = paging.after(request, asks, query.cursor)
    named = query.model_dump(exclude={"cursor", "limit"})
    filters = LogFilter(**named, limit=query.limit + 1, after=after)
    return page_of(request, asks, list(entries_of(site, filters)), query.limit)


@router.get("/log/{entry}")
@needs("read", "log", tells="Entry")
def one_entry(entry: Number, request: Request, site: Here) -> Response:
    """One entry."""
    found = next(entries_of(site, LogFilter(after=entry - 1, limit=1)), None)
    if found is None or found["id"] != entry:
        raise Problem("unknown_name", f"there is no entry {entry}")
    return told_for_ever(request, found)


@router.get("/log/{entry}/proof")
@needs("read", "log", tells="Proof")
def prove(entry: Number, site: Here, query: Annotated[Proving, Query()]) -> Response:
    """The proof that an entry is in the log whose head was signed; it is checked without slaflow."""
    keys = read_public((), key_file())
    signed = proofs.kept_over(site.engine, entry, keys)
    if signed is None:
        raise Problem("conflict", "no head of the log that this site signed is over that entry yet")
    proof = proofs.prove(site.engine, entry, signed, with_data=query.data)
    return told(proof.as_json())


def entries_of(site: Site, filters: LogFilter) -> Iterator[dict[str, Any]]:
    """Entries as json.md tells them."""
    return (entry.as_json() for entry in site.engine.log(checked(site.engine, filters)))
