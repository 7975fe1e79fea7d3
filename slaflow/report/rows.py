"""A report's figures as rows: what a table or a file has a line for, in every group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Figures = Mapping[str, Any]
LINES: Mapping[str, tuple[str, str]] = {
    "sla": ("targets", "target"), "handoffs": ("ways", ""), "waste": ("parties", "party"),
    "returns": ("reasons", ""), "funnel": ("states", ""), "aging": ("states", ""), "losses": ("ways", ""),
    "content": ("kinds", ""), "journey": ("stages", ""), "candour": ("parties", "party"),
    "commitments": ("commitments", ""),
}  # fmt: skip
"""By report what it has a line for, and how the column of those that stand under names is called."""


def groups_of(figures: Figures) -> Iterator[tuple[str | None, Figures]]:
    """Each group by name where there are any, else everything under no name."""
    yield from figures["groups"].items() if "groups" in figures else [(None, figures)]


def named(figures: Figures, group: str | None) -> dict[str, str]:
    """The group as the first column of a row."""
    return {} if group is None else {figures["by"]: group}


def rows_of(report: Figures, what: str, name: str = "name") -> Iterator[dict[str, Any]]:
    """A row for each of *what* in every group; *name* is the column of those that stand under names."""
    for group, figures in groups_of(report):
        each = figures[what]
        rows = ({name: key, **row} for key, row in each.items()) if isinstance(each, Mapping) else each
        for row in rows:
            yield {**named(report, group), **row}


def lines_of(report: str, figures: Figures) -> list[dict[str, Any]]:
    """The rows of the report of that name."""
    return list(rows_of(figures, *LINES[report]))
