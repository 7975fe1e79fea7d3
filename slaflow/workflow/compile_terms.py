"""Parties, calendars, teams, routing and commitments, from document to model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from slaflow.hours.calendar import Calendar, parse_calendar
from slaflow.workflow.compile_clocks import MEETS, pattern_of
from slaflow.workflow.compile_flow import actions
from slaflow.workflow.document_flow import PatternDoc
from slaflow.workflow.document_lead import PartyDoc
from slaflow.workflow.document_terms import CommitmentDoc, RouteDoc, ShareDoc, TeamDoc
from slaflow.workflow.model import Party, Route, Team
from slaflow.workflow.names import EMAIL
from slaflow.workflow.parts import Parts
from slaflow.workflow.yaml_tree import Path

MAX_CALENDAR_VALUES = 1_000
Resolved = Mapping[str, Sequence[date]]


def party(name: str, doc: PartyDoc, parts: Parts) -> Party:
    if doc.desk is not None and not EMAIL.fullmatch(doc.desk):
        parts.findings.error(("parties", name, "desk"), f'"{doc.desk[:60]}" is not an e-mail address')
    return Party(name, doc.desk, doc.title)


def calendars(mappings: Mapping[str, Any], parts: Parts, resolved: Resolved | None) -> dict[str, Calendar]:
    """The file's calendars that have no fault, in order, then ``always``."""
    made: dict[str, Calendar] = {}
    if (count := sum(_values(mapping) for mapping in mappings.values())) > MAX_CALENDAR_VALUES:
        words = f"the calendars hold {count:,} values; at most {MAX_CALENDAR_VALUES:,} are read"
        parts.findings.error(("calendars",), words, key=True)
        mappings = {}
    for name, mapping in mappings.items():
        calendar, problems = parse_calendar(mapping, parts.timezone, name, resolved)
        for problem in problems:
            path: Path = ("calendars", name, *problem.path)
            parts.findings.error(path, problem.message, key=problem.message.startswith("unknown key"))
        if calendar is not None:
            made[name] = calendar
    return {**made, "always": Calendar.always(parts.timezone)}


def _values(data: Any) -> int:
    """How many single values plain data holds, at least one."""
    inner = data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    return max(sum(_values(value) for value in inner), 1)


def team(name: str, doc: TeamDoc, parts: Parts) -> Team:
    path: Path = ("teams", name)
    parts.lookup.one((*path, "party"), "party", doc.party, parts.names.parties)
    if doc.calendar is not None:
        parts.lookup.one((*path, "calendar"), "calendar", doc.calendar, ("always", *parts.names.calendars))
    return Team(name, doc.party, doc.calendar, doc.assign, doc.title)


def route(index: int, doc: RouteDoc, parts: Parts) -> Route | None:
    path: Path = ("routing", index)
    when = None
    if doc.when is not None:
        when = parts.findings.compile((*path, "when"), doc.when, parts.scopes.lead)
        if when is None:
            return None
    if not isinstance(doc.to, str):
        return _route_to_field(doc.to.field, (*path, "to", "field"), parts, when)
    if doc.to == "previous":
        return Route("previous", doc.to, when)
    if EMAIL.fullmatch(doc.to):
        return Route("person", doc.to, when)
    known = parts.lookup.one((*path, "to"), "team", doc.to, (*parts.names.teams, "previous"))
    return Route("team", doc.to, when) if known else None


def _route_to_field(name: str, path: Path, parts: Parts, when: Any) -> Route | None:
    if not parts.lookup.one(path, "field", name, parts.names.fields):
        return None
    field = parts.fields.get(name)
    if field is not None and field.type not in ("string", "email"):
        parts.findings.error(
            path, f"lead.{name} is {field.type}; a field that names a person holds an e-mail"
        )
    return Route("field", name, when)


def commitment(name: str, doc: CommitmentDoc, parts: Parts) -> None:
    """Checks what a commitment names; it is kept as written."""
    path: Path = ("commitments", name)
    parts.lookup.many((*path, "owed_by"), "party", doc.owed_by, parts.names.parties)
    _happening(doc.count, (*path, "count"), parts)
    _happening(doc.cohort, (*path, "cohort"), parts)
    if doc.sum is not None:
        _happening(doc.sum.of, (*path, "sum", "of"), parts)
        _summed(doc.sum.field, (*path, "sum", "field"), parts)
    if doc.share is not None:
        _share(doc.share, (*path, "share"), parts)
    if doc.missed is not None:
        actions(doc.missed.do, (*path, "missed", "do"), parts)
        for index, action in enumerate(doc.missed.do):
            if action.notify is None:
                words = "a missed commitment belongs to no one lead: notify is all it can do"
                parts.findings.error((*path, "missed", "do", index), words)


def _share(doc: ShareDoc, path: Path, parts: Parts) -> None:
    _happening(doc.of, (*path, "of"), parts)
    _happening(doc.among, (*path, "among"), parts)
    parts.lookup.many((*path, "met"), "target", doc.met or (), parts.names.targets)
    if doc.when is not None:
        parts.findings.compile((*path, "when"), doc.when, parts.scopes.lead)


def _happening(doc: PatternDoc | None, path: Path, parts: Parts) -> None:
    if doc is None:
        return
    if doc.kind not in MEETS and doc.kind != "set":
        parts.findings.error((*path, doc.kind), f"{doc.kind} cannot be counted here", key=True)
    pattern_of(doc, path, parts)


def _summed(name: str, path: Path, parts: Parts) -> None:
    if not parts.lookup.one(path, "field", name, parts.names.fields):
        return
    field = parts.fields.get(name)
    if field is not None and field.type not in ("int", "decimal"):
        parts.findings.error(path, f"lead.{name} is {field.type}; only int and decimal fields add up")


def top_level_span(key: str, parts: Parts) -> timedelta | None:
    """``late_evidence``, ``notify_within`` or ``grace``."""
    return parts.span((key,), getattr(parts.document, key))
