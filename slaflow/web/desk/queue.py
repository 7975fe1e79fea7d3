"""``/queue``: a row per lead about which something is owed, the most urgent first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.desk import rows
from slaflow.engine.desk.rows import Whose
from slaflow.web.desk.context import HOME, desk_page, site_of
from slaflow.web.origin import towards
from slaflow.web.principal import Asking, operation

router = APIRouter()
FEW, MANY = 25, 100
LONGEST = 200
Name = Annotated[str, Query(max_length=LONGEST)]


@router.get("/")
@operation("read")
def home(request: Request, asking: Asking) -> Response:
    """Where everybody begins."""
    return RedirectResponse(towards(request, HOME), 303)


@router.get(HOME)
@operation("read")
def show(
    request: Request, asking: Asking, whose: str = "me", target: Name = "", state: Name = "",
    more: Annotated[str, Query(alias="all")] = "", done: str = "",
) -> HTMLResponse:  # fmt: skip
    """The page; what it is narrowed to is in its address."""
    wanted: Whose = next((each for each in rows.WHOSE if each == whose), "me")
    page = rows.queue(
        site_of(request).engine, asking.actor, wanted, target=target or None, state=state or None,
        most=MANY if more else FEW,
    )  # fmt: skip
    return desk_page(
        request, "desk/queue.html", 200, asking, page.zone, page.at, queue=page, target=target, state=state,
        most=MANY, is_long=bool(more), done=_number(done), back=_address(request),
    )  # fmt: skip


def _address(request: Request) -> str:
    query = request.url.query
    return HOME + (f"?{query}" if query else "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
