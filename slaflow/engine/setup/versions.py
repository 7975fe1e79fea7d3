"""Versions of agreements as they were activated: found by name or digest, compiled once and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from slaflow.engine.setup.kept_agreements import KeptAgreements
from slaflow.errors import SlaflowError, UnknownName
from slaflow.lifecycle.decision import instant_text
from slaflow.store.database import Connection
from slaflow.store.rows import workflows as store
from slaflow.workflow.model.workflow import Workflow


class NoActiveWorkflow(SlaflowError):
    """Nothing was activated yet, or more than one agreement is in force and none was named."""

    code = "no_active_workflow"


def only_active(names: Sequence[str]) -> str:
    """The one agreement in force.

    Raises:
        NoActiveWorkflow: there is none, or there are several.
    """
    if not names:
        raise NoActiveWorkflow("no workflow is active yet; run 'slaflow workflow activate FILE'")
    if len(names) > 1:
        raise NoActiveWorkflow(f"several workflows are active ({', '.join(names)}); name one with --workflow")
    return names[0]


def known_version(conn: Connection, name: str) -> store.Version:
    """The active version of the workflow *name*.

    Raises:
        UnknownName: no workflow of that name was activated.
    """
    version = store.active(conn, name)
    if version is None:
        raise UnknownName("workflow", name, store.all_active(conn))
    return version


def active_version(conn: Connection, name: str | None) -> store.Version:
    """The version new leads take: of *name*, else of the only agreement in force."""
    if name is None:
        name = only_active(list(store.all_active(conn)))
    return known_version(conn, name)


def version_of(conn: Connection, digest: str) -> store.Version:
    """The stored version with *digest*.

    Raises:
        UnknownName: no text with that digest was ever activated in this database.
    """
    found = store.by_digest(conn, [digest])
    if digest not in found:
        raise UnknownName("workflow version", digest)
    return found[digest]


def versions(conn: Connection, name: str | None) -> list[store.Version]:
    """Versions oldest first; of *name* only, if given.

    Raises:
        UnknownName: no workflow of that name was activated.
    """
    if name is not None:
        known_version(conn, name)
    return store.versions(conn, name)[::-1]


def told_versions(found: Sequence[store.Version]) -> list[dict[str, Any]]:
    """*found* as scripts see them, oldest first; of each workflow the one activated last is active."""
    in_order = sorted(found, key=lambda version: version.activated_at)
    newest = {version.name: version for version in in_order}
    return [
        {
            "workflow": version.name,
            "digest": version.digest,
            "activated_at": instant_text(version.activated_at),
            "active": newest[version.name] is version,
        }
        for version in in_order
    ]


def as_dates(holidays: Mapping[str, Sequence[str]]) -> dict[str, tuple[date, ...]]:
    """Stored holidays as dates again."""
    return {code: tuple(date.fromisoformat(day) for day in days) for code, days in holidays.items()}


def compiled(version: store.Version, keep: KeptAgreements | None = None) -> Workflow:
    """The workflow as it was activated, with the holidays of that day; from *keep*, or its text."""
    return _compiled(version.name, version.source, version.holidays, keep)


# Engines are cheap to make, one per request say; what they go by is not.
@lru_cache(maxsize=32)
def _compiled(name: str, source: str, holidays: str, keep: KeptAgreements | None) -> Workflow:
    if keep is not None and (found := keep.found(source, holidays)) is not None:
        return found
    # Imported here: the readers of YAML, documents and expressions take longer than most commands.
    from slaflow.workflow.load import load_workflow

    made = load_workflow(source, f"{name}.yaml", as_dates(json.loads(holidays))).require()
    if keep is not None:
        keep.put(made, holidays)
    return made
