"""What scenarios show of a workflow, in 80 columns: a percentage, and a line for each thing missing."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..output import Page

if TYPE_CHECKING:
    from slaflow.trial.coverage import Coverage

WIDTH = 80
LEAST_WORDS = 24
"""Characters of what is missing that are shown however long the file's name is."""

MISSING = {
    "state": "state {name} is never entered",
    "transition": "{name} is never taken",
    "clause_passed": "never passes: {name}",
    "clause_refused": "never refuses: {name}",
    "target_kept": "{name} is never kept",
    "target_broken": "{name} is never broken",
    "case": "case never applied: {name}",
    "step": "step never carried out: {name}",
    "timer": "{name} never fires",
    "check_passed": "check {name} is never passed",
    "check_failed": "check {name} is never failed",
    "waited": "nothing ever waits for {name}",
    "route": "routing never applied: {name}",
}
"""By kind of item, why it is not covered."""


def coverage_page(page: Page, file: str, coverage: Coverage) -> None:
    """One workflow: how much, and each item that no scenario shows, with its line in *file*."""
    whole = len(coverage.items)
    style = "bold green" if coverage.covered == whole else "bold"
    page.line(
        f"{file}: ", (f"{shown_percent(coverage.share)} covered", style), f", {coverage.covered} of {whole}"
    )
    for item in coverage.missing:
        where = f"{file}:{item.line}: "
        words = " ".join(MISSING[item.kind].format(name=item.name).split())
        page.line(where, (words if page.wide else _fitted(words, WIDTH - len(where)), "yellow"))


def shown_percent(share: Fraction) -> str:
    """To one decimal, rounded down; 100% is said of nothing less."""
    tenths = int(share * 10)
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def _fitted(words: str, room: int) -> str:
    room = max(room, LEAST_WORDS)
    return words if len(words) <= room else words[: room - 3].rstrip() + "..."
