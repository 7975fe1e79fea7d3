"""What every part of the compiler needs at hand: the document, its names, lookups and scopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from slaflow.workflow.compile.findings import Findings
from slaflow.workflow.compile.names import Lookup, Names
from slaflow.workflow.compile.scopes import Scopes
from slaflow.workflow.document.durations import elapsed
from slaflow.workflow.document.top import WorkflowDoc
from slaflow.workflow.model.lead import Field
from slaflow.workflow.yaml.tree import Path


@dataclass
class Parts:
    """One file being compiled."""

    document: WorkflowDoc
    names: Names
    findings: Findings
    timezone: str
    fields: Mapping[str, Field]
    """The lead's, those without faults."""
    lookup: Lookup = field(init=False)
    scopes: Scopes = field(init=False)

    def __post_init__(self) -> None:
        self.lookup = Lookup(self.names, self.findings)
        self.scopes = Scopes(self.names, self.fields, any_zone=self.findings.stored, timezone=self.timezone)

    def span(self, path: Path, text: str | None, *, at_least: timedelta | None = None) -> timedelta | None:
        """Elapsed time at *path*, which must be more than nothing, or *at_least* that much."""
        if text is None:
            return None
        span = elapsed(text)
        if span < (at_least or timedelta(seconds=1)):
            self.findings.error(path, f'"{text}" is too short; at least {_shown(at_least)}')
        return span


def _shown(span: timedelta | None) -> str:
    return "1s" if span is None else f"{int(span.total_seconds()) // 60}m"
