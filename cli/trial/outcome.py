"""What came of scenario files: printed, written as JUnit, and judged by how much of a workflow they show."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..output import Output, Page, tell
from ..session import Session
from ..words import clean, counted
from .covered import coverage_page, shown_percent
from .files import Trial

if TYPE_CHECKING:
    from slaflow.trial.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Terms:
    """What was asked for on the command line beside the files; ``least`` None: no percentage is demanded."""

    coverage: bool = False
    least: Fraction | None = None
    junit: Path | None = None

    @property
    def measures(self) -> bool:
        return self.coverage or self.least is not None

    @property
    def asked(self) -> str:
        """What is demanded, to the last decimal that was written."""
        least = self.least or Fraction(0)
        return f"{Decimal(least.numerator) / Decimal(least.denominator):f}%"


def show(session: Session, trials: Sequence[Trial], terms: Terms, *, goes_on: bool = False) -> bool:
    """Prints and writes what came of *trials*; whether anything is not as it should be.

    Where it *goes_on*, each time is a line of its own instead of a document.
    """
    answer, measured = trials_json(trials), coverages(trials) if terms.measures else []
    if terms.measures:
        answer["coverage"] = [coverage.as_json() for _, coverage in measured]
    if terms.junit is not None:
        from .junit import check_junit, write_junit

        check_junit(terms.junit, trials)

    def page(page: Page) -> None:
        _test_page(page, trials, answer)
        for file, coverage in measured:
            coverage_page(page, file, coverage)

    if goes_on and not session.out.for_people:
        # One document that never ends is of no use to anybody.
        Output("jsonl", session.quiet).show(answer, page)
        sys.stdout.flush()
    else:
        session.out.show(answer, page, rows=answer["failures"])
    if terms.junit is not None:
        write_junit(terms.junit, trials)
    below = [(file, each) for file, each in measured if terms.least is not None and each.share < terms.least]
    for file, each in below:
        words = f"{shown_percent(each.share)} is covered, less than {terms.asked} asked for"
        tell(clean(f"slaflow: {file}: {words}"))
    return bool(answer["failed"] or answer["failures"] or below)


def coverages(trials: Sequence[Trial]) -> list[tuple[str, Coverage]]:
    """Each workflow's coverage by all its scenario files, with the path by which it was first named."""
    found: dict[Path, tuple[str, Coverage]] = {}
    for trial in trials:
        more = trial.report.coverage
        if more is None or trial.workflow is None:
            continue
        same = Path(os.path.realpath(trial.workflow))
        name, known = found.get(same, (os.path.normpath(trial.workflow), more))
        found[same] = name, known.with_seen(more.seen)
    return list(found.values())


def trials_json(trials: Sequence[Trial]) -> dict[str, Any]:
    answer = [(trial, trial.report.as_json()) for trial in trials]
    return {
        "passed": sum(report["passed"] for _, report in answer),
        "failed": sum(report["failed"] for _, report in answer),
        "failures": [{**f, "file": str(trial.file)} for trial, report in answer for f in report["failures"]],
    }


def _test_page(page: Page, trials: Sequence[Trial], answer: dict[str, Any]) -> None:
    unread = {str(trial.file) for trial in trials if trial.unread is not None}
    if len(unread) == len(answer["failures"]) and not answer["passed"]:
        return
    for failure in (each for each in answer["failures"] if each["file"] not in unread):
        name = f'"{failure["scenario"]}"' if failure["scenario"] else "the file"
        step = f", step {failure['step']}" if failure["step"] else ""
        page.line(f"{failure['file']}:{failure['line']}: ", ("failed", "bold red"), f": {name}{step}")
        page.line(f"expected: {failure['expected']}", indent=4)
        page.line(f"found:    {failure['found']}", indent=4)
    passed, failed = answer["passed"], answer["failed"]
    verdict = (f"{failed} failed", "bold red") if failed else ("none failed", "bold green")
    page.line(f"{counted(passed, 'scenario')} passed, ", verdict)
