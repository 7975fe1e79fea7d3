"""The buyer's journey on a lead's page: its stages, what came with the handoff, what was said and done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from ..output import Cell, Page
from ..table import Column
from ..words import instant, listed, plain, score

Lead = Mapping[str, Any]
Row = Mapping[str, Any]


def journey_parts(page: Page, lead: Lead, zone: tzinfo) -> None:
    """Stages that the agreement describes, the latest handoff, and the timeline."""
    if stages := lead.get("stages"):
        page.heading("Stages")
        described = ("", "stage", Column("they", 1), Column("shown by", 2))
        page.table(described, [_stage(stage, lead["stage"]) for stage in stages], indent=2)
    if handoff := lead.get("handoff"):
        page.heading(f"Handed over {instant(handoff['at'], zone)} by {handoff['by']}, and before it")
        for touch in handoff["last_touchpoints"]:
            words = f"{touch['kind'] or 'erased'}, by {touch['by']}"
            page.line(f"{instant(touch['at'], zone)}  {words}", indent=2)
        if not handoff["last_touchpoints"]:
            page.line("nothing was said or done", indent=2)
    if rows := lead.get("timeline"):
        page.heading("What was said and done")
        header = ("when", "what", Column("by", 1), Column("stage", 2), "points", Column("sent", 3))
        page.table(header, [_row(row, zone) for row in rows], indent=2)


def _stage(stage: Row, now: str | None) -> Sequence[Cell]:
    is_here = stage["name"] == now
    name = stage["title"] or stage["name"].replace("_", " ")
    return (
        ">" if is_here else "",
        (name, "bold" if is_here else ""),
        stage["about"] or "",
        stage["signal"] or "",
    )


def _row(row: Row, zone: tzinfo) -> Sequence[Cell]:
    when, by, stage = instant(row["at"], zone), row["by"], row["stage"] or ""
    if row["what"] == "move":
        to = f"-> {row['to']}" if row["to"] else ""
        return (
            when,
            (f"{row['name']} {to}".strip(), "bold"),
            by,
            stage,
            "",
            "handed over" if row["handoff"] else "",
        )
    sent = (f"{name} {plain(value)}" for name, value in row["sent"].items())
    remarks = ("not for this stage" if "misfit" in row else "", "over the pace" if "over_pace" in row else "")
    points = "" if row["points"] is None else score(float(row["points"]))
    return when, row["name"] or "erased", by, stage, points, listed([*sent, *remarks], "")
