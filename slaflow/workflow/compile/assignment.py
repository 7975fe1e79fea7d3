"""Who becomes the owner, from document to model."""

from __future__ import annotations

from collections.abc import Mapping

from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.document.flow import FromFieldDoc, FromInputDoc
from slaflow.workflow.model.flow import Assign
from slaflow.workflow.model.lead import Field
from slaflow.workflow.yaml.tree import Path

ACTOR = "actor"
HOLDS_PEOPLE = ("email", "string")


def assignment(
    doc: str | FromInputDoc | FromFieldDoc,
    path: Path,
    parts: Parts,
    requires: Mapping[str, Field] | None = None,
    *,
    is_fired: bool = False,
) -> Assign:
    """What ``assign`` says. *requires* are the inputs of a transition; a step has none.

    *is_fired* says that a person may be behind it.
    """
    if isinstance(doc, FromInputDoc):
        return _from_input(doc.input, path, parts, requires)
    if isinstance(doc, FromFieldDoc):
        return _from_field(doc.field, path, parts)
    if doc == ACTOR and doc not in parts.names.teams:
        if not is_fired:
            why = "an auto" if requires is not None else "a step"
            parts.findings.error(path, f"nobody fires {why}; actor is who fires a transition by hand")
        return Assign(ACTOR, "actor")
    if doc in parts.names.parties:
        takes = ("actor, " if is_fired else "") + "next, manager, a team or an address"
        parts.findings.error(path, f"{doc} is a party; assign takes {takes}{_teams_of(doc, parts)}")
    else:
        known = parts.names.who_is_assigned
        known = (ACTOR, *known) if is_fired else known
        parts.lookup.people(path, [doc], known, "team or address")
    return Assign(doc)


def _from_input(name: str, path: Path, parts: Parts, requires: Mapping[str, Field] | None) -> Assign:
    if requires is None:
        parts.findings.error((*path, "input"), "a step has no inputs; write {field: ...}")
    elif parts.lookup.one((*path, "input"), "input", name, requires) and requires[name].type != "email":
        kind = requires[name].type
        words = f"input.{name} is {kind}; an input that names the owner is an email"
        parts.findings.error((*path, "input"), words)
    return Assign(name, "input")


def _from_field(name: str, path: Path, parts: Parts) -> Assign:
    where: Path = (*path, "field")
    if parts.lookup.one(where, "field", name, parts.names.fields) and name in parts.fields:
        kind = parts.fields[name].type
        if kind not in HOLDS_PEOPLE:
            parts.findings.error(where, f"lead.{name} is {kind}; a field that names the owner is an email")
    return Assign(name, "field")


def _teams_of(party: str, parts: Parts) -> str:
    """Which teams that party has, where it has any."""
    teams = [name for name, doc in parts.document.teams.items() if doc.party == party]
    return f"; {party} has {', '.join(teams[:4])}" if teams else ""
