"""The scenario file as a whole: its people and its stories, with every fault where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slaflow.lifecycle.dealing.shares import DEFAULT, InvalidShare, share
from slaflow.lifecycle.people import Absence, Person
from slaflow.trial.others import OTHERS, read_others
from slaflow.trial.reader import Reader
from slaflow.trial.scenario import ALONE, NO_OTHERS, Cast, Others, Scenario, with_defaults
from slaflow.trial.steps import StepReader
from slaflow.workflow.identity import folded, identity_key, shown, unseen
from slaflow.workflow.model.lead import Value
from slaflow.workflow.yaml.tree import Path

SHARES = tuple(DEFAULT)
FILE_KEYS = ("workflow", "people", "scenarios", "title", "about", *OTHERS)
PERSON_KEYS = ("email", "party", "team", "manager", "role", "name", "calendar", "away", *SHARES)
SCENARIO_KEYS = ("name", "start", "lead", "leads", "steps", "about", "title", *OTHERS)
ROLES = ("member", "manager", "auditor", "admin")
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
"""People of a file were there before any of its stories."""


def read_cast(reader: Reader, people: Any) -> Cast:
    """The file's people in order; their addresses are known to *reader* afterwards."""
    rows = reader.entries(people)
    reader.emails = tuple(
        row["email"] for row in rows if isinstance(row, dict) and isinstance(row.get("email"), str)
    )
    found: list[Person] = []
    absences: list[Absence] = []
    for place, row in enumerate(rows):
        path: Path = ("people", place)
        given = reader.mapping(path, row, PERSON_KEYS, ("email", "party"))
        person = _person(reader, path, given, place)
        if person is None:
            continue
        if any(folded(known.email) == folded(person.email) for known in found):
            reader.problem((*path, "email"), f"{person.email} is given twice")
        found.append(person)
        absences += _absences(reader, (*path, "away"), person.email, given.get("away"))
    return Cast(tuple(found), tuple(absences))


def _person(reader: Reader, path: Path, given: dict[str, Any], order: int) -> Person | None:
    if given.get("email") is None or given.get("party") is None:
        return None
    email = reader.text((*path, "email"), given["email"], "an e-mail address")
    party = reader.name((*path, "party"), given["party"], "party", reader.workflow.parties)
    team = _team(reader, (*path, "team"), given.get("team"), party)
    manager = given.get("manager")
    if manager is not None:
        manager = reader.person((*path, "manager"), manager)
    role = given.get("role", "member")
    reader.name((*path, "role"), role, "role", ROLES)
    calendar = given.get("calendar")
    if calendar is not None:
        calendar = reader.name((*path, "calendar"), calendar, "calendar", reader.workflow.calendars)
    if unseen(email):
        reader.problem((*path, "email"), f'"{shown(email)}" {unseen(email)}')
    if not email or party is None:
        return None
    return Person(
        email=email, party=party, order=order, valid_from=ALWAYS,
        name=given.get("name"), team=team, manager=manager, role=str(role), calendar=calendar,
        **_shares(reader, path, email, given),
    )  # fmt: skip


def _shares(reader: Reader, path: Path, email: str, given: dict[str, Any]) -> dict[str, Any]:
    """What the person gets of their team's leads, as ``slaflow user add`` takes it."""
    found = {}
    for name in SHARES:
        try:
            found[name] = share(email, name, given.get(name))
        except InvalidShare as error:
            reader.problem((*path, name), str(error))
    return found


def _team(reader: Reader, path: Path, value: Any, party: str | None) -> str | None:
    if value is None:
        return None
    teams = reader.workflow.teams
    name = reader.name(path, value, "team", teams)
    if name is not None and party is not None and teams[name].party != party:
        reader.problem(path, f"team {name} belongs to {teams[name].party}, not to {party}")
    return name


def _absences(reader: Reader, path: Path, email: str, value: Any) -> list[Absence]:
    found = []
    for place, row in enumerate(reader.entries(value)):
        at = (*path, place)
        given = reader.mapping(at, row, ("from", "until", "stand_in"), ("from", "until"))
        first = reader.instant((*at, "from"), given["from"]) if given.get("from") else None
        last = reader.instant((*at, "until"), given["until"]) if given.get("until") else None
        if first is not None and last is not None:
            other = given.get("stand_in")
            stand_in = None if other is None else reader.person((*at, "stand_in"), other)
            found.append(Absence(email, first, last, ALWAYS, stand_in))
    return found


def read_scenarios(reader: Reader, scenarios: Any, others: Others = NO_OTHERS) -> tuple[Scenario, ...]:
    """Every story, each with the findings inside it; *others* is what the file says of other leads."""
    if not isinstance(scenarios, list) or not scenarios:
        reader.problem(("scenarios",), "scenarios is a list of stories, at least one")
        return ()
    seen: set[str] = set()
    found = []
    for place, row in enumerate(scenarios):
        scenario = _scenario(reader, place, row, seen, others)
        seen.add(scenario.name)
        found.append(scenario)
    return tuple(found)


def _scenario(reader: Reader, place: int, row: Any, seen: set[str], others: Others) -> Scenario:
    path: Path = ("scenarios", place)
    story = Reader(reader.source, reader.workflow, reader.emails)
    given = story.mapping(path, row, SCENARIO_KEYS, ("name", "start", "steps"))
    name = str(given.get("name") or f"scenario {place + 1}")
    if name in seen:
        story.problem((*path, "name"), f'two scenarios are called "{name}"')
    start = story.instant((*path, "start"), given["start"]) if given.get("start") else None
    leads = _leads(story, path, given)
    steps = StepReader(story, start or ALWAYS, tuple(leads)).read((*path, "steps"), given.get("steps"))
    others = others.with_more(read_others(story, path, given))
    return Scenario(name, reader.line(path), start or ALWAYS, leads, steps, tuple(story.findings), others)


def _leads(reader: Reader, path: Path, given: dict[str, Any]) -> dict[str, dict[str, Value]]:
    """The story's new leads by their names; ``lead`` is the one of a story about one."""
    if "leads" not in given:
        return {ALONE: _lead(reader, (*path, "lead"), given.get("lead"))}
    at: Path = (*path, "leads")
    if "lead" in given:
        reader.problem((*path, "lead"), "a story has a lead or leads; write all under leads", key=True)
    leads = {
        str(name): _lead(reader, (*at, name), fields)
        for name, fields in reader.anything(at, given["leads"], "name: {field: value}").items()
    }
    if not leads and isinstance(given["leads"], dict | None):
        reader.problem(at, "leads names nobody; write name: {field: value}")
    _check_apart(reader, at, leads)
    return leads


def _check_apart(reader: Reader, path: Path, leads: Mapping[str, Mapping[str, Value]]) -> None:
    """Leads of one identity are one lead (rules.md, 26.3)."""
    known: dict[str, str] = {}
    for name, fields in leads.items():
        key = identity_key(reader.workflow, with_defaults(reader.workflow, fields))
        if key is not None and known.setdefault(key, name) != name:
            reader.problem((*path, name), f"{name} and {known[key]} are one lead: their identity is the same")


def _lead(reader: Reader, path: Path, given: Any) -> dict[str, Value]:
    """What is given of the new lead."""
    fields = reader.workflow.fields
    read = reader.values(path, given, fields, "field")
    for name, spec in fields.items():
        if spec.required and spec.default is None and name not in (given or {}):
            reader.problem(path, f'the field "{name}" is required')
    return {name: value for name, value in read.items() if value is not None}
