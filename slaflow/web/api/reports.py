"""Both parties' record: reports counted from the log, a period's review, and signatures under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from threading import BoundedSemaphore
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from slaflow.engine.caller import Caller
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.problems import Problem
from slaflow.web.api.queries import AsOf, ReportAsked
from slaflow.web.api.reading import Sent, json_of
from slaflow.web.api.telling import not_ahead, told
from slaflow.web.api.writing import written

router = APIRouter()
Report = Literal[
    "sla", "handoffs", "funnel", "returns", "aging", "waste", "losses", "content", "journey", "candour",
    "commitments",
]  # fmt: skip
REPORTS: tuple[Report, ...] = get_args(Report)
UNDATED = frozenset(("aging",))
"""What is told of the present alone."""
AT_ONCE, WAITING, PATIENCE_SECONDS = 2, 8, 10.0
"""Reports that one process counts at a time, as each takes a processor for up to seconds; how many wait."""
Called = Annotated[str, Path(min_length=1, max_length=200)]
_room, _door = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + WAITING)


class Signature(Sent):
    pass


@router.get("/reports/{name}")
@needs("read", "read", tells="Report")
def report(name: Report, site: Here, query: Annotated[ReportAsked, Query()]) -> Response:
    """A report, counted from the log as it is."""
    at = not_ahead(site, query.at)
    asked = _question(name, query)
    with _counting():
        return told(_counted(name)(site.engine, *_span(name, query), at=at, **asked))


@router.get("/reviews/{workflow}/{period}")
@needs("read", "read", tells="Review")
def review(workflow: Called, period: Called, site: Here, query: Annotated[AsOf, Query()]) -> Response:
    """A period's record of both parties, and who has signed it."""
    at = not_ahead(site, query.at)
    with _counting():
        return told(site.engine.review(workflow, period, at=at))


@router.post("/reviews/{workflow}/{period}/signatures", status_code=201)
@needs("sign", "manage", tells="ReviewSignature")
def sign_review(
    workflow: Called, period: Called, request: Request, asks: Asks, site: Here,
    body: Annotated[Signature, Depends(json_of(Signature))],
) -> Response:  # fmt: skip
    """Signs a period's record for one's own party, as it stands."""

    def write(who: Caller) -> Mapping[str, Any]:
        return site.engine.sign_review(workflow, period, who)

    def again(_: object) -> Mapping[str, Any]:
        shown = site.engine.review(workflow, period)
        given = next(each for each in shown["signatures"] if each["party"] == asks.actor.party)
        names = ("party", "actor", "at", "record_digest")
        named = {name: given[name] for name in names}
        return {"workflow": shown["workflow"], "period": shown["period"], **named}

    return written(request, asks, write, again, 201, lambda _: f"/reviews/{workflow}/{period}")


def _question(name: Report, query: ReportAsked) -> dict[str, Any]:
    if name == "commitments":
        if query.by is not None:
            raise Problem("invalid_value", "by: commitments are not grouped; leave it out")
        return {"workflow": query.workflow}
    if query.workflow is not None:
        raise Problem("invalid_value", "workflow: only commitments are asked of one; leave it out")
    return {"by": query.by}


def _span(name: Report, query: ReportAsked) -> tuple[datetime | None, ...]:
    if name not in UNDATED:
        return query.from_, query.to
    if query.from_ is not None or query.to is not None:
        raise Problem("invalid_value", f"{name} tells how things stand; leave from and to out")
    return ()


def _counted(name: Report) -> Callable[..., Mapping[str, Any]]:
    found: Callable[..., Mapping[str, Any]] = getattr(import_module(f"slaflow.report.{name}"), name)
    return found


@contextmanager
def _counting() -> Iterator[None]:
    """Room to count in. Raises ``Problem`` 503 where too many wait for it, or it takes too long."""
    if not _door.acquire(blocking=False):
        raise _later()
    try:
        if not _room.acquire(timeout=PATIENCE_SECONDS):
            raise _later()
        try:
            yield
        finally:
            _room.release()
    finally:
        _door.release()


def _later() -> Problem:
    words = "as many reports are being counted as are at once; ask again"
    return Problem("unavailable", words, {"retry-after": "5"})
