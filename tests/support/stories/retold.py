"""Courses and directories as sealed entries of a log, so that they can be decided again from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from support.builders import MONDAY, SALT
from support.stories.course import LONG_AGO, Course

from slaflow.lifecycle.dealing.shares import DEFAULT
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.lifecycle.people import Absence, Directory, Person
from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, Entry
from slaflow.log.people import PeopleLog
from slaflow.log.replay import Replayed, replay
from slaflow.workflow.model.workflow import Workflow

FIRST_ID = 1000
"""Of the lead's entries; those of the people come before."""


def entries_of(course: Course, drafts: Sequence[Draft] | None = None) -> list[Entry]:
    """The course's log as it would be stored; of other *drafts* where given, all hashes made anew."""
    lead = course.present
    sealed, _ = seal(
        course.entries if drafts is None else drafts, stream=f"lead:{lead.id}", lead=lead.id, salt=SALT,
        digest=lead.digest, head=GENESIS, recorded_at=MONDAY,
    )  # fmt: skip
    return [entry._replace(id=FIRST_ID + number) for number, entry in enumerate(sealed)]


def people_log(people: Directory, first_id: int = 1) -> PeopleLog:
    """The stream ``people`` that *people* come from."""
    changes: list[tuple[datetime, dict[str, Any]]] = []
    for person in people.people:
        changes.append((person.valid_from, _recorded(person)))
        if person.valid_until is not None:
            changes.append((person.valid_until, {"change": "removed", "email": person.email}))
    changes += [(absence.recorded_at, _away(absence)) for absence in people.absences]
    changes.sort(key=lambda change: change[0])
    drafts = [
        Draft(seq, "person", "input", at, "system", "system", arrived_at=at, occurred_at=at, data=data)
        for seq, (at, data) in enumerate(changes, 1)
    ]
    sealed, _ = seal(
        drafts, stream="people", lead=None, salt=b"", digest=None, head=GENESIS, recorded_at=LONG_AGO
    )
    return PeopleLog([entry._replace(id=first_id + number) for number, entry in enumerate(sealed)])


def _recorded(person: Person) -> dict[str, Any]:
    names = ("email", "party", "name", "team", "manager", "role", "order", "calendar")
    share = {name: getattr(person, name) for name in DEFAULT if getattr(person, name) != DEFAULT[name]}
    return {"change": "recorded", **{name: getattr(person, name) for name in names}, **share}


def _away(absence: Absence) -> dict[str, Any]:
    begins, ends = instant_text(absence.starts_at), instant_text(absence.ends_at)
    return {"change": "away", "email": absence.email, "from": begins, "until": ends}


def only(workflow: Workflow) -> Any:
    """The one version there is."""
    return lambda digest, entry_id: workflow


def again(course: Course, drafts: Sequence[Draft] | None = None) -> Replayed:
    """The course decided again from its log, or from other *drafts* in its place."""
    return replay(entries_of(course, drafts), only(course.workflow), people_log(course.people))


def renumbered(drafts: Sequence[Draft], without: Draft) -> list[Draft]:
    """*drafts* as if *without* had never been among them."""
    return [
        replace(
            draft,
            seq=draft.seq - (draft.seq > without.seq),
            caused_by=None if draft.caused_by is None else draft.caused_by - (draft.caused_by > without.seq),
        )
        for draft in drafts
        if draft is not without
    ]
