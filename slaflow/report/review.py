"""The page for the two sides' monthly meeting: one HTML file with everything in it, to read or to print."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.engine.app import Engine
from slaflow.engine.commitments.signatures import signatures_by_period
from slaflow.engine.files.atomic import save
from slaflow.engine.files.own import Protected
from slaflow.errors import ExtraMissing
from slaflow.hours.words import duration, open_time
from slaflow.lifecycle.decision import instant_text
from slaflow.report.aging import aging
from slaflow.report.candour import candour, rate_words
from slaflow.report.candour import lines as candid
from slaflow.report.commitments import commitments
from slaflow.report.findings import percent, words
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.overrides import told
from slaflow.report.plots.draw import drawn
from slaflow.report.promises import changed_words, lines, promise_words
from slaflow.report.question import ask, in_force, party_ranks
from slaflow.report.returns import returns
from slaflow.report.sla import gross_rates, sla
from slaflow.report.waste import waste
from slaflow.workflow.model.workflow import Workflow

QUOTES = 8
NOTHING = "\N{EN DASH}"
PLOTS = ("sla", "handoffs", "funnel", "returns", "aging", "waste")
Figures = Mapping[str, Any]


def write_review(
    app: Engine, path: Path, start: datetime, end: datetime, *, at: datetime | None = None
) -> dict[str, Any]:
    """Writes the review of ``[start, end)`` into *path*, whole or not at all.

    Returns:
        ``file``, ``from``, ``to``, ``settled_to``.

    Raises:
        ExtraMissing: Jinja2 or matplotlib is not installed.
        FileProtected, FileUnwritable: it cannot be put there.
        InvertedRange: *end* is not after *start*.
    """
    protected = Protected(app)
    protected.check(path)
    figures = record(app, start, end, at)
    save(path, page(figures).encode(), protected)
    return {"file": str(path), **{key: figures["sla"][key] for key in ("from", "to", "settled_to")}}


def record(app: Engine, start: datetime, end: datetime, at: datetime | None = None) -> dict[str, Any]:
    """Every report of the period by name, and the agreement's title, parties and time zone.

    All of it is read in one transaction. Leads that sit are told as of the period's end, or of *at* if that
    is earlier.
    """
    with app.database.one_read():
        return _record(app, start, end, app.present(at))


def _record(app: Engine, start: datetime, end: datetime, now: datetime) -> dict[str, Any]:
    with app.database.read() as conn:
        workflows = list(in_force(app, conn).values())
    promised = commitments(app, start, end, at=now)["commitments"]
    figures: dict[str, Any] = {
        "sla": sla(app, start, end, at=now),
        "candour": candour(app, start, end, at=now),
        "handoffs": handoffs(app, start, end, at=now),
        "funnel": funnel(app, start, end, at=now),
        "waste": waste(app, start, end, at=now),
        "aging": aging(app, at=min(now, end)),
        "commitments": promised,
        "signatures": list(_signed(app, promised, start, end, now)),
        **_returns(app, start, end, now, workflows),
    }
    with app.database.read() as conn:
        figures["overrides"] = told(conn, ask(app, conn, start, end, None, now), workflows, QUOTES)
    return {**figures, **_agreement(workflows)}


def _signed(
    app: Engine, promised: list[Figures], start: datetime, end: datetime, now: datetime
) -> Iterator[Figures]:
    """The record of ``review show`` of each period that is to be signed: one whose signing is promised, that
    somebody has signed, or that is the very one the page is about."""
    whole = instant_text(start), instant_text(end)
    periods: dict[tuple[str, str], bool] = {}
    for row in promised:
        asked = "signed_by" in row["promise"] or (row["from"], row["to"]) == whole
        name = row["workflow"], row["period"]
        periods[name] = periods.get(name, False) or asked
    with app.database.read() as conn:
        given = {workflow: signatures_by_period(conn, workflow) for workflow, _ in periods}
    for (workflow, period), asked in periods.items():
        if asked or any(each.at <= now for each in given[workflow].get(period, ())):
            yield app.review(workflow, period, at=now)


def _returns(
    app: Engine, start: datetime, end: datetime, now: datetime, workflows: list[Workflow]
) -> dict[str, Figures | None]:
    """The returns and, counted with them, those by where leads come from, where leads have a ``source``."""
    by = "source" if any("source" in workflow.fields for workflow in workflows) else None
    told = returns(app, start, end, at=now, by=by, quoted=QUOTES)
    if by is None:
        return {"returns": told, "by_source": None}
    whole = {key: value for key, value in told.items() if key not in ("by", "groups")}
    return {"returns": whole, "by_source": {**told, "feedback": []}}


def _agreement(workflows: list[Workflow]) -> dict[str, Any]:
    newest = workflows[0] if workflows else None
    parties = {party: None for workflow in workflows for party in party_ranks(workflow)}
    targets = {t.name: t.title for workflow in reversed(workflows) for t in workflow.targets if t.title}
    return {
        "title": (newest.title or newest.name) if newest else "No agreement in force",
        "parties": list(parties),
        "promises": targets,
        "zone": newest.timezone if newest else "UTC",
    }


def page(figures: Mapping[str, Any]) -> str:
    """The review as HTML: no script, nothing fetched, everything that people wrote escaped."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise ExtraMissing("the review", "review") from None
    environment = Environment(
        loader=PackageLoader("slaflow.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    zone = ZoneInfo(figures["zone"])
    environment.filters |= {
        "percent": percent,
        "words": words,
        "duration": _or_dash(duration),
        "open_time": _or_dash(open_time),
        "last_day": lambda text: "{0.day} {0:%B %Y}".format(_local(text, zone) - timedelta(seconds=1)),
        "day": lambda text: "{0.day} {0:%B %Y}".format(_local(text, zone)),
        "instant": lambda text: _local(text, zone).strftime("%Y-%m-%d %H:%M"),
    }
    plots = {kind: inline_svg(kind, figures[kind], zone) for kind in PLOTS}
    gross = gross_rates(figures["sla"])
    instant = environment.filters["instant"]
    kept = [
        {**row, "promised": promise_words(row, instant), "lines": list(lines(row, instant))}
        for row in figures["commitments"]
    ]
    signed = [{**each, "changed": list(changed_words(each))} for each in figures["signatures"]]
    template = environment.get_template("review.html")
    candid_lines = {
        party: [rate_words(row), *candid(row)]
        for party, row in figures["candour"]["parties"].items()
        if any(candid(row))
    }
    pages = {
        "commitments": kept,
        "candid": candid_lines,
        "signatures": signed,
        "plots": plots,
        "gross": gross,
    }
    return template.render({**figures, **pages})


def _local(text: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)


def _or_dash(words: Callable[[float], str]) -> Callable[[int | None], str]:
    """*words* of seconds; a dash for nothing."""
    return lambda seconds: NOTHING if seconds is None else words(seconds)


def inline_svg(kind: str, figures: Figures, zone: tzinfo = UTC) -> str:
    """The plot of a report as an element of a page, its ids its own; instants in *zone*."""
    text = drawn(kind, figures, "svg", zone).decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, count=1, flags=re.DOTALL)
    # A page needs no namespaces, and two plots on it may not share ids.
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text)
    text = re.sub(r'( id=")([^"]+")', rf"\1{kind}-\2", text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\1{kind}-", text)
    return text.replace("<svg ", '<svg role="img" ', 1)
