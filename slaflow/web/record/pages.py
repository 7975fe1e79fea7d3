"""``/record``: the running period's scoreboard, a report, a closed period's review and its signatures."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.figures import kept
from slaflow.engine.figures.kept import LONGEST, Place
from slaflow.engine.figures.readers import Reader, reader
from slaflow.exchange.sheet import sheet_of
from slaflow.language import _
from slaflow.report.question import GROUPINGS
from slaflow.report.record.reports import SCOREBOARD, WITHOUT_GROUPS, WITHOUT_PERIOD
from slaflow.report.rows import lines_of
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation
from slaflow.web.record import plots
from slaflow.web.record.asked import Question, Unanswerable, question, spans, titles
from slaflow.web.record.instants import days_words, spelt_in
from slaflow.web.record.names import Names
from slaflow.web.record.tiles import Side, Tile, outcomes, sides
from slaflow.web.record.told import finding, told
from slaflow.workflow.model.commitment import Every

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
Name = Annotated[str, Query(max_length=LONGEST)]
Text = Annotated[str, Query(max_length=LONGEST)]
From = Annotated[str, Query(alias="from", max_length=LONGEST)]
CSV = {"content-type": "text/csv; charset=utf-8"}


@router.get("/record")
@operation("read")
def scoreboard(request: Request, asking: Asking, of: Name = "") -> HTMLResponse:
    """The running period of an agreement: the first by name, unless another is asked for."""
    engine = site_of(request).engine
    reads = reader(engine, asking.actor)
    agreement = reads.agreement(of) if of else next(iter(reads.agreements), None)
    if of and agreement is None:
        return _said(request, Unanswerable(404, _("no agreement of that name is in force")))
    shown, spelt = None, spelt_in(reads)
    own: list[Side] = []
    together: list[Tile] = []
    if agreement is not None:
        shown = kept.show(engine, Place(SCOREBOARD, agreement.name))
        if shown.figures is not None:
            own, together = sides(agreement, shown.figures, spelt)
    return desk_page(
        request, "record/scoreboard.html", 200, asking, reads.zone, reads.at, agreement=agreement,
        others=reads.agreements, shown=shown, board=shown and shown.figures, sides=own, together=together,
        titles=titles(), outcomes=outcomes(), days=partial(days_words, reads),
    )  # fmt: skip


@router.post("/record")
@operation("read")
def count_scoreboard(request: Request, asking: Asking, form: Form, of: Name = "") -> Response:
    """Has it be counted anew, and shows what there is meanwhile."""
    engine = site_of(request).engine
    if reader(engine, asking.actor).agreement(of) is None:
        return _said(request, Unanswerable(404, _("no agreement of that name is in force")))
    kept.ask(engine, Place(SCOREBOARD, of))
    return RedirectResponse(towards(request, f"/record?of={quote(of)}"), 303)


@router.get("/record/{report}.csv")
@operation("read")
def download(
    request: Request, asking: Asking, report: str, start: From = "", to: Text = "", by: Text = ""
) -> Response:
    """The report's rows, as the command has them."""
    engine = site_of(request).engine
    try:
        asked = question(engine, reader(engine, asking.actor), report, start, to, by)
    except Unanswerable as error:
        return _said(request, error)
    shown = kept.show(engine, asked.place)
    if shown.figures is None:
        return _said(request, Unanswerable(503, _("this is being counted; ask again in a moment")))
    rows = lines_of(report, shown.figures)
    lines = b"".join(sheet_of(rows).lines(rows, raw=False))
    name = f'attachment; filename="{report}.csv"'
    return Response(lines, headers={**CSV, "content-disposition": name})


@router.get("/record/{report}")
@operation("read")
def show(
    request: Request, asking: Asking, report: str, start: From = "", to: Text = "", by: Text = ""
) -> HTMLResponse:
    """A report's finding, plot and tables."""
    engine = site_of(request).engine
    reads = reader(engine, asking.actor)
    try:
        asked = question(engine, reads, report, start, to, by)
    except Unanswerable as error:
        return _said(request, error)
    return _report_page(request, asking, reads, asked)


@router.post("/record/{report}")
@operation("read")
def count_report(
    request: Request, asking: Asking, report: str, form: Form, start: From = "", to: Text = "", by: Text = ""
) -> Response:
    engine = site_of(request).engine
    try:
        asked = question(engine, reader(engine, asking.actor), report, start, to, by)
    except Unanswerable as error:
        return _said(request, error)
    kept.ask(engine, asked.place)
    return RedirectResponse(towards(request, f"/{asked.address()}"), 303)


def _report_page(
    request: Request, asking: Principal, reads: Reader, asked: Question
) -> HTMLResponse:  # fmt: skip
    names = Names(reads.agreements)
    shown = kept.show(site_of(request).engine, asked.place)
    figures, sheet, cut = shown.figures, None, None
    if figures is not None:
        sheet = told(asked.report, figures, names, spelt_in(reads))
        if "groups_in_all" in figures:
            cut = len(figures["groups"]), figures["groups_in_all"]
    every: Every = _every(reads)
    return desk_page(
        request, "record/report.html", 200, asking, reads.zone, reads.at, question=asked, names=names,
        shown=shown, sheet=sheet, has_plot=sheet is not None and not plots.is_empty(sheet.plot),
        finding=finding(asked.report, figures, names) if figures else "", titles=titles(),
        spans=spans(reads, every),
        has_period=asked.report not in WITHOUT_PERIOD, cut=cut,
        groups=[] if asked.report in WITHOUT_GROUPS else [*GROUPINGS, *names.fields()],
        period=_period(reads, asked),
    )  # fmt: skip


def _every(reads: Reader) -> Every:
    kinds: list[Every] = [c.every for each in reads.agreements for c in each.commitments.values()]
    return kinds[0] if kinds else "month"


def _period(reads: Reader, asked: Question) -> str:
    if asked.report in WITHOUT_PERIOD:
        return _("as things stand")
    ends = [("from", asked.start), ("to", asked.end)]
    if not asked.start and not asked.end:
        return _("everything so far")
    words = {"from": _("from {day}"), "to": _("until {day}")}
    return " ".join(words[name].format(day=text) for name, text in ends if text)


def _said(request: Request, error: Unanswerable) -> HTMLResponse:
    return line(error.status, str(error), towards(request, "/"))
