"""Reports on what went from one side to the other, and on what came back or ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slaflow.language import _
from slaflow.web.record.plots import Bar, Bars, Stack, Stacks, parts_of
from slaflow.web.record.sheets import (
    FOUR,
    Column,
    Figures,
    Quote,
    Sheet,
    Spelt,
    Telling,
    as_it_is,
    count,
    decimal,
    elapsed,
    opened,
    rate,
    spoken,
)


def handoffs(told: Telling, spelt: Spelt) -> Sheet:
    party, rows = told.names.party, told.rows("ways")
    ways = {"forward": _("forward"), "return": _("back"), "reopened": _("reopened")}
    words = {
        "accepted": _("went on"),
        "returned": _("given back"),
        "by_system": _("by the agreement itself"),
        "open": _("not decided"),
    }

    def of(outcome: str) -> Callable[[Figures], tuple[Any, ...]]:
        return lambda row: (row["gave"], row["took"], row["direction"], outcome, True)

    columns = [
        Column(_("gave"), "gave", party, is_number=False),
        Column(_("took"), "took", party, is_number=False),
        Column(_("way"), "direction", lambda way: ways.get(way, str(way)), is_number=False),
        Column(_("handed over"), "handed_over", count),
        *(Column(words[key], key, count, leads=_of_way(key)) for key in words),
        Column(_("came back"), "came_back", count),
        Column(_("never touched"), "never_touched", count),
        Column(_("half decided after"), "decision_open_seconds.median", opened),
        Column(_("half touched after"), "first_touch_open_seconds.median", opened),
        Column(_("median score"), "score.median", lambda value: f"{value:.0f}"),
    ]
    _merge_touched(told)
    stacks = [
        Stack(
            _way_words(told, row),
            parts_of([(tone, words[key], row[key]) for key, tone in zip(words, FOUR, strict=True)]),
        )
        for row in rows
    ]
    return Sheet(Stacks(tuple(stacks)), (told.table(_("Handoffs"), columns, rows),))


def _of_way(outcome: str) -> Callable[[Figures], tuple[Any, ...]]:
    return lambda row: (row["gave"], row["took"], row["direction"], outcome)


def _merge_touched(told: Telling) -> None:
    """The leads of a way and outcome, whether they were touched or not."""
    for (*kind, _touched), leads in list(told.behind.items()):
        told.behind.setdefault(tuple(kind), []).extend(leads)


def _way_words(told: Telling, row: Figures) -> str:
    words = f"{told.names.party(row['gave'])} → {told.names.party(row['took'])}"
    return told.of(row, words)


def waste(told: Telling, spelt: Spelt) -> Sheet:
    rows = told.rows("parties", "party")
    words = {
        "never_touched": _("never touched"),
        "touched_once": _("touched once"),
        "worked": _("worked on"),
        "returned": _("given back"),
    }
    columns = [
        Column(_("handed to"), "party", told.names.party, is_number=False),
        Column(_("leads"), "handed_over", count),
        *(
            column
            for key in words
            for column in (Column(words[key], key, count), Column(_("of all"), f"{key}_share", rate))
        ),
        Column(_("untouched, still held"), "untouched_still_held", count),
    ]
    stacks = [
        Stack(
            told.of(row, told.names.party(row["party"])),
            parts_of([(tone, words[key], row[key]) for key, tone in zip(words, FOUR, strict=True)]),
        )
        for row in rows
    ]
    return Sheet(
        Stacks(tuple(stacks)), (told.table(_("What became of what was handed over"), columns, rows),)
    )


def returns(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.rows("reasons")
    reasons: dict[tuple[Any, ...], list[int]] = {}
    for (what, _state, reason), leads in told.behind.items():
        if what == "returned":
            reasons.setdefault((reason,), []).extend(leads)
    told.behind = reasons
    columns = [
        Column(_("reason"), "reason", spoken, is_number=False),
        Column(_("by"), "trigger", names.trigger, is_number=False),
        Column(_("gave back"), "gave", names.party, is_number=False),
        Column(_("leads"), "returns", count, leads=lambda row: (row["reason"],)),
        Column(_("of all"), "share", rate),
        Column(_("by the agreement itself"), "by_system", count),
    ]
    through = [
        Column(_("what"), "what", lambda what: _let_through().get(what, str(what)), is_number=False),
        Column(_("rule"), "rule", as_it_is, is_number=False),
        Column(_("handed over"), "handed_over", count),
        Column(_("came back"), "came_back", count),
        Column(_("of these"), "return_rate", rate),
    ]
    bars = Bars(
        tuple(Bar(told.of(row, spoken(row["reason"])), row["share"], rate(row["share"])) for row in rows)
    )
    tables = (
        told.table(_("Why leads came back"), columns, rows),
        told.table(_("What had let them through"), through, told.rows("let_through")),
    )
    return Sheet(bars, tables, tuple(quotes(told.figures, spelt)))


def quotes(figures: Figures, spelt: Spelt) -> list[Quote]:
    return [
        Quote(spelt(each["at"]), each["lead"], each["by"], spoken(each["reason"]), each["feedback"])
        for each in figures.get("feedback", ())
    ]


def _let_through() -> dict[str, str]:
    return {"guard": _("the guard"), "fit": _("the fit"), "touchpoint": _("the lead showed")}


def losses(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.rows("ways")
    ends = {"lost": _("lost"), "returned": _("given back"), "won": _("won")}
    columns = [
        Column(_("end"), "what", lambda what: ends.get(what, str(what)), is_number=False),
        Column(_("state"), "state", names.state, is_number=False),
        Column(_("leads"), "endings", count),
        Column(_("of all"), "share", rate),
        Column(_("half after"), "elapsed_seconds.median", elapsed),
        Column(_("open time"), "open_seconds.median", opened),
        Column(_("touches a lead"), "touches_per_lead", decimal),
    ]
    why = [{**row, **each} for row in rows for each in row["reasons"] if row["what"] != "won"]
    reasons = [
        Column(_("end"), "what", lambda what: ends.get(what, str(what)), is_number=False),
        Column(_("reason"), "reason", spoken, is_number=False),
        Column(_("had it"), "gave", names.party, is_number=False),
        Column(_("leads"), "endings", count, leads=lambda row: (row["what"], row["state"], row["reason"])),
        Column(_("of these"), "share", rate),
        Column(_("by the agreement itself"), "by_system", count),
    ]
    bars = Bars(
        tuple(
            Bar(
                told.of(row, f"{ends.get(row['what'], row['what'])}: {names.state(row['state'])}"),
                row["share"],
                rate(row["share"]),
            )
            for row in rows
        )
    )
    return Sheet(bars, (told.table(_("How leads ended"), columns, rows), told.table(_("Why"), reasons, why)))
