"""What each report comes to in one sentence: the title of a plot. Neutral, never blaming."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slaflow.hours.words import largest
from slaflow.language import _, grouped, ngettext
from slaflow.report.rates import percent_text

Figures = Mapping[str, Any]


def percent(value: float | None) -> str:
    """``79%``; ``no verdict`` of nothing."""
    return _("no verdict") if value is None else percent_text(value, 0)


def counted(number: int, noun: str) -> str:
    """``1 lead``, ``2,400 leads``: for plots, which are in English."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def leads(number: int) -> str:
    """``1 lead``, ``2,400 leads``."""
    return ngettext("{n} lead", "{n} leads", number).format(n=grouped(number))


def _elapsed(seconds: float) -> str:
    """``41 days``, ``1 hour``."""
    number, unit = largest(seconds)
    said = {
        "day": ngettext("{n} day", "{n} days", number), "hour": ngettext("{n} hour", "{n} hours", number),
        "minute": ngettext("{n} minute", "{n} minutes", number),
    }  # fmt: skip
    return said[unit].format(n=grouped(number))


def sla(figures: Figures) -> str:
    kept = [
        f"{party} {percent(row['met_rate'])}"
        for party, row in figures["parties"].items()
        if row["met_rate"] is not None
    ]
    if not kept:
        return _("No promise has been decided yet")
    return _("Promises kept in time: {parties}").format(parties=", ".join(kept))


def handoffs(figures: Figures) -> str:
    forward = [way for way in figures["ways"] if way["direction"] == "forward"] or figures["ways"]
    if not forward:
        return _("No lead changed hands")
    way = max(forward, key=lambda row: row["handed_over"])
    went_on = percent(way["accepted"] / way["handed_over"])
    said = _("{took} went on with {share} of {leads} from {gave}")
    return said.format(
        took=_capital(way["took"]), share=went_on, leads=leads(way["handed_over"]), gave=way["gave"]
    )


def funnel(figures: Figures) -> str:
    states = figures["states"]
    if not figures["leads"]:
        return _("No lead was created")
    first = states[0]["held_by"] if states else None
    handed = next((s for s in states if s["held_by"] not in (None, first)), None)
    closed = [s for s in states if s["final"] and s["leads"]]
    named = ([handed] if handed else []) + sorted(closed, key=lambda s: -int(s["leads"]))[:2]
    reached = _("{share} reached {state}")
    parts = [reached.format(share=percent(each["share"]), state=words(each["state"])) for each in named]
    created = _("{leads} created").format(leads=leads(figures["leads"]))
    return _("Of {created}, {parts}").format(created=created, parts=_listed(parts)) if parts else created


def returns(figures: Figures) -> str:
    if not figures["returns"]:
        return _("No lead was given back")
    reason = figures["reasons"][0]
    most = _("most often: {reason} ({share} of {n})").format(
        reason=words(reason["reason"]), share=percent(reason["share"]), n=grouped(figures["returns"])
    )
    if not figures["handed_over"]:
        return _("{leads} given back, {most}").format(leads=leads(figures["returns"]), most=most)
    return _("{share} of {leads} handed over came back; {most}").format(
        share=percent(figures["return_rate"]), leads=leads(figures["handed_over"]), most=most
    )


def aging(figures: Figures) -> str:
    if not figures["open"]:
        return _("No lead is open")
    state = max(figures["states"], key=lambda row: (row["median_elapsed_seconds"], row["leads"]))
    told = {"state": words(state["state"]), "since": _elapsed(state["median_elapsed_seconds"])}
    if state["leads"] == 1:
        return _("The one lead in {state} has been there for {since}").format(**told)
    half = _("Half of the {leads} in {state} have been there for {since} or more")
    return half.format(leads=leads(state["leads"]), **told)


def waste(figures: Figures) -> str:
    if not figures["parties"]:
        return _("No lead was handed over")
    party, row = max(figures["parties"].items(), key=lambda item: item[1]["handed_over"])
    never, once = percent(row["never_touched_share"]), percent(row["touched_once_share"])
    said = ngettext(
        "Of {leads} handed to {party}, {never} was never touched, {once} once",
        "Of {leads} handed to {party}, {never} were never touched, {once} once",
        row["handed_over"],
    )
    return said.format(leads=leads(row["handed_over"]), party=party, never=never, once=once)


def losses(figures: Figures) -> str:
    if not figures["endings"]:
        return _("No lead was closed or given back")
    named = {"lost": _("lost"), "returned": _("given back"), "won": _("won")}
    ends = {what: [way for way in figures["ways"] if way["what"] == what] for what in named}
    shares = [
        f"{percent(sum(way['endings'] for way in ways) / figures['endings'])} {named[what]}"
        for what, ways in ends.items()
        if ways
    ]
    of = ngettext("Of {n} end {shares}", "Of {n} ends {shares}", figures["endings"])
    found = of.format(n=grouped(figures["endings"]), shares=_listed(shares))
    what = "lost" if ends["lost"] else "returned"
    why = [row for way in ends[what] for row in way["reasons"]]
    if not why:
        return found
    most = max(why, key=lambda row: row["endings"])
    return found + _("; most often {end}: {reason} ({n})").format(
        end=named[what], reason=words(most["reason"]), n=grouped(most["endings"])
    )


def content(figures: Figures) -> str:
    kinds = figures["kinds"]
    if not kinds:
        return _("Nothing was said")
    handed = sum(row["before"]["handoffs"]["last"] for row in kinds)
    if not handed:
        row = max(kinds, key=lambda row: row["touches"])
        return _("Said most: {what}, {n} of {all} touches").format(
            what=words(row["activity"]), n=grouped(row["touches"]), all=grouped(figures["touches"])
        )
    row = max(kinds, key=lambda row: row["before"]["handoffs"]["last"])
    last = row["before"]["handoffs"]["last"]
    said = ngettext(
        "Last before {share} of {n} handoff: {what}", "Last before {share} of {n} handoffs: {what}", handed
    )
    return said.format(share=percent(last / handed), n=grouped(handed), what=words(row["activity"]))


def journey(figures: Figures) -> str:
    if not figures["open"]:
        return _("No lead is open")
    stage = max(figures["stages"], key=lambda row: row["leads"])
    name = stage["title"] or words(stage["stage"])
    are = _("{share} of {leads} are at {stage}").format(
        share=percent(stage["share"]), leads=leads(figures["open"]), stage=name
    )
    did = _("{share} of what {party} did")
    work = [
        did.format(share=percent(each["share"]), party=party)
        for party, each in stage["touches"].items()
        if party != "lead"
    ]
    return _("{this}, and {that}").format(this=are, that=_listed(work)) if work else are


def candour(figures: Figures) -> str:
    said = _("{party} {rate} (plainly {plainly})")
    rates = [
        said.format(party=party, rate=percent(row["met_rate"]), plainly=percent(row["kept_without"]))
        for party, row in figures["parties"].items()
        if row["kept_without"] is not None and row["met_rate"] is not None
    ]
    if not rates:
        return _("No promise has been decided yet")
    return _("Kept in time: {parties}").format(parties=", ".join(rates))


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
    if len(parts) == 1:
        return parts[0]
    return _("{most} and {last}").format(most=", ".join(parts[:-1]), last=parts[-1])


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
