"""``/log``: what was written, newest first; ``/log/ENTRY``: one entry, its bytes, and how to check it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from slaflow.engine.jobs import asking as jobs
from slaflow.engine.jobs.errors import TooManyJobs
from slaflow.engine.logbook import entry as entries
from slaflow.engine.logbook import listing
from slaflow.engine.logbook.entry import EntryNotThere
from slaflow.engine.logbook.sentences import kinds
from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.exchange.exports.run import TYPES
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.forms import form_of, pairs_of
from slaflow.web.logbook import asked, words
from slaflow.web.logbook.asked import Asked, CursorUnusable
from slaflow.web.logbook.kinds import KINDS
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
ROWS = 50
Number = Annotated[int, Path(ge=1, lt=10**18)]
Form = Annotated[dict[str, str], Depends(form_of)]
Pairs = Annotated[list[tuple[str, str]], Depends(pairs_of)]


@router.get("/log")
@operation("read")
def show(request: Request, asking: Asking) -> HTMLResponse:
    """A page of it; what is asked for stands in its address."""
    app, given = site_of(request).engine, Asked()
    try:
        given = asked.asked(request.query_params.multi_items())
        before = asked.place(given, request.query_params.get("before"))
        wanted = asked.filters(app, given, listing.zone_of(app, asking.actor))
        book = listing.show(app, asking.actor, wanted, before, ROWS)
    except CursorUnusable as error:
        return line(422, str(error), towards(request, "/log"))
    except SlaflowError as error:
        if error.exit_code == ENVIRONMENT:
            raise
        return _page(request, asking, given, listing.empty(app, asking.actor), 422, refused=str(error))
    is_newest = before is None
    older = None if book.before is None else asked.cursor(given, book.before)
    return _page(request, asking, given, book, older=older, is_newest=is_newest, lead=wanted.lead)


def _page(
    request: Request, asking: Principal, given: Asked, book: listing.Logbook, status: int = 200, *,
    refused: str | None = None, older: str | None = None, is_newest: bool = True, lead: int | None = None,
) -> HTMLResponse:  # fmt: skip
    return desk_page(
        request, "logbook/log.html", status, asking, book.zone, book.at, book=book, given=given,
        kept=given.with_lead(lead), older=older, is_newest=is_newest, refused=refused, kinds=kinds(),
        types=TYPES, says=words, may_verify=asking.may_ever("verify"), may_export=asking.may_ever("export"),
    )  # fmt: skip


@router.get("/log/{number}")
@operation("read")
def one(request: Request, asking: Asking, number: Number) -> HTMLResponse:
    """An entry with what stands around it."""
    try:
        shown = entries.show(site_of(request).engine, asking.actor, number)
    except EntryNotThere as error:
        return line(404, str(error), towards(request, "/log"))
    return desk_page(
        request, "logbook/entry.html", 200, asking, shown.zone, shown.at, entry=shown, kinds=kinds(),
        says=words, may_verify=asking.may_ever("verify"),
    )  # fmt: skip


@router.get("/log/{number}/bytes")
@operation("read")
def hashed(request: Request, asking: Asking, number: Number) -> Response:
    """The very bytes of which the entry's hash is the SHA-256."""
    try:
        data = entries.hashed(site_of(request).engine, number)
    except EntryNotThere as error:
        return line(404, str(error), towards(request, "/log"))
    named = {"content-disposition": f'attachment; filename="entry-{number}.json"'}
    return Response(data, 200, named, "application/json")


@router.post("/log/verify")
@operation("verify")
def verify(request: Request, asking: Asking, form: Form) -> Response:
    """Has the whole log verified."""
    return _job(request, asking, "verify", {"replay": form.get("replay") == "yes"})


@router.post("/log/export")
@operation("export")
def export(request: Request, asking: Asking, pairs: Pairs) -> Response:
    """Has what the page was narrowed to be exported."""
    app = site_of(request).engine
    try:
        given = asked.asked(pairs)
        wanted = asked.filters(app, given, listing.zone_of(app, asking.actor))
    except SlaflowError as error:
        return _refused(request, error)
    return _job(request, asking, "export", {"type": dict(pairs).get("type", ""), **asked.parameters(wanted)})


@router.post("/log/{number}/proof")
@operation("verify")
def prove(request: Request, asking: Asking, number: Number) -> Response:
    """Has the proof made that the entry is under the last head that was signed."""
    return _job(request, asking, "prove", {"entry": number})


def _job(request: Request, asking: Principal, kind: str, told: dict[str, Any]) -> Response:
    try:
        made = jobs.ask(site_of(request).engine, KINDS, asking.asker, kind, told)
    except SlaflowError as error:
        return _refused(request, error)
    return RedirectResponse(towards(request, f"/jobs/{made}"), 303)


def _refused(request: Request, error: SlaflowError) -> Response:
    if error.exit_code == ENVIRONMENT:
        raise error
    return line(429 if isinstance(error, TooManyJobs) else 422, str(error), towards(request, "/log"))
