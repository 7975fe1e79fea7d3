"""The names that fit where one is being typed: what shells complete from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from slaflow.engine.context import Context
from slaflow.engine.leads import address
from slaflow.engine.owners.telling import OWNER
from slaflow.engine.setup import people
from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import KINDS
from slaflow.lifecycle.lead import Lead
from slaflow.store.database import Connection
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.workflow.identity import folded
from slaflow.workflow.model.workflow import Workflow

MOST = 100
"""More than anybody looks through; who sees so many types on."""

Name: TypeAlias = tuple[str, str | None]
"""A name, and what it stands for in a few words."""


def beginning(app: Context, what: str, start: str, lead: str | None = None) -> list[Name]:
    """The first names of that sort that begin with *start*, whatever its case, in order; no error of ours.

    Args:
        what: ``lead``, or a key of :data:`DECLARED` or :data:`KNOWN`.
        lead: the lead that is asked about, if one is: then its own agreement counts, and of triggers only
            those that lead on from where it is.

    Cost: the leads are found by index, however many there are.
    """
    try:
        with app.database.read() as conn:
            found = dict(_sorted_names(app, conn, what, start, lead))
    except SlaflowError:
        return []
    like = folded(start)
    return [(name, found[name]) for name in sorted(found) if folded(name).startswith(like)][:MOST]


def _sorted_names(app: Context, conn: Connection, what: str, start: str, lead: str | None) -> Iterable[Name]:
    if what == "lead":
        return lead_store.keys_from(conn, folded(start), MOST)
    if what in KNOWN:
        return KNOWN[what](app, conn)
    about = _found(conn, lead) if lead is not None else None
    if about is None:
        active = workflow_store.all_active(conn).values()
        return (name for version in active for name in DECLARED[what](app.remember(version), None))
    version = workflow_store.by_digest(conn, [about.digest])[about.digest]
    return DECLARED[what](app.remember(version), about)


def _found(conn: Connection, lead: str) -> Lead | None:
    try:
        lead_id = address.find(conn, lead)
    except SlaflowError:
        return None
    return lead_store.read(conn, [lead_id])[lead_id]


def _triggers(workflow: Workflow, lead: Lead | None) -> Iterator[Name]:
    for transition in workflow.transitions:
        if lead is None or lead.state in transition.from_states:
            yield transition.trigger, transition.title or (f"to {transition.to}" if transition.to else None)


def _targets(workflow: Workflow, lead: Lead | None) -> Iterator[Name]:
    return ((target.name, target.title) for target in workflow.targets)


def _questions(workflow: Workflow, lead: Lead | None) -> Iterator[Name]:
    """What ``explain`` answers."""
    yield from _targets(workflow, lead)
    yield from _triggers(workflow, lead)
    yield OWNER, "why it is whose it is"


DECLARED: dict[str, Callable[[Workflow, Lead | None], Iterable[Name]]] = {
    "trigger": _triggers,
    "target": _targets,
    "target or trigger": _questions,
    "activity": lambda workflow, _: ((name, each.title) for name, each in workflow.activities.items()),
    "check": lambda workflow, _: ((name, each.question) for name, each in workflow.checks.items()),
    "state": lambda workflow, _: ((name, each.title) for name, each in workflow.states.items()),
    "workflow": lambda workflow, _: [(workflow.name, workflow.title)],
}
"""What agreements name, by what it is called in the commands."""


def _people(app: Context, conn: Connection) -> Iterator[Name]:
    now = app.present()
    directory = people_store.directory(conn)
    for email in directory.known_emails():
        person = directory.person(email, now)
        if person is not None:
            yield email, person.name or person.party


def _actors(app: Context, conn: Connection) -> Iterator[Name]:
    yield from _people(app, conn)
    yield from _parties(app, conn)


def _parties(app: Context, conn: Connection) -> Iterator[Name]:
    return ((party, "party") for party in people.parties(app, conn))


KNOWN: dict[str, Callable[[Context, Connection], Iterable[Name]]] = {
    "person": _people,
    "actor": _actors,
    "party": _parties,
    "team": lambda app, conn: people.teams(app, conn).items(),
    "person or team": lambda app, conn: (*_people(app, conn), *people.teams(app, conn).items()),
    "calendar": lambda app, conn: ((name, None) for name in people.calendars(app, conn)),
    "kind": lambda app, conn: ((kind, None) for kind in KINDS),
}
"""What is known besides, by what it is called in the commands."""
