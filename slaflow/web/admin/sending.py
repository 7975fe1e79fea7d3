"""``/admin/channels``, ``/admin/outbox``: how messages go, what waits, what failed and is sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from slaflow.engine.outbox import again, listing
from slaflow.engine.outbox.again import MessageNotThere
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.notify.letters.preview import MessageNotFound, previewed
from slaflow.notify.overview import ways
from slaflow.web.admin.context import admin_page
from slaflow.web.desk.context import site_of
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, operation

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
Status = Literal["waiting", "failed", "stale", "sent"]
STATUSES: tuple[Status, ...] = ("waiting", "failed", "stale", "sent")
MOST = 50
LARGEST = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.get("/admin/channels")
@operation("see_outbox")
def channels(request: Request, asking: Asking, done: str = "") -> Response:
    """How each way does."""
    site = site_of(request)
    return admin_page(
        request, "admin/channels.html", 200, asking, ways=ways(site.engine, site.reach),
        releases=asking.may_ever("outbox"), done=done,
    )  # fmt: skip


@router.get("/admin/outbox")
@operation("see_outbox")
def outbox(
    request: Request, asking: Asking, status: str = "waiting",
    after: Annotated[int | None, Query(ge=0, le=LARGEST)] = None, done: str = "",
) -> Response:  # fmt: skip
    """Messages of one standing, oldest first."""
    wanted: Status = next((each for each in STATUSES if each == status), "waiting")
    found = listing.listed(site_of(request).engine, wanted, MOST + 1, after)
    return admin_page(
        request, "admin/outbox.html", 200, asking, messages=found[:MOST], which=wanted, statuses=STATUSES,
        more=found[MOST - 1]["id"] if len(found) > MOST else None, after=after,
        resends=asking.may_ever("outbox"), done=done, instant=datetime.fromisoformat,
    )  # fmt: skip


@router.get("/admin/outbox/{number}")
@operation("see_outbox")
def preview(request: Request, asking: Asking, number: Number) -> Response:
    """A message as it would be sent now; its words alone, whatever they hold."""
    site = site_of(request)
    try:
        found = previewed(site.engine, site.reach, number)
    except MessageNotFound:
        return line(404, _("the outbox has no message of that number"), towards(request, "/"))
    return admin_page(request, "admin/message.html", 200, asking, number=number, ways=found)


@router.post("/admin/outbox/retry")
@operation("outbox")
def retry(request: Request, asking: Asking, form: Form) -> Response:
    """Has what failed of one message, or over one channel, be sent again."""
    site, name, number = site_of(request), form.get("channel") or None, form.get("message", "")
    numbers = [int(number)] if number.isascii() and number.isdigit() and len(number) < 19 else []
    if bool(name) == bool(numbers):
        return line(422, _("say which message, or which channel, is sent again"), towards(request, "/"))
    try:
        again.retry(site.engine, site.reach, numbers, name)
    except MessageNotThere:
        return line(404, _("the outbox has no message of that number"), towards(request, "/"))
    except UnknownName:
        return _no_channel(request)
    back = "channels" if name else "outbox"
    return RedirectResponse(towards(request, f"/admin/{back}?done=again"), 303)


@router.post("/admin/outbox/release")
@operation("outbox")
def release(request: Request, asking: Asking, form: Form) -> Response:
    """Lets go of what is held over a channel."""
    site = site_of(request)
    try:
        again.release(site.engine, site.reach, form.get("channel") or None)
    except UnknownName:
        return _no_channel(request)
    return RedirectResponse(towards(request, "/admin/channels?done=released"), 303)


def _no_channel(request: Request) -> Response:
    return line(404, _("there is no channel of that name; look at the list again"), towards(request, "/"))
