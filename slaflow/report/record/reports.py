"""Every report by its name, counted for a page: the command's own figures, and the leads behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.engine.figures.kept import Place
from slaflow.hours.zones import supported
from slaflow.language import marked
from slaflow.report.aging import aging
from slaflow.report.candour import candour
from slaflow.report.commitments import commitments
from slaflow.report.content import content
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.journey import journey
from slaflow.report.losses import losses
from slaflow.report.question import GROUPINGS, UnknownGrouping, ask, in_force
from slaflow.report.record.behind import behind
from slaflow.report.record.joint import joint
from slaflow.report.record.scoreboard import scoreboard
from slaflow.report.returns import returns
from slaflow.report.sla import sla
from slaflow.report.waste import waste

Figures = dict[str, Any]
REPORTS: Mapping[str, Callable[..., Figures]] = {
    "sla": sla, "handoffs": handoffs, "waste": waste, "returns": returns, "funnel": funnel, "aging": aging,
    "losses": losses, "content": content, "journey": journey, "candour": candour,
    "commitments": commitments,
}  # fmt: skip
WITHOUT_GROUPS = ("commitments",)
WITHOUT_PERIOD = ("aging",)
SCOREBOARD, REVIEW = "scoreboard", "review"
MOST_GROUPS = 200
"""Groups of one figure that a page shows; the command shows all."""


def period_text(start: datetime | None, end: datetime | None) -> str:
    """The period as a place has it; empty where it is unbounded."""
    if start is None and end is None:
        return ""
    return "/".join("" if each is None else supported(each).isoformat() for each in (start, end))


def bounds_of(period: str) -> tuple[datetime | None, datetime | None]:
    """What :func:`period_text` was made of."""
    start, _, end = period.partition("/")
    first, last = (datetime.fromisoformat(each) if each else None for each in (start, end))
    return first, last


def groupings(app: Engine) -> list[str]:
    """What a report may be grouped by: ours, and every field of an agreement that was in force."""
    with app.database.read() as conn:
        workflows = in_force(app, conn).values()
    fields = [name for workflow in workflows for name in workflow.fields]
    return list(dict.fromkeys([*GROUPINGS, "source", *fields]))


def check_grouping(app: Engine, by: str) -> None:
    """Raises ``UnknownGrouping`` where there is nothing of that name to group by."""
    if by not in (known := groupings(app)):
        raise UnknownGrouping(marked("grouping"), by, known)


def counted(app: Engine, place: Place) -> Figures:
    """The report's figures, and ``behind``: the leads behind them. Of many groups the first stay."""
    start, end = bounds_of(place.period)
    now = app.present()
    bounds = {} if place.report in WITHOUT_PERIOD else {"start": start, "end": end}
    groups = {} if place.report in WITHOUT_GROUPS else {"by": place.grouping or None}
    figures = REPORTS[place.report](app, **bounds, **groups, at=now)
    if len(figures.get("groups", ())) > MOST_GROUPS:
        figures["groups_in_all"] = len(figures["groups"])
        figures["groups"] = dict(list(figures["groups"].items())[:MOST_GROUPS])
    with app.database.read() as conn:
        asked = ask(app, conn, start, end, None, now)
        figures["behind"] = behind(conn, asked, place.report)
    return figures


def _review(app: Engine, place: Place) -> Figures:
    return joint(app, place.workflow, place.period)


def _scoreboard(app: Engine, place: Place) -> Figures:
    return scoreboard(app, place.workflow)


COUNTS: Mapping[str, Callable[[Engine, Place], Figures]] = {
    **dict.fromkeys(REPORTS, counted), SCOREBOARD: _scoreboard, REVIEW: _review,
}  # fmt: skip
"""What a counter counts with."""


def looked_at_first(app: Engine) -> list[Place]:
    """What whoever opens the record sees first; nothing before there is an agreement."""
    with app.database.read() as conn:
        names = {workflow.name: None for workflow in in_force(app, conn).values()}
    reports = REPORTS if names else ()
    return [*(Place(SCOREBOARD, name) for name in names), *(Place(report) for report in reports)]
