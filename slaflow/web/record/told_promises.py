"""Reports on promises: per lead, over time, and what could flatter them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slaflow.agreement.document.blocks import capital
from slaflow.language import _
from slaflow.report.promises import figure_words, lines, promise_words
from slaflow.web.record.names import Names
from slaflow.web.record.plots import Bar, Bars, Dot, Plot, Stack, Stacks, Strip, Strips, Tone, parts_of
from slaflow.web.record.sheets import (
    Cell,
    Column,
    Figures,
    Head,
    Sheet,
    Spelt,
    Table,
    Telling,
    as_it_is,
    count,
    opened,
    rate,
    share_words,
)

KEPT: tuple[tuple[str, Tone], ...] = (
    ("met", "met"),
    ("met_late", "late"),
    ("lifted", "lifted"),
    ("breached", "broken"),
    ("running", "running"),
)


def sla(told: Telling, spelt: Spelt) -> Sheet:
    names = told.names
    words = {
        "started": _("began"),
        "met": _("kept"),
        "met_late": _("kept late"),
        "breached": _("past due"),
        "lifted": _("excused"),
        "running": _("have time"),
        "cancelled": _("no longer owed"),
        "passed_on": _("passed on"),
        "disputed": _("disputed"),
        "upheld": _("upheld"),
        "graced": _("given grace"),
    }
    rows = sorted(
        told.rows("targets", "target"), key=lambda row: (row.get("", ""), names.rank(row["target"]))
    )
    is_lifted = any(row["lifted"] for row in rows)
    seen = [key for key in words if any(row.get(key) for row in rows)]
    columns = [
        Column(_("promise"), "target", names.target, is_number=False),
        Column(_("owed by"), "owed_by", names.party, is_number=False),
        *(Column(words[key], key, count, leads=_of_target(key)) for key in seen),
        Column(_("in time"), "met_rate", rate),
        *([Column(_("before lifts"), "gross_met_rate", rate)] if is_lifted else []),
        Column(_("half took"), "median_seconds", opened),
        Column(_("9 of 10"), "p90_seconds", opened),
    ]
    if told.by:
        plot: Plot = Bars(tuple(_rates(told)))
    else:
        plot = Stacks(
            tuple(
                Stack(
                    told.of(row, names.target(row["target"])),
                    parts_of([(tone, words[key], row[key]) for key, tone in KEPT]),
                )
                for row in rows
            )
        )
    return Sheet(plot, (told.table(_("Promises"), columns, rows),), notes=tuple(_parties(told)))


def _of_target(outcome: str) -> Callable[[Figures], tuple[Any, ...]]:
    return lambda row: (row["target"], outcome)


def _rates(told: Telling) -> list[Bar]:
    return [
        Bar(f"{group}: {told.names.party(party)}", row["met_rate"], share_words(row["met_rate"]))
        for group, each in told.groups()
        for party, row in each["parties"].items()
    ]


def _parties(told: Telling) -> list[str]:
    kept = _("{party} kept {rate} in time; past due and still owed: {n}")
    return [
        kept.format(
            party=capital(told.names.party(party)),
            rate=share_words(row["met_rate"]),
            n=count(row["breached"]),
        )
        for party, row in told.figures["parties"].items()
    ]


def candour(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.rows("parties", "party")
    columns = [
        Column(_("party"), "party", names.party, is_number=False),
        Column(_("decided"), "decided", count),
        Column(_("in time"), "met_rate", rate),
        Column(_("if these had been broken"), "kept_without", rate),
        Column(_("let go"), "let_go", count),
        Column(_("excused"), "lifted", count),
        Column(_("kept by a late word"), "told_late", count),
        Column(_("overridden"), "overridden", count),
        Column(_("hasty checks"), "hasty_checks", count),
        Column(_("accepted"), "accepted", count),
        Column(_("given back within an hour"), "returned_within_hour", count),
    ]
    bars = Bars(
        tuple(
            Bar(
                told.of(row, names.party(row["party"])),
                row["met_rate"],
                share_words(row["met_rate"]),
                row["kept_without"],
            )
            for row in rows
        )
    )
    lifts = [
        Column(_("lifted"), "target", names.target, is_number=False),
        Column(_("owed by"), "owed_by", names.party, is_number=False),
        Column(_("by"), "by", as_it_is, is_number=False),
        Column(_("reason"), "reason", as_it_is, is_number=False),
        Column(_("breaches"), "breaches", count),
    ]
    tables = [told.table(_("What could flatter the figures"), columns, rows)]
    if told.figures["lifts"]:
        plain = Telling({**told.figures, "by": None}, names)
        tables.append(plain.table(_("What was excused, by whom"), lifts, told.figures["lifts"]))
    note = _("The mark is where the share would be if what could flatter it had been broken.")
    return Sheet(bars, tuple(tables), notes=(note,) if rows else ())


def commitments(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.figures["commitments"]
    heads = (
        Head(_("period"), False),
        Head(_("commitment"), False),
        Head(_("owed by"), False),
        Head(_("figure")),
        Head(_("promised")),
        Head(_("how it stands"), False),
    )
    newest = sorted(rows, key=lambda row: str(row["to"]), reverse=True)
    table = Table(
        _("Commitments"),
        heads,
        tuple(cells for row in newest for cells in _commitment(names, row, spelt)),
    )
    strips: dict[str, list[Figures]] = {}
    for row in rows:
        strips.setdefault(row["commitment"], []).append(row)
    drawn = tuple(Strip(names.commitment(name), _verdicts(each)) for name, each in strips.items())
    ends = (rows[0]["period"], rows[-1]["period"]) if rows else ("", "")
    legend: tuple[tuple[Tone, str], ...] = (
        ("met", _("kept")),
        ("broken", _("missed")),
        ("third", _("no verdict")),
        ("running", _("open")),
    )
    return Sheet(Strips(drawn, ends, legend=legend) if rows else None, (table,))


def _verdicts(rows: list[Figures]) -> tuple[Dot, ...]:
    tones: dict[str | None, Tone] = {"kept": "met", "missed": "broken", None: "third"}
    return tuple(
        Dot(
            (place + 0.5) / len(rows),
            f"{row['period']}: {figure_words(row, row)}",
            tones[row["verdict"]] if row["status"] == "closed" else "running",
            f"record/{row['workflow']}/{row['period']}",
        )
        for place, row in enumerate(rows)
    )


def _commitment(names: Names, row: Figures, spelt: Spelt) -> list[tuple[Cell, ...]]:
    found: list[tuple[Cell, ...]] = []
    for line in lines(row, spelt):
        if line.about == "commitment":
            owed = ", ".join(map(names.party, row["owed_by"]))
            first = Cell(row["period"]), Cell(names.commitment(row["commitment"])), Cell(owed)
            promised = promise_words(row, spelt)
        else:
            first, promised = (Cell(""), Cell(line.name), Cell("")), ""
        found.append((*first, Cell(line.measured), Cell(promised), Cell(line.came_of_it)))
    return found
