"""What every report asks alike: the period, the instant, how to group, and what the agreements say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.engine.app import Engine
from slaflow.engine.passages.open_times import reckonings_at
from slaflow.engine.passages.terms import party_ranks, terms_of
from slaflow.errors import USAGE, InvertedRange, UnknownName
from slaflow.hours.zones import in_utc, supported
from slaflow.language import marked
from slaflow.lifecycle.decision import instant_text
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked, first_instant
from slaflow.store.figures.terms import Terms
from slaflow.store.rows import renamings
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.people import directory
from slaflow.store.rows.spellings import variants
from slaflow.workflow.model.workflow import Workflow

__all__ = [
    "GROUPINGS",
    "Count",
    "Figures",
    "UnknownGrouping",
    "ask",
    "check_range",
    "in_force",
    "months",
    "party_ranks",
    "report",
]  # fmt: skip
GROUPINGS = ("owner", "team", "month", "sourced_by")
Figures = dict[str, Any]
Count = Callable[[Connection, Asked], Mapping[str | None, Figures]]
"""Gives the figures of each group, by its name; of the whole under None."""


class UnknownGrouping(UnknownName):
    """A ``--by`` that names neither a grouping nor a field of any agreement that was in force."""

    exit_code = USAGE


def check_range(start: datetime | None, end: datetime | None) -> None:
    """Raises ``InvertedRange`` where *end* is not after *start*."""
    if start is not None and end is not None and end <= start:
        first, last = instant_text(start), instant_text(end)
        raise InvertedRange(f"--from {first} is not before --to {last}; swap them")


def ask(
    app: Engine, conn: Connection, start: datetime | None, end: datetime | None, by: str | None,
    at: datetime | None, touch: str = "",
) -> Asked:  # fmt: skip
    """The question as the store takes it.

    Raises:
        InvertedRange: *end* is not after *start*.
        UnknownGrouping: *by* is nothing to group by.
        NaiveInstant: an instant without a zone.
    """
    first, last = start and supported(start), end and supported(end)
    check_range(first, last)
    workflows = in_force(app, conn)
    if by is not None:
        _check_grouping(by, workflows.values(), touch)
        by = _meant(by, workflows.values())
    now = app.present(at)
    versions = {digest: terms_of(workflow) for digest, workflow in workflows.items()}
    months = _months(conn, versions.values(), first, last, now) if by == "month" else {}
    spelt = variants(conn, directory(conn)) if by in ("owner", "team") else {}
    return Asked(
        now, first, last, by, versions, months, spelt, reckonings_at(conn, now), renamings.are_any(conn)
    )


def in_force(app: Engine, conn: Connection) -> dict[str, Workflow]:
    """Every version that was ever activated, by digest, newest first."""
    stored = workflow_store.versions(conn)
    return {version.digest: app.remember(version) for version in reversed(stored)}


def _check_grouping(by: str, workflows: Collection[Workflow], touch: str) -> None:
    known = [*GROUPINGS, "source", *(name for workflow in workflows for name in workflow.fields)]
    if touch:
        kinds = [kind for workflow in workflows for kind in workflow.activities.values()]
        known += [f"{touch}{name}" for kind in kinds for name in kind.fields]
    if by not in known:
        raise UnknownGrouping(marked("grouping"), by, list(dict.fromkeys(known)))


def _meant(by: str, workflows: Iterable[Workflow]) -> str:
    """Where no agreement has a field ``source``, it is the party that brought the lead."""
    is_field = any("source" in workflow.fields for workflow in workflows)
    return "sourced_by" if by == "source" and not is_field else by


def _months(
    conn: Connection, versions: Iterable[Terms], start: datetime | None, end: datetime | None, now: datetime
) -> dict[str, list[tuple[datetime, str]]]:
    """The months of the period by time zone, as far as there is a log."""
    first = first_instant(conn)
    if first is None:
        return {}
    begins, ends = max(first, start or first), min(now, end or now)
    return {zone: months(begins, ends, ZoneInfo(zone)) for zone in {terms.timezone for terms in versions}}


def months(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[datetime, str]]:
    """(its end, its name like ``2026-03``) of each month that *start* to *end* touch in *zone*."""
    here, last = start.astimezone(zone), end.astimezone(zone)
    year, month, found = here.year, here.month, []
    while (year, month) <= (last.year, last.month):
        after = (year, month + 1) if month < 12 else (year + 1, 1)
        found.append((in_utc(datetime(*after, 1, tzinfo=zone)), f"{year:04}-{month:02}"))
        year, month = after
    return found


def report(
    app: Engine, start: datetime | None, end: datetime | None, by: str | None, at: datetime | None,
    count: Count, nothing: Figures, touch: str = "",
) -> Figures:  # fmt: skip
    """``from``, ``to``, ``settled_to``, the figures of everything, and with *by* those of each group."""
    with app.database.read() as conn:
        asked = ask(app, conn, start, end, by, at, touch)
        figures = dict(count(conn, asked))
        answer = {
            "from": None if asked.start is None else instant_text(asked.start),
            "to": None if asked.end is None else instant_text(asked.end),
            "settled_to": instant_text(asked.at),
            **figures.pop(None, nothing),
        }
        if by is not None:
            answer["by"] = by
            answer["groups"] = dict(sorted(figures.items()))
    return answer
