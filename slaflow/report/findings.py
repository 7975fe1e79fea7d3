"""What each report comes to in one sentence: the title of a plot. Neutral, never blaming."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slaflow.report.rates import percent_text

Figures = Mapping[str, Any]
DAY, HOUR = 86_400, 3600


def percent(value: float | None) -> str:
    """``79%``; ``no verdict`` of nothing."""
    return "no verdict" if value is None else percent_text(value, 0)


def duration_words(seconds: int) -> str:
    """In whole days, in hours below two days, in minutes below two hours."""
    if seconds >= 2 * DAY:
        return counted(seconds // DAY, "day")
    return counted(seconds // 3600, "hour") if seconds >= 2 * HOUR else counted(seconds // 60, "minute")


def counted(number: int, noun: str) -> str:
    """``1 lead``, ``2,400 leads``."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def leads(number: int) -> str:
    return counted(number, "lead")


def sla(told: Figures) -> str:
    kept = [
        f"{party} {percent(row['met_rate'])}"
        for party, row in told["parties"].items()
        if row["met_rate"] is not None
    ]
    return f"Promises kept in time: {', '.join(kept)}" if kept else "No promise has been decided yet"


def handoffs(told: Figures) -> str:
    forward = [way for way in told["ways"] if way["direction"] == "forward"] or told["ways"]
    if not forward:
        return "No lead changed hands"
    way = max(forward, key=lambda row: row["handed_over"])
    went_on = percent(way["accepted"] / way["handed_over"])
    return f"{_capital(way['took'])} went on with {went_on} of {leads(way['handed_over'])} from {way['gave']}"


def funnel(told: Figures) -> str:
    states = told["states"]
    if not told["leads"]:
        return "No lead was created"
    first = states[0]["held_by"] if states else None
    handed = next((s for s in states if s["held_by"] not in (None, first)), None)
    closed = [s for s in states if s["final"] and s["leads"]]
    named = ([handed] if handed else []) + sorted(closed, key=lambda s: -int(s["leads"]))[:2]
    parts = [f"{percent(state['share'])} reached {words(state['state'])}" for state in named]
    created = f"{leads(told['leads'])} created"
    return f"Of {created}, {_listed(parts)}" if parts else created


def returns(told: Figures) -> str:
    if not told["returns"]:
        return "No lead was given back"
    reason = told["reasons"][0]
    most = f"most often: {words(reason['reason'])} ({percent(reason['share'])} of {told['returns']:,})"
    if not told["handed_over"]:
        return f"{leads(told['returns'])} given back, {most}"
    return f"{percent(told['return_rate'])} of {leads(told['handed_over'])} handed over came back; {most}"


def aging(told: Figures) -> str:
    if not told["open"]:
        return "No lead is open"
    state = max(told["states"], key=lambda row: (row["median_elapsed_seconds"], row["leads"]))
    since = duration_words(state["median_elapsed_seconds"])
    if state["leads"] == 1:
        return f"The one lead in {words(state['state'])} has been there for {since}"
    half = f"Half of the {leads(state['leads'])} in {words(state['state'])}"
    return f"{half} have been there for {since} or more"


def waste(told: Figures) -> str:
    if not told["parties"]:
        return "No lead was handed over"
    party, row = max(told["parties"].items(), key=lambda item: item[1]["handed_over"])
    never, once = percent(row["never_touched_share"]), percent(row["touched_once_share"])
    were = "was" if row["handed_over"] == 1 else "were"
    return f"Of {leads(row['handed_over'])} handed to {party}, {never} {were} never touched, {once} once"


FINDINGS: Mapping[str, Callable[[Figures], str]] = {
    "sla": sla,
    "handoffs": handoffs,
    "funnel": funnel,
    "returns": returns,
    "aging": aging,
    "waste": waste,
}
"""By the name of the report."""


def words(name: str) -> str:
    """A name of the agreement as people read it."""
    return name.replace("_", " ")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
