"""``/queue``: a row per lead about which something is owed, the most urgent first."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.ask import LeadNotThere
from slaflow.engine.desk import rows
from slaflow.engine.desk.choosing import choosing
from slaflow.engine.desk.lately import begins_with, came_back, close, is_any_in_force
from slaflow.engine.desk.rows import Mark, Whose
from slaflow.web.desk.context import HOME, back_to, desk_page, site_of
from slaflow.web.desk.leads import Number, no_such_lead
from slaflow.web.desk.tiles import tiles
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation
from slaflow.workflow.model.parties import AUDITOR

router = APIRouter()
LONGEST = 200
BACK, CLOSE = "back", "close"
LATELY = (BACK, CLOSE)
"""More tabs, for the party that holds leads from their beginning."""
DEEPEST = 600
"""So many leads down a queue is paged: it moves while it is read, and nobody works it from its end."""
Name = Annotated[str, Query(max_length=LONGEST)]


@router.get("/")
@operation("read")
def home(request: Request, asking: Asking) -> Response:
    """Where everybody begins: who only reads with what was written."""
    return RedirectResponse(towards(request, "/log" if asking.role == AUDITOR else HOME), 303)


@router.get(HOME)
@operation("read")
def show(
    request: Request, asking: Asking, whose: str = "", target: Name = "", state: Name = "",
    after: str = "", done: str = "",
) -> HTMLResponse:  # fmt: skip
    """The page; what it is narrowed to is in its address, and so is where it begins."""
    with site_of(request).engine.database.one_read():
        return _shown(request, asking, whose, target, state, after, done)


def _shown(
    request: Request, asking: Principal, whose: str, target: str, state: str, after: str, done: str
) -> HTMLResponse:
    if whose in LATELY and begins_with(site_of(request).engine, asking.actor):
        return _lately(request, asking, whose, done)
    wanted: Whose = next((each for each in rows.WHOSE if each == whose), _first(asking))
    page = rows.queue(
        site_of(request).engine, asking.actor, wanted, target=target or None, state=state or None,
        after=_mark(after), done=_number(done),
    )  # fmt: skip
    return desk_page(
        request, "desk/queue.html", 200, asking, page.zone, page.at, queue=page, target=target, state=state,
        after=after, back=_address(request),
        is_begun=bool(page.rows) or is_any_in_force(site_of(request).engine),
        **_beside(request, asking, page.zone),
        narrowed=urlencode({"whose": wanted, "target": target, "state": state}),
    )  # fmt: skip


def _first(asking: Principal) -> Whose:
    """Who looks after others' leads begins with those of all."""
    return "party" if asking.role in ("manager", "admin") else "me"


def _lately(request: Request, asking: Principal, whose: str, done: str) -> HTMLResponse:
    """What came back, or is close to being handed over."""
    page = (came_back if whose == BACK else close)(site_of(request).engine, asking.actor, _number(done))
    return desk_page(
        request, "desk/lately.html", 200, asking, page.zone, page.at, page=page, whose=whose,
        back=_address(request), **_beside(request, asking, page.zone),
    )  # fmt: skip


def _beside(request: Request, asking: Principal, zone: str) -> dict[str, Any]:
    """What stands on every page of the queue."""
    engine = site_of(request).engine
    more = LATELY if begins_with(engine, asking.actor) else ()
    return {"more_tabs": more, "promised": tiles(engine, asking.actor, ZoneInfo(zone))}


@router.get(f"{HOME}/{{number}}")
@operation("read")
def choose(request: Request, asking: Asking, number: Number, back: str = "") -> HTMLResponse:
    """All that can be done with a lead of the queue."""
    try:
        found = choosing(site_of(request).engine, number, asking.actor)
    except LeadNotThere:
        return line(404, no_such_lead(), towards(request, "/"))
    return desk_page(
        request, "desk/choosing.html", 200, asking, found.zone, found.at, found=found, back=back_to(back),
    )  # fmt: skip


def _address(request: Request) -> str:
    query = request.url.query
    return HOME + (f"?{query}" if query else "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _mark(text: str) -> Mark | None:
    """As ``25.1234``; what is none begins at the beginning."""
    count, lead = map(_number, (text.partition(".")[0], text.partition(".")[2]))
    return None if count is None or lead is None or not 0 < count <= DEEPEST else Mark(count, lead)
