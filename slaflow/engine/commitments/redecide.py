"""What older versions did not note: their leads are decided again from the log, with the notes asked for now.

A lead keeps the version it began under, while a period's terms are those in force when it began. Where both
note alike, the log has the answer; where they do not, replay gives it, as exactly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slaflow.engine.context import Context
from slaflow.engine.log.past import LoggedVersions
from slaflow.log.people import PeopleLog
from slaflow.log.replay import Retelling
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.workflow.model.commitment import Commitment, Notes, notes_of
from slaflow.workflow.model.workflow import Workflow

PAGE = 200
log = logging.getLogger("slaflow.tick")


@dataclass(slots=True)
class Judged:
    """Notes by key, of entries named ``lead:seq``; ``unjudged`` are leads that cannot be decided again."""

    notes: dict[str, dict[str, str]] = field(default_factory=dict)
    unjudged: list[int] = field(default_factory=list)


def judged(
    app: Context, conn: Connection, workflow: Workflow, commitment: Commitment, leads: Sequence[int]
) -> Judged:
    """What *workflow* would have noted for *commitment* in the logs of *leads*.

    Cost: some milliseconds a lead; nobody asks unless a ``when`` or a sum has changed since they began.
    """
    found = Judged()
    if not leads:
        return found
    versions = _Renoted(app, conn, workflow, notes_of({commitment.name: commitment}))
    people = PeopleLog(history.people(conn), history.told_apart_until(conn))
    for first in range(0, len(leads), PAGE):
        for lead_id, entries in history.streams(conn, leads[first : first + PAGE]):
            try:
                notes = list(_notes(Retelling(entries, versions, people)))
            except Exception as error:
                # Erased or changed by hand, it says nothing any more; the period is stated without it.
                log.warning("lead %s cannot be judged by the terms of now: %s", lead_id, error)
                found.unjudged.append(lead_id)
                continue
            for seq, key, value in notes:
                found.notes.setdefault(key, {})[f"{lead_id}:{seq}"] = value
    return found


def _notes(retelling: Retelling) -> Iterator[tuple[int, str, str]]:
    for draft in retelling.everything():
        counts: Mapping[str, bool | str] = draft.data.get("counts", {})
        for key, value in counts.items():
            yield draft.seq, key, "true" if value is True else str(value)


class _Renoted:
    """Every version as the log has it, but noting what the terms of now ask for."""

    def __init__(self, app: Context, conn: Connection, workflow: Workflow, notes: Notes) -> None:
        self._logged = LoggedVersions(app, history.activations(conn), history.told_apart_until(conn))
        self._workflow = workflow
        self._notes = notes
        self._made: dict[int, Workflow] = {}

    def __call__(self, digest: str, entry_id: int | None) -> Workflow:
        version = self._logged(digest, entry_id)
        if id(version) not in self._made:
            # What a version does not know is not set for its leads.
            fields = {**self._workflow.fields, **version.fields}
            checks = {**self._workflow.checks, **version.checks}
            self._made[id(version)] = replace(version, notes=self._notes, fields=fields, checks=checks)
        return self._made[id(version)]
