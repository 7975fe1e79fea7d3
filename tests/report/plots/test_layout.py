"""Plots as they are laid out: no words over others or out of the picture, whatever the numbers and names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from slaflow.report.plots.draw import DRAWINGS
from slaflow.report.plots.groups import by_group
from slaflow.report.plots.style import WIDTH, styled
from slaflow.report.rates import share

LONG = "a_name_that_somebody_thought_would_be_of_some_help_to_everybody_who_reads_it"
NOW = {"from": None, "to": None, "settled_to": "2026-03-12T09:00:00Z"}
BOUNDS = (1, 3, 7, 14, 30, 90, None)
Told = dict[str, Any]


def sla(number: int, name: str) -> Told:
    return NOW | promises({
        name: promise("sales", number, number // 10, number // 2, number // 20),
        "late": promise("marketing", 0, 1, 0, 0), "running": promise("partners", 0, 0, 0, 0),
    })  # fmt: skip


def promise(party: str, met: int, late: int, breached: int, lifted: int) -> Told:
    decided = met + late + breached + lifted
    rates = {"met_rate": share(met + lifted, decided), "gross_met_rate": share(met, decided)}
    counts = {"met": met, "met_late": late, "breached": breached, "lifted": lifted}
    return {"owed_by": party, **counts, **rates}


def promises(targets: Told) -> Told:
    parties = {row["owed_by"]: {"met_rate": row["met_rate"]} for row in targets.values()}
    return {"targets": targets, "parties": parties}


def handoffs(number: int, name: str) -> Told:
    ways = [("marketing", name, number, number // 20, 1, 0), (name, "marketing", 1, 0, 0, 0)]
    names = ("gave", "took", "accepted", "returned", "by_system", "open")
    rows = [dict(zip(names, way, strict=True)) for way in ways]
    for row in rows:
        row |= {"handed_over": sum(row[each] for each in names[2:]), "direction": "forward"}
    return NOW | {"ways": rows}


def waste(number: int, name: str) -> Told:
    counts = {"never_touched": number, "touched_once": number // 20, "worked": 1, "returned": 0}
    whole = sum(counts.values())
    shares = {f"{each}_share": share(part, whole) for each, part in counts.items()}
    return NOW | {"parties": {name: {"handed_over": whole, **counts, **shares}}}


def funnel(number: int, name: str) -> Told:
    states = [(name, "marketing", number), ("mql", "sales", max(number - 1, 0)), ("won", None, 0)]
    rows = [
        {"state": state, "held_by": party, "leads": leads, "share": share(leads, number), "final": not party}
        for state, party, leads in states
    ]
    return NOW | {"leads": number, "states": rows}


def returns(number: int, name: str) -> Told:
    whole = number + 1
    rows = [
        {"reason": reason, "returns": part, "by_system": by, "share": share(part, whole)}
        for reason, part, by in ((name, number, number // 2), ("no_fit", 1, 0))
    ]
    rates = {"returns": whole, "by_system": number // 2, "handed_over": 2 * whole, "return_rate": 0.5}
    return NOW | rates | {"reasons": rows}


def aging(number: int, name: str) -> Told:
    ages = [{"below_seconds": bound and bound * 86_400, "leads": number} for bound in BOUNDS]
    states = [
        {
            "state": state,
            "held_by": "sales",
            "leads": 7 * number,
            "median_elapsed_seconds": 5000,
            "ages": ages,
        }
        for state in (name, "mql")
    ]
    return {"settled_to": NOW["settled_to"], "open": 14 * number, "states": states}


REPORTS: Mapping[str, Callable[[int, str], Told]] = {
    "sla": sla, "handoffs": handoffs, "waste": waste, "funnel": funnel, "returns": returns, "aging": aging,
}  # fmt: skip
EMPTY: Mapping[str, Told] = {
    "sla": promises({}), "handoffs": {"ways": []}, "waste": {"parties": {}},
    "aging": {"open": 0, "states": []},
    "funnel": {"leads": 0, "states": funnel(0, "new")["states"]},
    "returns": {"returns": 0, "by_system": 0, "handed_over": 0, "reasons": []},
}  # fmt: skip


def drawn(kind: str, told: Told) -> Figure:
    with styled(kind):
        draw = DRAWINGS[kind]
        figure = by_group(kind, told, "everything") if "groups" in told else draw(told, "everything")
        FigureCanvasAgg(figure)
        figure.draw_without_rendering()
        return figure


def words(figure: Figure) -> list[Text]:
    found = figure.findobj(lambda each: isinstance(each, Text) and each.get_visible() and each.get_text())
    return [each for each in found if isinstance(each, Text)]


def check_layout(figure: Figure) -> None:
    boxes = [(text.get_text(), text.get_window_extent()) for text in words(figure)]
    for said, box in boxes:
        assert box.x0 >= 0, said
        assert box.x1 <= WIDTH * figure.dpi, said
    over = [
        (one, other)
        for (one, box), (other, its) in combinations(boxes, 2)
        if min(box.x1, its.x1) - max(box.x0, its.x0) > 1 and min(box.y1, its.y1) - max(box.y0, its.y0) > 1
    ]
    assert over == []


@pytest.mark.parametrize(("number", "name"), [(1, LONG), (2400, "qualified"), (24_000_000, LONG)])
@pytest.mark.parametrize("kind", REPORTS)
def test_no_words_stand_on_others_or_run_out_of_the_picture(kind: str, number: int, name: str) -> None:
    check_layout(drawn(kind, REPORTS[kind](number, name)))


@pytest.mark.parametrize("kind", EMPTY)
def test_of_nothing_there_are_words_and_no_frame(kind: str) -> None:
    told = NOW | EMPTY[kind]
    for figure in (drawn(kind, told), drawn(kind, {**told, "by": "team", "groups": {}})):
        assert not figure.axes[0].get_visible()
        check_layout(figure)
        assert any(each.get_text().startswith("No ") for each in words(figure))


@pytest.mark.parametrize("rates", [(0.5, 0.501, 0.499), (0.0, 0.0, 0.0), (0.9996, 1.0, 0.0004)])
def test_parties_of_a_group_that_are_close_are_told_apart(rates: tuple[float, ...]) -> None:
    parties = {f"party {n}": {"met_rate": rate} for n, rate in enumerate(rates)}
    told = NOW | promises({}) | {"by": "owner", "groups": {LONG: {"parties": parties}, "x": {"parties": {}}}}
    figure = drawn("sla", told)
    check_layout(figure)
    signs = [line for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert len({(line.get_marker(), *line.get_ydata()) for line in signs}) == 3


def test_what_was_met_late_is_seen_and_said() -> None:
    figure = drawn("sla", NOW | promises({"respond": promise("sales", 21, 582, 4997, 0)}))
    bars = {bar.get_hatch(): bar.get_width() for bar in figure.axes[0].patches if bar.get_hatch()}
    assert bars == {"///": pytest.approx(582 / 5600)}
    said = [each.get_text() for each in words(figure)]
    assert {"of 5,600 promises, 582 late", "met late", "0.4%"} <= set(said)


def test_one_is_one() -> None:
    for kind, told in (
        ("waste", waste(0, "sales")),
        ("handoffs", handoffs(0, "sales")),
        ("sla", sla(0, "respond")),
    ):
        said = {each.get_text() for each in words(drawn(kind, told))}
        assert said & {"1 lead", "of 1 promise, 1 late"}
        assert not any("1 leads" in each or "1 promises" in each for each in said)
