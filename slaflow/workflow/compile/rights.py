"""Who may do something, as the file names them: parties, each bare or with the least role that may."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from slaflow.errors import did_you_mean
from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.document.flow import LiftDoc
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.parties import LEAD, ROLES, SYSTEM, Grant
from slaflow.workflow.yaml.tree import Path

GrantDocs = Sequence[str | Mapping[str, str]]


def actors(docs: GrantDocs, path: Path, parts: Parts) -> tuple[tuple[str, ...], dict[str, str]]:
    """Who is named by a ``by``, and of some of them the role that is asked for."""
    found = who(docs, path, parts, parts.names.actors)
    return tuple(found), {party: role for party, role in found.items() if role != ROLES[0]}


def grants(docs: GrantDocs, path: Path, parts: Parts) -> tuple[Grant, ...]:
    """The same of the file's own parties, as the core asks for them."""
    return tuple(Grant(*each) for each in who(docs, path, parts, parts.names.parties).items())


def who(docs: GrantDocs, path: Path, parts: Parts, known: Collection[str]) -> dict[str, str]:
    """Parties with the least role that may; of a party that stands twice the lower one."""
    made: dict[str, str] = {}
    for index, doc in enumerate(docs):
        for at, party, role in _named(doc, (*path, index)):
            is_bare = isinstance(doc, str)
            is_known = _is_party(at, party, known, parts, is_bare=is_bare)
            if _is_role(at, party, role, parts, is_bare=is_bare) and is_known:
                made[party] = min(role, made.get(party, role), key=ROLES.index)
    return made


def _named(doc: str | Mapping[str, str], path: Path) -> Iterator[tuple[Path, str, str]]:
    if isinstance(doc, str):
        yield path, doc, ROLES[0]
    else:
        yield from (((*path, party), party, role) for party, role in doc.items())


def _is_party(path: Path, party: str, known: Collection[str], parts: Parts, *, is_bare: bool) -> bool:
    if party in (LEAD, SYSTEM) and party not in known:
        words = f"{party} has no say in this; name {' or '.join(known)}"
        parts.findings.error(path, words, key=not is_bare)
        return False
    return parts.lookup.one(path, "party", party, known, key=not is_bare)


def _is_role(path: Path, party: str, role: str, parts: Parts, *, is_bare: bool) -> bool:
    if role == "auditor":
        parts.findings.error(path, f"an auditor writes nothing; a role is one of {', '.join(ROLES)}")
        return False
    if party in (LEAD, SYSTEM) and not is_bare:
        parts.findings.error(path, f"nobody of {party} has a role; write {party} alone", key=True)
        return False
    if role not in ROLES and not did_you_mean(role, ROLES):
        parts.findings.error(path, f'unknown role "{role}"; a role is one of {", ".join(ROLES)}')
        return False
    return parts.lookup.one(path, "role", role, ROLES)


def set_by_hand(parts: Parts) -> dict[str, Field]:
    """The lead's fields with who may set each by hand."""
    docs, made = parts.document.lead.fields, dict(parts.fields)
    for name, doc in docs.items():
        if doc.by is not None and name in made:
            by = who(doc.by, ("lead", "fields", name, "by"), parts, parts.names.parties)
            made[name] = replace(made[name], by=by)
    return made


def lifted_by(doc: LiftDoc | None, path: Path, parts: Parts) -> dict[str, str] | None:
    """Who may lift breaches, where the file says so."""
    return None if doc is None else who(doc.by, path, parts, parts.names.parties)
