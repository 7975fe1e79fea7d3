"""Collecting what is wrong with a file, each at its place, up to a number anybody would read."""

from __future__ import annotations

from collections.abc import Iterable

from slaflow.errors import did_you_mean
from slaflow.workflow.errors import Finding
from slaflow.workflow.expressions.cel import CompiledExpression, ExpressionInvalid, Result, Scope
from slaflow.workflow.yaml.read import Source
from slaflow.workflow.yaml.tree import Path

MAX_FINDINGS = 500
MAX_SUGGESTIONS = 50
"""Searches for the nearest name in one file; each may go through a thousand names."""


class Findings:
    """Errors and warnings of one file, in the order in which they were found."""

    def __init__(self, source: Source, *, stored: bool = False) -> None:
        self.source = source
        self.stored = stored
        """The file is a version activated earlier: what is refused only since then does not count."""
        self._errors: dict[Finding, None] = dict.fromkeys(source.findings[:MAX_FINDINGS])
        self._warnings: dict[Finding, None] = {}
        self._suggestions = 0
        self.broken_names: set[str] = set()
        """Names expressions cannot know because what declares them has faults of its own."""
        self.misspelt = False
        """Something is named that stands with capitals where it is declared, which is told there."""
        self.left_out = max(len(source.findings) - MAX_FINDINGS, 0)

    @property
    def count(self) -> int:
        """How many errors were told so far, those left out included."""
        return len(self._errors) + self.left_out

    @property
    def errors(self) -> tuple[Finding, ...]:
        """By place; the last says how many more there are, if there are too many."""
        found = sorted(self._errors)
        if self.left_out:
            last = found[-1]
            found.append(Finding(last.line, last.column, "", f"and {self.left_out:,} more errors"))
        return tuple(found)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(sorted(self._warnings))

    def error(self, path: Path, message: str, *, key: bool = False, offset: int | None = None) -> None:
        if len(self._errors) < MAX_FINDINGS:
            self._errors[self.source.finding(path, message, key=key, offset=offset)] = None
        else:
            self.left_out += 1

    def warn(self, path: Path, message: str, *, key: bool = False) -> None:
        if len(self._warnings) < MAX_FINDINGS:
            self._warnings[self.source.finding(path, message, key=key)] = None

    def unknown(self, path: Path, what: str, name: str, known: Iterable[str], *, key: bool = False) -> None:
        """``unknown state "mqll"; did you mean "mql"?``"""
        self._suggestions += 1
        near = did_you_mean(name[:60], known) if self._suggestions <= MAX_SUGGESTIONS else ""
        self.error(path, f'unknown {what} "{name[:60]}"{near}', key=key)

    def compile(
        self,
        path: Path,
        text: str,
        scope: Scope,
        result: Result = "bool",
        *,
        offset: int = 0,
        nullable: bool = False,
        one_of: tuple[object, ...] = (),
    ) -> CompiledExpression | None:
        """The expression at *path*, which begins *offset* characters into its text; None if it has faults."""
        try:
            return scope.compile(text, result, nullable=nullable, one_of=one_of)
        except ExpressionInvalid as invalid:
            for problem in invalid.problems:
                if not any(f'"{name}"' in problem.message for name in self.broken_names):
                    self.error(path, problem.message, offset=offset + problem.offset)
            return None
