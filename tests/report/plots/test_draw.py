"""Plots are valid pictures that say what the report found, in text that stays text."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support.weeks import END

from slaflow.engine.app import Engine
from slaflow.engine.files.atomic import FileUnwritable
from slaflow.report.aging import aging
from slaflow.report.findings import FINDINGS
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.plots import style
from slaflow.report.plots.draw import drawn, write_plot
from slaflow.report.returns import returns
from slaflow.report.sla import sla
from slaflow.report.waste import waste

on_one_database = pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True, scope="session")
REPORTS: dict[str, Callable[..., dict[str, Any]]] = {
    "sla": sla, "handoffs": handoffs, "funnel": funnel, "returns": returns, "aging": aging, "waste": waste,
}  # fmt: skip
LABELS = {
    "sla": ["respond", "keep warm", "owed by sales", "owed by marketing"],
    "handoffs": ["marketing → sales", "sales → marketing", "went on with it"],
    "funnel": ["nurturing", "mql", "held by sales", "closed"],
    "returns": ["no fit", "given back by a person"],
    "aging": ["nurturing", "older"],
    "waste": ["handed to sales", "never touched"],
}


def texts(svg: bytes) -> list[str]:
    return [
        "".join(each.itertext())
        for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


@on_one_database
@pytest.mark.parametrize("kind", REPORTS)
def test_an_svg_says_the_finding_and_names_every_row(weeks: Engine, kind: str) -> None:
    told = REPORTS[kind](weeks, at=END)
    said = texts(drawn(kind, told, "svg"))
    assert FINDINGS[kind](told) in said
    assert [label for label in LABELS[kind] if label not in said] == []
    assert drawn(kind, told, "svg") == drawn(kind, told, "svg")


@on_one_database
@pytest.mark.parametrize("kind", REPORTS)
def test_a_plot_by_group_has_a_row_per_group(weeks: Engine, kind: str) -> None:
    told = REPORTS[kind](weeks, at=END, by="team")
    said = texts(drawn(kind, told, "svg"))
    assert {"growth", "nordics"} & set(told["groups"]) <= set(said)
    assert any(each.endswith("by team") for each in said)


@on_one_database
@pytest.mark.parametrize("kind", REPORTS)
def test_an_empty_report_draws_too(weeks: Engine, kind: str) -> None:
    first = END.replace(year=2020)
    told = REPORTS[kind](weeks, at=first)
    assert FINDINGS[kind](told) in texts(drawn(kind, told, "svg"))


@on_one_database
def test_a_png_is_large_enough_for_a_slide(weeks: Engine, tmp_path: Path) -> None:
    file = tmp_path / "sla.png"
    write_plot(file, "sla", sla(weeks, at=END))
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height > 600) == (2000, True)
    assert [path.name for path in tmp_path.iterdir()] == ["sla.png"]


@on_one_database
def test_a_plot_that_cannot_be_written_leaves_what_was_there(weeks: Engine, tmp_path: Path) -> None:
    with pytest.raises(FileUnwritable, match=r"nowhere/sla\.svg: it cannot be written: there is no folder"):
        write_plot(tmp_path / "nowhere" / "sla.svg", "sla", sla(weeks, at=END))
    folder = tmp_path / "taken.svg"
    folder.mkdir()
    with pytest.raises(FileUnwritable):
        write_plot(folder, "sla", sla(weeks, at=END))
    assert [path.name for path in tmp_path.iterdir()] == ["taken.svg"]


@on_one_database
def test_a_hostile_name_stays_text(weeks: Engine) -> None:
    told = sla(weeks, at=END, by="owner")
    name = "<script>$x^2$</script>\n&'\""
    told["groups"] = {name: next(iter(told["groups"].values()))}
    svg = drawn("sla", told, "svg")
    assert "<script>$x^2$</script> &'\"" in texts(svg)
    assert b"<script" not in svg


def test_a_party_has_one_colour_in_every_plot_and_no_two_of_ours_share_it() -> None:
    named = [style.party_colour(party) for party in ("marketing", "sales", None)]
    assert len(set(named)) == 3
    assert style.party_colour("partners") == style.party_colour("partners")
    assert style.party_colour("partners") not in named
