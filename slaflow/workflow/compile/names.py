"""Every name that a file declares, taken from its keys before anything is compiled.

So a reference to an item that is broken otherwise is no unknown name, and each fault is told once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from slaflow.workflow.compile.findings import Findings
from slaflow.workflow.document.top import WorkflowDoc
from slaflow.workflow.document.types import NAME, NAME_RULE, SLUG
from slaflow.workflow.identity import shown, unseen
from slaflow.workflow.model.parties import ACCOUNT, LEAD, RESERVED_PEOPLE, SYSTEM
from slaflow.workflow.yaml.read import keys_of
from slaflow.workflow.yaml.tree import Path

EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
UNNAMEABLE = ("in", "true", "false", "null")
"""Words CEL keeps for itself, after a dot too."""
COMPUTED = ("fit", "engagement", "score", "stage")
"""What ``lead.`` already has beside the file's own fields."""


@dataclass(frozen=True)
class Names:
    """The file's names by what they name, each in file order."""

    parties: tuple[str, ...]
    states: tuple[str, ...]
    triggers: tuple[str, ...]
    activities: tuple[str, ...]
    fields: tuple[str, ...]
    checks: tuple[str, ...]
    stages: tuple[str, ...]
    calendars: tuple[str, ...]
    teams: tuple[str, ...]
    targets: tuple[str, ...]
    timers: tuple[str, ...]
    reasons: tuple[str, ...]
    """Inputs that transitions ask for which hand the lead over."""

    @classmethod
    def of(cls, data: Any, document: WorkflowDoc) -> Names:
        rows = data.get("transitions") if isinstance(data.get("transitions"), list) else []
        triggers = [row.get("trigger") for row in rows if isinstance(row, dict)]
        return cls(
            parties=tuple(document.parties),
            states=tuple(keys_of(data, "states")),
            triggers=tuple(dict.fromkeys(name for name in triggers if isinstance(name, str))),
            activities=tuple(keys_of(data, "activities")),
            fields=tuple(keys_of(data, "lead", "fields")),
            checks=tuple(keys_of(data, "checks")),
            stages=tuple(_stages(data)),
            calendars=tuple(keys_of(data, "calendars")),
            teams=tuple(keys_of(data, "teams")),
            targets=tuple(keys_of(data, "targets")),
            timers=tuple(keys_of(data, "timers")),
            reasons=tuple(dict.fromkeys(_reasons(data, rows))),
        )

    @property
    def actors(self) -> tuple[str, ...]:
        """Who may do something: the parties, the prospect and slaflow itself."""
        return (*self.parties, LEAD, SYSTEM)

    @property
    def who_is_told(self) -> tuple[str, ...]:
        return ("owner", "manager", *self.parties, *self.teams)

    @property
    def who_is_assigned(self) -> tuple[str, ...]:
        return ("next", "manager", *self.teams)


def _reasons(data: Any, rows: Iterable[Any]) -> Iterator[str]:
    """The inputs of transitions into a state that another party holds than one of those they leave."""
    states = data.get("states") if isinstance(data.get("states"), dict) else {}
    holders = {name: state.get("held_by") for name, state in states.items() if isinstance(state, dict)}
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("to"), str):
            continue
        left = row.get("from")
        names = left if isinstance(left, list) else [left]
        givers = [holders.get(name) for name in names if isinstance(name, str)]
        taker = holders.get(row["to"])
        if taker is not None and any(giver not in (taker, None) for giver in givers):
            yield from keys_of(row, "requires")


def _stages(data: Any) -> Iterator[str]:
    """The names of the stages, each in its place: by itself, or in what describes it."""
    rows = data.get("stages") if isinstance(data.get("stages"), list) else []
    for row in rows:
        name = row.get("name") if isinstance(row, dict) else row
        yield str(name).lower() if isinstance(name, bool) else name if isinstance(name, str) else ""


class Lookup:
    """Looks names up, and tells of those that nobody declared."""

    def __init__(self, names: Names, findings: Findings) -> None:
        self.names = names
        self.findings = findings

    def one(self, path: Path, what: str, name: str, known: Collection[str], *, key: bool = False) -> bool:
        if name in known:
            return True
        if any(each.lower() == name for each in known):
            self.findings.misspelt = True
            return False
        self.findings.unknown(path, what, name, known, key=key)
        return False

    def many(self, path: Path, what: str, names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
        """Those of *names* that are known, once each."""
        found = [name for index, name in enumerate(names) if self.one((*path, index), what, name, known)]
        return tuple(dict.fromkeys(found))

    def people(
        self, path: Path, names: Iterable[str], known: Collection[str], what: str = "party, team or address"
    ) -> tuple[str, ...]:
        """Like `many`, where an e-mail address will do too."""
        listed = list(names)
        plain = [name for name in listed if not EMAIL.fullmatch(name)]
        for index, name in enumerate(listed):
            if name in plain:
                self.one((*path, index), what, name, known)
            else:
                self.address((*path, index), name)
        return tuple(dict.fromkeys(listed))

    def address(self, path: Path, text: str) -> None:
        """That nothing stands in an address that nobody sees; versions in force keep what they have."""
        if not self.findings.stored and (problem := unseen(text)):
            self.findings.error(path, f'"{shown(text)}" {problem}')


def check_names(data: Any, names: Names, findings: Findings) -> None:
    """That every name is one, is free, and stands once where it must."""
    for section in (
        "parties",
        "calendars",
        "activities",
        "checks",
        "states",
        "targets",
        "timers",
        "commitments",
        "teams",
    ):
        pattern, rule = (SLUG, "slug") if section == "calendars" else (NAME, NAME_RULE)
        for name in keys_of(data, section):
            if not pattern.fullmatch(name):
                findings.error((section, name), f'"{name[:60]}" is no {rule}', key=True)
    for name in names.fields:
        if not NAME.fullmatch(name):
            findings.error(("lead", "fields", name), f'"{name[:60]}" is no {NAME_RULE}', key=True)
    _check_reserved(names, findings)
    _check_twice(names, findings)


def _check_reserved(names: Names, findings: Findings) -> None:
    for section, listed in (("activities", names.activities), ("checks", names.checks)):
        for name in set(listed) & set(UNNAMEABLE):
            findings.error((section, name), f'"{name}" is a word of expressions; take another name', key=True)
    for name in set(names.fields) & {*UNNAMEABLE, *COMPUTED}:
        words = "is computed" if name in COMPUTED else "is a word of expressions"
        findings.error(("lead", "fields", name), f'"{name}" {words}; take another name', key=True)
    for section, listed in (("parties", names.parties), ("teams", names.teams)):
        # Files called a team account before it had a meaning.
        for name in set(listed) & ({*RESERVED_PEOPLE, LEAD, SYSTEM} - {ACCOUNT}):
            words = "always exists; leave it out" if name in (LEAD, SYSTEM) else "has a meaning of its own"
            findings.error((section, name), f'"{name}" {words}', key=True)
    for name in set(names.calendars) & {"always", "owner"}:
        words = "always exists" if name == "always" else "means the owner's own calendar"
        findings.error(("calendars", name), f'"{name}" {words}; take another name', key=True)


def _check_twice(names: Names, findings: Findings) -> None:
    for name in set(names.parties) & set(names.teams):
        findings.error(("teams", name), f'"{name}" is a party already; name the team otherwise', key=True)
    for name in set(names.targets) & set(names.timers):
        findings.error(("timers", name), f'"{name}" is a target already; name the timer otherwise', key=True)
    for index, name in enumerate(names.stages):
        if name and name in names.stages[:index]:
            findings.error(("stages", index), f'stage "{name}" stands twice')


def check_input_names(path: Path, inputs: Iterable[str], findings: Findings) -> None:
    """Inputs are fields too, so they may not be words of expressions."""
    for name in inputs:
        if name in UNNAMEABLE:
            findings.error((*path, name), f'"{name}" is a word of expressions; take another name', key=True)
