"""What a trial gives back: counts, and each failure with its scenario, step and line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slaflow.trial.coverage import Coverage
from slaflow.workflow.errors import Finding


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went otherwise than the file says.

    ``step`` counts from 1, ``line`` is that of the step; a fault of the file itself has no step, and
    outside the scenarios no ``scenario``.
    """

    scenario: str | None
    step: int | None
    line: int
    expected: str
    found: str

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "step": self.step,
            "line": self.line,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """One scenario that was told, and every way in which it went otherwise than the file says.

    ``seconds`` is what it took, where somebody measured.
    """

    scenario: str
    line: int
    failures: tuple[Failure, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TrialReport:
    """How many scenarios passed and failed; a scenario can have several failures.

    ``findings`` are the file's own faults, also told among the failures. ``told`` are the scenarios, none
    where the file as a whole has a fault. ``coverage`` is None where there is no sound workflow to cover.
    """

    passed: int
    failed: int
    failures: tuple[Failure, ...] = ()
    findings: tuple[Finding, ...] = ()
    told: tuple[Told, ...] = ()
    coverage: Coverage | None = None

    @property
    def ok(self) -> bool:
        return not self.failed and not self.failures

    def as_json(self) -> dict[str, Any]:
        """``{"passed","failed","failures":[...]}``. Source: json.md, "The rest"."""
        return {
            "passed": self.passed,
            "failed": self.failed,
            "failures": [failure.as_json() for failure in self.failures],
        }


def untold(why: str) -> Failure:
    """A file of which not even the first line could be read."""
    return Failure(None, None, 1, "a scenario that can be told", why)


def fault(finding: Finding, scenario: str | None = None) -> Failure:
    """A fault of the file as a failure."""
    where = f"{finding.path}: " if finding.path else ""
    return Failure(scenario, None, finding.line, "a scenario that can be told", f"{where}{finding.message}")


def sum_of(reports: Iterable[TrialReport]) -> TrialReport:
    """Several files' reports as one."""
    found = tuple(reports)
    return TrialReport(
        passed=sum(report.passed for report in found),
        failed=sum(report.failed for report in found),
        failures=tuple(failure for report in found for failure in report.failures),
        findings=tuple(finding for report in found for finding in report.findings),
        told=tuple(told for report in found for told in report.told),
    )
