"""Workflow versions in force: activated, listed, compiled once and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version as metadata_version
from typing import TYPE_CHECKING, Any

from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError, UnknownName
from slaflow.hours.public_holidays import resolve_holidays
from slaflow.lifecycle.draft import Draft, instant_text
from slaflow.log.chain import seal
from slaflow.log.entry import canonical
from slaflow.store.commitments import periods as period_store
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.rows import workflows as store
from slaflow.workflow.load import Checked, load_workflow
from slaflow.workflow.model.workflow import Workflow

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

YEARS_BACK = 15
YEARS_AHEAD = 15


class NoActiveWorkflow(SlaflowError):
    """Nothing was activated yet, or more than one agreement is in force and none was named."""

    code = "no_active_workflow"


@dataclass(frozen=True, slots=True)
class Activation:
    workflow: str
    digest: str
    activated_at: datetime
    notes: tuple[str, ...]
    """What of the file is kept but not yet acted upon."""

    def as_json(self) -> dict[str, Any]:
        return {
            "workflow": self.workflow,
            "digest": self.digest,
            "activated_at": instant_text(self.activated_at),
            "notes": list(self.notes),
        }


def holidays_around(workflow: Workflow, at: datetime) -> dict[str, list[str]]:
    """The public holidays of every code the workflow's calendars name, for the years around *at*.

    They become data of the version, so that no later library can move a due date (SEMANTICS 22).
    """
    codes = sorted({code for c in workflow.calendars.values() for code in c.holiday_codes})
    years = range(at.year - YEARS_BACK, at.year + YEARS_AHEAD + 1)
    resolved = resolve_holidays(codes, years) if codes else {}
    return {code: [day.isoformat() for day in days] for code, days in resolved.items()}


def as_dates(holidays: Mapping[str, Sequence[str]]) -> dict[str, tuple[date, ...]]:
    """Stored holidays as dates again."""
    return {code: tuple(date.fromisoformat(day) for day in days) for code, days in holidays.items()}


def log_in_stream(
    conn: Connection, stream: str, draft: Draft, now: datetime, digest: str | None = None
) -> None:
    """Appends one entry to a stream that is no lead's."""
    seq, head = log_store.stream_head(conn, stream)
    draft.seq = seq + 1
    sealed, head = seal(
        [draft], stream=stream, lead=None, salt=b"", digest=digest, head=head, recorded_at=now
    )
    log_store.append(conn, sealed)
    log_store.save_stream(conn, stream, draft.seq, head)


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


def compiled(version: store.Version) -> Workflow:
    """The workflow as it was activated, with the holidays of that day."""
    return _compiled(version.name, version.source, version.holidays)


# Engines are cheap to make, one per request say; what they go by is not.
@lru_cache(maxsize=32)
def _compiled(name: str, source: str, holidays: str) -> Workflow:
    return load_workflow(source, f"{name}.yaml", as_dates(json.loads(holidays))).require()


def activate(app: Engine, checked: Checked, at: datetime | None) -> Activation:
    """Stores text, digest and resolved holidays, and logs it in the workflow's stream.

    Raises:
        WorkflowError: the file has errors; nothing is stored.
    """
    workflow = checked.require()
    now = app.present(at)
    holidays, tz_release = holidays_around(workflow, now), tzdata_release()

    def put_in_force(conn: Connection) -> None:
        period_store.begin(conn, workflow.name, now, owes=bool(workflow.commitments))
        store.activate(
            conn, name=workflow.name, digest=workflow.digest, source=workflow.source, at=now,
            holidays=canonical(holidays).decode(), tz_release=tz_release,
        )  # fmt: skip
        data = {"holidays": holidays, "tz_release": tz_release, "source": workflow.source}
        draft = Draft(
            0, "activated", "input", now, "system", "system", arrived_at=now, occurred_at=now, data=data
        )
        log_in_stream(conn, f"workflow:{workflow.name}", draft, now, workflow.digest)

    written(app, put_in_force)
    return Activation(workflow.name, workflow.digest, now, workflow.kept_aside)


def tzdata_release() -> str:
    """The release of the time-zone data that due dates are computed with."""
    return metadata_version("tzdata")
