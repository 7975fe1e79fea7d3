"""``/record/WORKFLOW/PERIOD``: both sides' review of a period, to read together, to print and to sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.agreement.document.blocks import sentence
from slaflow.agreement.words import measures
from slaflow.agreement.words.naming import Naming, plain
from slaflow.engine.commitments import review as reviews
from slaflow.engine.commitments.signatures import Signature
from slaflow.engine.figures import kept
from slaflow.engine.figures.kept import LONGEST, Place
from slaflow.engine.figures.readers import Reader, reader
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup.signatures import NotAParty
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.report.candour import lines as candid
from slaflow.report.candour import rate_words
from slaflow.report.findings import FINDINGS
from slaflow.report.promises import Line, Spelt, changed_words, figure_words, lines
from slaflow.report.record.reports import REVIEW
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation
from slaflow.web.record.asked import titles
from slaflow.web.record.instants import days_words, spelt_in
from slaflow.web.record.sheets import Figures
from slaflow.web.record.tiles import Side, Tile, outcomes, promise_tile
from slaflow.web.record.told_handoffs import quotes
from slaflow.workflow.model.workflow import Workflow

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
Name = Annotated[str, InPath(max_length=LONGEST)]
OWNERS = 8
"""Parts of a commitment that a review shows, those missed first; its report has all."""
NOT_SIGNED = (
    reviews.AlreadySigned, reviews.PeriodNotOver, reviews.RecordChanged, NotAParty,
    NotPermitted,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A commitment of the review: what it says, what came of it, each owner's part, what was restated."""

    sentence: str
    figure: str
    verdict: str
    mood: str
    owners: tuple[Line, ...] = ()
    more_owners: int = 0
    restated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A party that is to sign, and who has for it, when, under which record."""

    party: str
    place: int
    by: str | None = None
    at: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A party's promises per lead in a review: its tiles, its rate in words, what could flatter it."""

    side: Side
    rate: str
    candid: tuple[str, ...]

    @property
    def tiles(self) -> tuple[Tile, ...]:
        return self.side.tiles

    @property
    def title(self) -> str:
        return self.side.title

    @property
    def place(self) -> int:
        return self.side.place


@router.get("/record/{workflow}/{period}")
@operation("read")
def show(
    request: Request, asking: Asking, workflow: Name, period: Name, signed: str = ""
) -> HTMLResponse:  # fmt: skip
    """The review, with the signatures as they are now."""
    engine = site_of(request).engine
    reads = reader(engine, asking.actor)
    try:
        looked = reviews.look(engine, workflow, period)
    except SlaflowError as error:
        return _not_there(request, error)
    shown = kept.show(engine, Place(REVIEW, workflow, looked.period))
    values = _told(looked.agreement, reads, shown.figures) if shown.figures is not None else {"review": None}
    naming = Naming(looked.agreement)
    may = asking.may_ever("sign") and asking.party in looked.missing and looked.is_over
    return desk_page(
        request, "record/review.html", 200, asking, reads.zone, reads.at, agreement=looked.agreement,
        period=looked.period, shown=shown, is_over=looked.is_over, is_signed=bool(signed),
        days=partial(days_words, reads), outcomes=outcomes(), may_sign=may, titles=titles(),
        own_party=naming.party(asking.party),
        signatures=tuple(_signatures(looked.agreement, looked.signed, looked.missing, spelt_in(reads))),
        **values,
    )  # fmt: skip


@router.post("/record/{workflow}/{period}")
@operation("read")
def count(request: Request, asking: Asking, workflow: Name, period: Name, form: Form) -> Response:
    """Has it be counted anew."""
    engine = site_of(request).engine
    try:
        looked = reviews.look(engine, workflow, period)
    except SlaflowError as error:
        return _not_there(request, error)
    kept.ask(engine, Place(REVIEW, workflow, looked.period))
    return RedirectResponse(towards(request, request.scope["path"]), 303)


@router.get("/record/{workflow}/{period}/sign")
@operation("sign")
def show_signing(request: Request, asking: Asking, workflow: Name, period: Name) -> HTMLResponse:
    """What would be signed."""
    return _sign_page(request, asking, workflow, period, 200)


@router.post("/record/{workflow}/{period}/sign")
@operation("sign")
def sign(request: Request, asking: Asking, workflow: Name, period: Name, form: Form) -> Response:
    """Signs for one's own party what the form showed, and nothing else."""
    engine = site_of(request).engine
    try:
        looked = reviews.look(engine, workflow, period)
    except SlaflowError as error:
        return _not_there(request, error)
    place = Place(REVIEW, workflow, looked.period)
    try:
        reviews.sign(engine, workflow, looked.period, asking.caller, None, shown=form.get("record", ""))
    except NOT_SIGNED as error:
        kept.ask(engine, place)
        return _sign_page(request, asking, workflow, period, 409, str(error))
    kept.ask(engine, place)
    return RedirectResponse(towards(request, f"{request.scope['path'].removesuffix('/sign')}?signed=1"), 303)


def _sign_page(
    request: Request, asking: Principal, workflow: str, period: str, status: int, because: str = ""
) -> HTMLResponse:
    engine = site_of(request).engine
    reads = reader(engine, asking.actor)
    try:
        looked = reviews.look(engine, workflow, period)
    except SlaflowError as error:
        return _not_there(request, error)
    shown = kept.show(engine, Place(REVIEW, workflow, looked.period))
    record: Any = None
    if shown.figures is None:
        because = because or _("the record has not been counted yet; look again in a moment")
    elif not because:
        because = _why_not(looked, asking)
    if shown.figures is not None and not because:
        record = shown.figures["review"]
    rows = _rows(looked.agreement, record, spelt_in(reads)) if record else []
    return desk_page(
        request, "record/sign.html", status, asking, reads.zone, reads.at, agreement=looked.agreement,
        period=looked.period, record=record, rows=rows, because=because,
        own_party=Naming(looked.agreement).party(asking.party),
    )  # fmt: skip


def _why_not(looked: reviews.Look, asking: Principal) -> str:
    if not looked.is_over:
        return _("the period still runs; its review is signed once it is over")
    if asking.party not in looked.missing:
        return _("there is nothing that your party has still to sign here")
    return ""


def _not_there(request: Request, error: SlaflowError) -> HTMLResponse:
    """A period that is none, or of which nothing was promised; what of the database is wrong is not."""
    if error.code not in ("unknown_name", "invalid_period", "nothing_promised"):
        raise error
    return line(404, str(error), towards(request, "/"))


def _told(agreement: Workflow, reads: Reader, figures: Figures) -> dict[str, Any]:
    spelt, naming = spelt_in(reads), Naming(agreement)
    review = figures["review"]
    return {
        "review": review, "rows": _rows(agreement, review, spelt), "changed": list(changed_words(review)),
        "sides": list(_sides(agreement, figures, naming)),
        "findings": [FINDINGS[name](figures[name]) for name in ("handoffs", "returns")],
        "quotes": quotes(figures["returns"], spelt),
    }  # fmt: skip


def _rows(agreement: Workflow, review: Figures, spelt: Spelt) -> list[Row]:
    return [_row(agreement, row, spelt) for row in review["commitments"]]


def _row(agreement: Workflow, row: Figures, spelt: Spelt) -> Row:
    whole, *rest = lines(row, spelt)
    known = agreement.commitments.get(row["commitment"])
    words = sentence(measures.owes(known, Naming(agreement))) if known else plain(row["commitment"])
    restated = [
        ", ".join(part for part in (each.name, each.measured, each.came_of_it) if part)
        for each in rest
        if each.about == "restated"
    ]
    owners = sorted((each for each in rest if each.about == "owner"), key=lambda each: each.mood != "missed")
    return Row(
        words, figure_words(row, row), whole.came_of_it, whole.mood, tuple(owners[:OWNERS]),
        max(len(owners) - OWNERS, 0), tuple(restated),
    )  # fmt: skip


def _sides(agreement: Workflow, figures: Figures, naming: Naming) -> Iterator[Judged]:
    behind = {tuple(each["kind"]): each["leads"] for each in figures["behind"]}
    for place, party in enumerate(agreement.parties):
        tiles = [
            promise_tile(target, figures["sla"]["targets"].get(target.name), behind, naming)
            for target in agreement.targets
            if target.owed_by == party
        ]
        flattery = figures["candour"]["parties"].get(party)
        rate = rate_words(flattery) if flattery else ""
        if tiles:
            side = Side(party, naming.party(party), place, tuple(tiles))
            yield Judged(side, rate, tuple(candid(flattery)) if flattery else ())


def _signatures(
    agreement: Workflow, signed: tuple[Signature, ...], missing: tuple[str, ...], spelt: Spelt
) -> Iterator[SignatureLine]:
    naming, order = Naming(agreement), list(agreement.parties)
    for each in signed:
        at = spelt(each.at.isoformat())
        yield SignatureLine(naming.party(each.party), _place(order, each.party), each.actor, at, each.digest)
    for party in missing:
        yield SignatureLine(naming.party(party), _place(order, party))


def _place(order: list[str], party: str) -> int:
    return order.index(party) if party in order else 0
