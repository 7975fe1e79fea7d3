"""A report as a picture: SVG or PNG, for a slide or the review."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slaflow.engine.files.atomic import save
from slaflow.engine.files.own import Protected
from slaflow.report.findings import FINDINGS
from slaflow.report.plots import groups, journey, leads, parties, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Figures = Mapping[str, Any]
DRAWINGS: Mapping[str, Callable[[Figures, str], Figure]] = {
    "sla": parties.sla,
    "handoffs": parties.handoffs,
    "funnel": leads.funnel,
    "returns": leads.returns,
    "aging": leads.aging,
    "waste": parties.waste,
    "losses": journey.losses,
    "content": journey.content,
    "journey": journey.journey,
    "candour": parties.candour,
}
"""By the name of the report."""
MEASURES: Mapping[str, groups.Measure] = {
    **groups.MEASURES,
    "losses": ("How leads ended", journey.ends),
    "content": ("Touches that did not fit the stage, or came too often", journey.off),
    "candour": ("Promises kept without what could flatter", parties.kept_without),
    "journey": ("Touches at the stage where most open leads are", journey.where_they_are),
}


def write_plot(
    path: Path, kind: str, figures: Figures, zone: tzinfo = UTC, protected: Protected | None = None
) -> None:
    """Draws the report *kind* into *path*, as its suffix says; whole or not at all. Instants in *zone*.

    Raises:
        ExtraMissing: matplotlib is not installed.
        FileProtected, FileUnwritable: it cannot be put there.
    """
    save(path, drawn(kind, figures, path.suffix.lower().lstrip("."), zone), protected)


def drawn(kind: str, figures: Figures, form: str, zone: tzinfo = UTC) -> bytes:
    """The report *kind* as ``svg`` or ``png``."""
    with style.styled(kind):
        if "groups" in figures:
            figure = groups.by_group(kind, figures, period_words(figures, zone), MEASURES, journey.COLOURS)
        else:
            figure = DRAWINGS[kind](figures, period_words(figures, zone))
        return style.saved(figure, form, FINDINGS[kind](figures))


def period_words(figures: Figures, zone: tzinfo = UTC) -> str:
    """``from 2026-03-01 to 2026-04-01, as things stood 2026-04-01 10:00 (Europe/Stockholm)``."""
    words = " ".join(f"{end} {_day(figures[end], zone)}" for end in ("from", "to") if figures.get(end))
    start = words or ("everything so far" if "from" in figures else "open leads")
    settled = datetime.fromisoformat(figures["settled_to"]).astimezone(zone)
    return f"{start}, as things stood {settled:%Y-%m-%d %H:%M} ({zone})"


def _day(instant: str, zone: tzinfo) -> str:
    at = datetime.fromisoformat(instant).astimezone(zone)
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute) == (0, 0) else f"{at:%Y-%m-%d %H:%M}"
