"""Values of a scenario file, judged where they stand: what is wrong becomes a finding with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slaflow.errors import InvalidValue, did_you_mean
from slaflow.hours.zones import SUPPORTED_YEARS
from slaflow.workflow.document.durations import DurationInvalid, elapsed
from slaflow.workflow.document.messages import in_one_piece, unknown_key
from slaflow.workflow.errors import Finding
from slaflow.workflow.identity import folded
from slaflow.workflow.model.lead import Field, Value
from slaflow.workflow.model.parties import LEAD, SYSTEM
from slaflow.workflow.model.values import as_typed, parse_value
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import Source
from slaflow.workflow.yaml.tree import Path

INSTANT = "write 2026-03-06T14:30:00+01:00"


@dataclass
class Reader:
    """The file, the workflow it is about, and the people it may name."""

    source: Source
    workflow: Workflow
    emails: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    def problem(self, path: Path, message: str, *, key: bool = False) -> None:
        self.findings.append(self.source.finding(path, message, key=key))

    def line(self, path: Path) -> int:
        return self.source.place(path).line

    def mapping(
        self, path: Path, value: Any, keys: Iterable[str], needs: Iterable[str] = ()
    ) -> dict[str, Any]:
        """*value* as a mapping with none but *keys*; what is unknown or missing is told."""
        known = tuple(keys)
        given = self.anything(path, value, f"{', '.join(known)}")
        strange = [unknown_key(path, key, known, list_keys=True) for key in given if key not in known]
        for fault in in_one_piece(self.source, strange):
            self.problem(fault.path, fault.message, key=True)
        for key in needs:
            if given.get(key) is None and isinstance(value, dict):
                self.problem(path, f'"{key}" is missing')
        return {key: given[key] for key in known if key in given}

    def anything(self, path: Path, value: Any, example: str) -> dict[str, Any]:
        """*value* as a mapping with any keys; nothing at all is an empty one."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.problem(path, f"a mapping is needed here: {example}")
        return {}

    def entries(self, value: Any) -> list[Any]:
        """*value* as a list; one value stands for a list of one."""
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def text(self, path: Path, value: Any, what: str) -> str:
        if isinstance(value, str) and value.strip():
            return value
        self.problem(path, f"{what} is needed here, as text")
        return ""

    def name(self, path: Path, value: Any, what: str, known: Iterable[str]) -> str | None:
        """*value* if it is one of *known*; else a finding names the nearest."""
        names = tuple(known)
        if isinstance(value, str) and value in names:
            return value
        if isinstance(value, str):
            guess = did_you_mean(value, names) or f"; known: {', '.join(names) or 'none'}"
            self.problem(path, f'unknown {what} "{value}"{guess}')
        else:
            self.problem(path, f"the name of a {what} is needed here")
        return None

    def instant(self, path: Path, value: Any) -> datetime | None:
        """*value* in UTC; one without an offset is refused."""
        try:
            found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None:
            self.problem(path, f'"{value}" is not an instant; {INSTANT}')
        elif found.year not in SUPPORTED_YEARS:
            years = f"{SUPPORTED_YEARS[0]} to {SUPPORTED_YEARS[-1]}"
            self.problem(path, f'"{value}" lies beyond the years {years}')
        elif found.utcoffset() is None:
            written = f"{found.isoformat()}+01:00"
            self.problem(path, f'"{value}" has no offset; write {written}, or the offset that is meant')
        else:
            return found.astimezone(UTC)
        return None

    def duration(self, path: Path, value: Any) -> timedelta | None:
        """*value* as elapsed time; a day has 24 hours."""
        try:
            return elapsed(value if isinstance(value, str) else str(value))
        except DurationInvalid as error:
            self.problem(path, str(error))
        return None

    def actor(self, path: Path, value: Any) -> str | None:
        """Who acts: somebody of ``people``, or a party."""
        if value is None:
            return None
        return self.name(path, self.spelt(value), "person or party", (*self.parties, *self.emails))

    def person(self, path: Path, value: Any) -> str | None:
        """Somebody of ``people``, as they are spelt there."""
        return self.name(path, self.spelt(value), "person", self.emails)

    def spelt(self, value: Any) -> Any:
        """*value* as ``people`` spells it, if it is somebody's address or key."""
        if not isinstance(value, str) or value in self.parties:
            return value
        return next((email for email in self.emails if folded(email) == folded(value)), value)

    @property
    def parties(self) -> tuple[str, ...]:
        return (*self.workflow.parties, LEAD, SYSTEM)

    def values(self, path: Path, given: Any, fields: Mapping[str, Field], what: str) -> dict[str, Value]:
        """*given* in stored form, each value judged by the field that declares it; null stays None."""
        found: dict[str, Value] = {}
        for name, raw in self.anything(path, given, f"{what}: value").items():
            if name not in fields:
                guess = did_you_mean(name, fields) or f"; known: {', '.join(fields) or 'none'}"
                self.problem((*path, name), f'unknown {what} "{name}"{guess}', key=True)
                continue
            try:
                found[name] = parse_value(fields[name], as_typed(fields[name], raw), self.workflow.timezone)
            except InvalidValue as error:
                self.problem((*path, name), str(error))
        return found
