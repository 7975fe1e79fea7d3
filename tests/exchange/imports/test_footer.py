"""Lines below the last row that the exporting system wrote: told by how they begin, never taken for rows."""

from __future__ import annotations

import pytest
from support.small import Import

from slaflow.engine.app import Engine

MAP = """
lead: {email: email, source: source}
footer: [Total, "Copyright (c)"]
"""


@pytest.mark.parametrize(
    ("below", "refused", "kept_out"),
    [
        (["", '"Leads, by source"', "Copyright (c) 2026"], 0, 2),
        (["Copyright (c) 2026", "Example"], 0, 2),
        (["lee@example.com", "", "Total (2 leads)"], 1, 1),
        (["lee@example.com", "Total (2 leads)"], 1, 1),
        (["", "lee@example.com"], 1, 0),
        (["Total (2 leads)", "lee@example.com,web"], 1, 0),
    ],
    ids=[
        "below a gap",
        "without a gap",
        "a torn row above",
        "a torn row beside",
        "no footer",
        "in the middle",
    ],
)
def test_a_footer_is_no_row_and_nothing_else_is_lost(
    app: Engine, load: Import, below: list[str], refused: int, kept_out: int
) -> None:
    report = load(MAP, "email,source", "kim@example.com,web", *below)
    assert (report.leads_added + report.refused) == report.rows
    assert report.refused == refused
    said = [note.partition(" no rows")[0] for note in report.notes if "footer" in note]
    assert said == {0: [], 1: ["the last line is"], 2: ["the last 2 lines are"]}[kept_out]


def test_a_map_without_footer_takes_every_line_for_a_row(load: Import) -> None:
    report = load(
        MAP.replace("footer", "# footer"), "email,source", "kim@example.com,web", "", "Total (1 lead)"
    )
    assert [reason for _, reason in report.rejected] == ["the row has 1 cells, the header 2"]
