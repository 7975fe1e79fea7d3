"""Reports on leads: how far they came, where they sit, what was said, where their buyers are."""

from __future__ import annotations

from slaflow.language import _
from slaflow.web.record.plots import Bar, Bars, Dot, Strip, Strips, spread
from slaflow.web.record.sheets import (
    NOTHING,
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
    elapsed,
    rate,
    share_words,
    spoken,
)


def funnel(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.rows("states")
    columns = [
        Column(_("state"), "state", names.state, is_number=False),
        Column(_("held by"), "held_by", names.party, is_number=False),
        Column(_("came so far"), "leads", count, leads=lambda row: (row["state"],)),
        Column(_("of all"), "share", rate),
        Column(_("half after"), "median_elapsed_seconds", elapsed),
        Column(_("9 of 10"), "p90_elapsed_seconds", elapsed),
    ]
    moves = [
        Column(_("from"), "from", names.state, is_number=False),
        Column(_("to"), "to", names.state, is_number=False),
        Column(_("leads"), "leads", count),
        Column(_("of those there"), "share", rate),
        Column(_("half after"), "median_elapsed_seconds", elapsed),
    ]
    bars = Bars(
        tuple(
            Bar(told.of(row, names.state(row["state"])), row["share"], share_words(row["share"]))
            for row in rows
        )
    )
    return Sheet(
        bars,
        (
            told.table(_("How far leads came"), columns, rows),
            told.table(_("Moves"), moves, told.rows("moves")),
        ),
        notes=(_("Numbers of leads lead to those that are there now."),) if not told.by else (),
    )


def aging(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.rows("states")
    columns = [
        Column(_("state"), "state", names.state, is_number=False),
        Column(_("held by"), "held_by", names.party, is_number=False),
        Column(_("leads"), "leads", count),
        Column(_("half for"), "median_elapsed_seconds", elapsed),
        Column(_("9 of 10"), "p90_elapsed_seconds", elapsed),
    ]
    oldest = [(row, each) for row in rows for each in row["oldest"]]
    most = spread(each["elapsed_seconds"] for _row, each in oldest)
    strips = [
        Strip(
            told.of(row, names.state(row["state"])),
            tuple(
                Dot(
                    each["elapsed_seconds"] / most,
                    f"#{each['lead']}: {elapsed(each['elapsed_seconds'])}",
                    path=f"leads/{each['lead']}",
                )
                for each in row["oldest"]
            ),
        )
        for row in rows
        if row["oldest"]
    ]
    heads = (
        Head(_("state"), False),
        Head(_("lead"), False),
        Head(_("owner"), False),
        Head(_("since")),
        Head(_("for")),
    )
    longest = Table(
        _("There for the longest"),
        heads,
        tuple(
            (
                Cell(told.of(row, names.state(row["state"]))),
                Cell("", (each["lead"],)),
                Cell(each["owner"] or NOTHING),
                Cell(spelt(each["entered_at"])),
                Cell(elapsed(each["elapsed_seconds"])),
            )
            for row, each in oldest
        ),
    )
    plot = Strips(tuple(strips), (_("now"), elapsed(most)))
    return Sheet(plot, (told.table(_("Open leads"), columns, rows), longest))


def content(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.rows("kinds")
    columns = [
        Column(_("what was done"), "activity", names.activity, is_number=False),
        Column(_("by"), "party", names.party, is_number=False),
        Column(_("times"), "touches", count),
        Column(_("leads"), "leads", count),
        Column(_("last before a handoff"), "before.handoffs.last", count),
        Column(_("before an acceptance"), "before.acceptances.last", count),
        Column(_("before a win"), "before.wins.last", count),
        Column(_("misfit"), "misfit", count),
        Column(_("over pace"), "over_pace", count),
    ]
    most = spread(row["touches"] for row in rows)
    bars = Bars(
        tuple(
            Bar(told.of(row, names.activity(row["activity"])), row["touches"] / most, count(row["touches"]))
            for row in rows
        )
    )
    return Sheet(bars, (told.table(_("What was said and done"), columns, rows),))


def journey(told: Telling, spelt: Spelt) -> Sheet:
    names, rows = told.names, told.rows("stages")
    parties = list(told.figures["touches"])

    def stage(row: Figures) -> str:
        return str(row["title"] or spoken(row["stage"]))

    columns = [
        Column(_("stage"), "stage_title", as_it_is, is_number=False),
        Column(_("leads"), "leads", count),
        Column(_("of all"), "share", rate),
        *(
            Column(_("{party} did").format(party=names.party(party)), f"touches.{party}.touches", count)
            for party in parties
        ),
    ]
    titled = [{**row, "stage_title": stage(row)} for row in rows]
    bars = Bars(tuple(Bar(told.of(row, stage(row)), row["share"], share_words(row["share"])) for row in rows))
    return Sheet(bars, (told.table(_("Where prospects are, and where each side works"), columns, titled),))
