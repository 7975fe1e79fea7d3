"""Parties, calendars, teams and routing, from document to model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from slaflow.hours.calendar import Calendar, parse_calendar
from slaflow.workflow.compile.names import EMAIL
from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.document.lead import PartyDoc
from slaflow.workflow.document.terms import RouteDoc, TeamDoc
from slaflow.workflow.model.parties import ACCOUNT, Party, Route, Team
from slaflow.workflow.yaml.tree import Path

MAX_CALENDAR_VALUES = 1_000
PREVIOUS = "previous"
Resolved = Mapping[str, Sequence[date]]


def party(name: str, doc: PartyDoc, parts: Parts) -> Party:
    if doc.desk is not None and not EMAIL.fullmatch(doc.desk):
        parts.findings.error(("parties", name, "desk"), f'"{doc.desk[:60]}" is not an e-mail address')
    elif doc.desk is not None:
        parts.lookup.address(("parties", name, "desk"), doc.desk)
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
    elif doc.only_open:
        own = next(iter(parts.names.calendars), "NAME")
        words = f"{name} has no calendar that says when it is open; add calendar: {own} to the team"
        parts.findings.error((*path, "only_open"), words, key=True)
    return Team(
        name, doc.party, doc.calendar, doc.assign, doc.title, doc.capacity, doc.per_day, doc.only_open
    )


def route(index: int, doc: RouteDoc, parts: Parts) -> Route | None:
    path: Path = ("routing", index)
    when = None
    if doc.when is not None:
        when = parts.findings.compile((*path, "when"), doc.when, parts.scopes.lead)
        if when is None:
            return None
    if doc.skip is not None and doc.to != PREVIOUS:
        words = "skip goes with to: previous alone: it passes over who had this lead and broke a promise"
        parts.findings.error((*path, "skip"), words, key=True)
    if not isinstance(doc.to, str):
        return _route_to_field(doc.to.field, (*path, "to", "field"), parts, when)
    if doc.to == PREVIOUS:
        return Route("previous", doc.to, when, doc.skip is not None)
    if EMAIL.fullmatch(doc.to):
        parts.lookup.address((*path, "to"), doc.to)
        return Route("person", doc.to, when)
    if doc.to in parts.names.parties:
        words = (
            f"{doc.to} is a party; a rule goes to one of its teams, an address, a field, previous or account"
        )
        parts.findings.error((*path, "to"), words)
        return None
    if doc.to == ACCOUNT and ACCOUNT not in parts.names.teams:
        return _route_to_account((*path, "to"), parts, when)
    known = parts.lookup.one((*path, "to"), "team", doc.to, (*parts.names.teams, PREVIOUS, ACCOUNT))
    return Route("team", doc.to, when) if known else None


def _route_to_account(path: Path, parts: Parts, when: Any) -> Route | None:
    if parts.document.lead.account is None:
        words = "the file does not say which leads are one company's; add account: FIELD to lead, such as"
        parts.findings.error(path, f"{words} account: company or account: {{domain_of: email}}")
        return None
    return Route("account", ACCOUNT, when)


def _route_to_field(name: str, path: Path, parts: Parts, when: Any) -> Route | None:
    if not parts.lookup.one(path, "field", name, parts.names.fields):
        return None
    field = parts.fields.get(name)
    if field is not None and field.type not in ("string", "email"):
        parts.findings.error(
            path, f"lead.{name} is {field.type}; a field that names a person holds an e-mail"
        )
    return Route("field", name, when)


def top_level_span(key: str, parts: Parts) -> timedelta | None:
    """``late_evidence`` or ``notify_within``."""
    return parts.span((key,), getattr(parts.document, key))
