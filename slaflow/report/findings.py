"""What each report comes to in one sentence: the title of a plot. Neutral, never blaming."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slaflow.hours.words import largest
from slaflow.report.rates import percent_text

Figures = Mapping[str, Any]
ENDS = {"lost": "lost", "returned": "given back", "won": "won"}


def percent(value: float | None) -> str:
    """``79%``; ``no verdict`` of nothing."""
    return "no verdict" if value is None else percent_text(value, 0)


def counted(number: int, noun: str) -> str:
    """``1 lead``, ``2,400 leads``."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def leads(number: int) -> str:
    return counted(number, "lead")


def sla(figures: Figures) -> str:
    kept = [
        f"{party} {percent(row['met_rate'])}"
        for party, row in figures["parties"].items()
        if row["met_rate"] is not None
    ]
    return f"Promises kept in time: {', '.join(kept)}" if kept else "No promise has been decided yet"


def handoffs(figures: Figures) -> str:
    forward = [way for way in figures["ways"] if way["direction"] == "forward"] or figures["ways"]
    if not forward:
        return "No lead changed hands"
    way = max(forward, key=lambda row: row["handed_over"])
    went_on = percent(way["accepted"] / way["handed_over"])
    return f"{_capital(way['took'])} went on with {went_on} of {leads(way['handed_over'])} from {way['gave']}"


def funnel(figures: Figures) -> str:
    states = figures["states"]
    if not figures["leads"]:
        return "No lead was created"
    first = states[0]["held_by"] if states else None
    handed = next((s for s in states if s["held_by"] not in (None, first)), None)
    closed = [s for s in states if s["final"] and s["leads"]]
    named = ([handed] if handed else []) + sorted(closed, key=lambda s: -int(s["leads"]))[:2]
    parts = [f"{percent(state['share'])} reached {words(state['state'])}" for state in named]
    created = f"{leads(figures['leads'])} created"
    return f"Of {created}, {_listed(parts)}" if parts else created


def returns(figures: Figures) -> str:
    if not figures["returns"]:
        return "No lead was given back"
    reason = figures["reasons"][0]
    most = f"most often: {words(reason['reason'])} ({percent(reason['share'])} of {figures['returns']:,})"
    if not figures["handed_over"]:
        return f"{leads(figures['returns'])} given back, {most}"
    return (
        f"{percent(figures['return_rate'])} of {leads(figures['handed_over'])} handed over came back; {most}"
    )


def aging(figures: Figures) -> str:
    if not figures["open"]:
        return "No lead is open"
    state = max(figures["states"], key=lambda row: (row["median_elapsed_seconds"], row["leads"]))
    since = counted(*largest(state["median_elapsed_seconds"]))
    if state["leads"] == 1:
        return f"The one lead in {words(state['state'])} has been there for {since}"
    half = f"Half of the {leads(state['leads'])} in {words(state['state'])}"
    return f"{half} have been there for {since} or more"


def waste(figures: Figures) -> str:
    if not figures["parties"]:
        return "No lead was handed over"
    party, row = max(figures["parties"].items(), key=lambda item: item[1]["handed_over"])
    never, once = percent(row["never_touched_share"]), percent(row["touched_once_share"])
    were = "was" if row["handed_over"] == 1 else "were"
    return f"Of {leads(row['handed_over'])} handed to {party}, {never} {were} never touched, {once} once"


def losses(figures: Figures) -> str:
    if not figures["endings"]:
        return "No lead was closed or given back"
    ends = {what: [way for way in figures["ways"] if way["what"] == what] for what in ENDS}
    shares = [
        f"{percent(sum(way['endings'] for way in ways) / figures['endings'])} {ENDS[what]}"
        for what, ways in ends.items()
        if ways
    ]
    found = f"Of {counted(figures['endings'], 'end')} {_listed(shares)}"
    what = "lost" if ends["lost"] else "returned"
    why = [row for way in ends[what] for row in way["reasons"]]
    if not why:
        return found
    most = max(why, key=lambda row: row["endings"])
    return f"{found}; most often {ENDS[what]}: {words(most['reason'])} ({most['endings']:,})"


def content(figures: Figures) -> str:
    kinds = figures["kinds"]
    if not kinds:
        return "Nothing was said"
    handed = sum(row["before"]["handoffs"]["last"] for row in kinds)
    if not handed:
        row = max(kinds, key=lambda row: row["touches"])
        return f"Said most: {words(row['activity'])}, {row['touches']:,} of {figures['touches']:,} touches"
    row = max(kinds, key=lambda row: row["before"]["handoffs"]["last"])
    last = row["before"]["handoffs"]["last"]
    return f"Last before {percent(last / handed)} of {counted(handed, 'handoff')}: {words(row['activity'])}"


def journey(figures: Figures) -> str:
    if not figures["open"]:
        return "No lead is open"
    stage = max(figures["stages"], key=lambda row: row["leads"])
    name = stage["title"] or words(stage["stage"])
    are = f"{percent(stage['share'])} of {leads(figures['open'])} are at {name}"
    work = [
        f"{percent(each['share'])} of what {party} did"
        for party, each in stage["touches"].items()
        if party != "lead"
    ]
    return f"{are}, and {_listed(work)}" if work else are


def candour(figures: Figures) -> str:
    rates = [
        f"{party} {percent(row['met_rate'])} (plainly {percent(row['kept_without'])})"
        for party, row in figures["parties"].items()
        if row["kept_without"] is not None and row["met_rate"] is not None
    ]
    return f"Kept in time: {', '.join(rates)}" if rates else "No promise has been decided yet"


FINDINGS: Mapping[str, Callable[[Figures], str]] = {
    "sla": sla,
    "handoffs": handoffs,
    "funnel": funnel,
    "returns": returns,
    "aging": aging,
    "waste": waste,
    "losses": losses,
    "content": content,
    "journey": journey,
    "candour": candour,
}
"""By the name of the report."""


def words(name: str) -> str:
    """A name of the agreement as people read it."""
    return name.replace("_", " ")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
