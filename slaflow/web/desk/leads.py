"""``/leads/ID``: all of one lead; ``/leads``: found by number, identity or words, or listed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from slaflow.engine import permits
from slaflow.engine.ask import LeadNotThere
from slaflow.engine.desk import finding, lead
from slaflow.language import _
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.desk.entries import entries_at
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
LARGEST = 2**62
LONGEST = 200
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Name = Annotated[str, Query(max_length=200)]
After = Annotated[int | None, Query(ge=1, le=LARGEST)]
MOST_GIVEN = 100
"""Leads that are given to somebody at once."""
Before = Annotated[int | None, Query(ge=1, le=LARGEST)]


def no_such_lead() -> str:
    return _("there is no such lead; look for it by what it is known by")


@router.get("/leads")
@operation("read")
def find(
    request: Request, asking: Asking, q: Annotated[str, Query(max_length=500)] = "", state: Name = "",
    owner: Name = "", team: Name = "", waiting: Name = "", after: After = None,
) -> HTMLResponse:  # fmt: skip
    """What is found; without a question one's own leads, whether anything is owed about them or not."""
    wanted = finding.Wanted(
        q.strip(), state or None, owner.strip() or None, team or None, after, is_waiting=bool(waiting)
    )  # fmt: skip
    found = finding.find(site_of(request).engine, asking.actor, wanted)
    return desk_page(
        request, "desk/leads.html", 200, asking, found.zone, found.at, found=found, q=q, state=state,
        owner=owner, team=team, wanted=wanted, after=after, may_add=asking.may_ever("add"),
        may_assign=may_give(asking), most=MOST_GIVEN,
        narrowed=urlencode({"q": q, "state": state, "owner": owner, "team": team, "waiting": waiting}),
    )  # fmt: skip


@router.get("/leads/{number}")
@operation("read")
def show(
    request: Request, asking: Asking, number: Number, before: Before = None, done: str = "",
    answered: Annotated[str, Query(max_length=LONGEST)] = "",
) -> HTMLResponse:  # fmt: skip
    """The lead; its timeline goes on before the entry *before*."""
    try:
        shown = lead.show(site_of(request).engine, number, asking.actor, before)
    except LeadNotThere:
        return line(404, no_such_lead(), towards(request, "/"))
    return desk_page(
        request, "desk/lead.html", 200, asking, shown.zone, shown.at, lead=shown, before=before,
        is_done=bool(done), just_answered=answered, back=f"/leads/{number}",
        log_at=entries_at(request, asking),
    )  # fmt: skip


def may_give(asking: Principal) -> bool:
    """Whether they give leads to others, at least those that their own party holds."""
    return permits.may(asking.asker, "assign", ["holds"])
