"""An agreement put in force: its text, its digest and its holidays stored, and that logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slaflow.engine import permits, streams
from slaflow.engine.caller import Who, written_once
from slaflow.engine.context import Context
from slaflow.engine.setup import agreement_signatures, people
from slaflow.engine.transaction import written
from slaflow.hours.public_holidays import resolve_holidays
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.log.entry import canonical
from slaflow.store.commitments import periods as period_store
from slaflow.store.database import Connection
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as store
from slaflow.workflow.model.workflow import Workflow

if TYPE_CHECKING:
    from slaflow.workflow.load import Checked

YEARS_BACK = 15
YEARS_AHEAD = 15


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

    They become data of the version, so that no later library can move a due date (rules.md, 22.1).
    """
    codes = sorted({code for c in workflow.calendars.values() for code in c.holiday_codes})
    years = range(at.year - YEARS_BACK, at.year + YEARS_AHEAD + 1)
    resolved = resolve_holidays(codes, years) if codes else {}
    return {code: [day.isoformat() for day in days] for code, days in resolved.items()}


def activate(app: Context, checked: Checked, at: datetime | None, by: Who | None = None) -> Activation:
    """Stores text, digest and resolved holidays, and logs it in the workflow's stream.

    *by* does it; None is an operator.

    Raises:
        UnknownName, NotPermitted: nobody is called *by*, or it is not theirs to do.
        WorkflowError: the file has errors; nothing is stored.
        Unsigned: a party has not signed the text that must have.
    """
    workflow = checked.require()
    now = app.present(at)
    holidays, tz_release = holidays_around(workflow, now), tzdata_release()

    def put_in_force(conn: Connection) -> None:
        who = _who(app, conn, by, workflow, now)
        signed = agreement_signatures.check_signed(app, conn, workflow)
        period_store.begin(conn, workflow.name, now, owes=bool(workflow.commitments))
        store.activate(
            conn, name=workflow.name, digest=workflow.digest, source=workflow.source, at=now,
            holidays=canonical(holidays).decode(), tz_release=tz_release,
        )  # fmt: skip
        data: dict[str, Any] = {"holidays": holidays, "tz_release": tz_release, "source": workflow.source}
        if signed:
            data["signatures"] = [given.as_json() for given in signed]
        draft = Draft(
            0, "activated", "input", now, who.name, who.party, arrived_at=now, occurred_at=now, data=data
        )
        streams.append(conn, f"workflow:{workflow.name}", draft, now, workflow.digest, by=by)

    written(app, lambda conn: written_once(conn, by, now, lambda: put_in_force(conn)))
    return Activation(workflow.name, workflow.digest, now, workflow.kept_aside)


def missing(app: Context, checked: Checked, at: datetime | None, by: Who | None = None) -> dict[str, Any]:
    """Whose signatures are missing before *checked* may be put in force; stores nothing.

    Raises:
        WorkflowError, UnknownName, NotPermitted: as :func:`activate`.
    """
    workflow = checked.require()
    now = app.present(at)
    with app.database.read() as conn:
        _who(app, conn, by, workflow, now)
        needed = agreement_signatures.required_now(app, conn, workflow)
        lacking = agreement_signatures.read(conn, workflow.name).missing(workflow.digest, needed)
    return {
        "workflow": workflow.name, "digest": workflow.digest, "dry_run": True, "missing": lacking,
        "notes": list(workflow.kept_aside),
    }  # fmt: skip


def _who(app: Context, conn: Connection, by: Who | None, workflow: Workflow, now: datetime) -> Actor:
    """Who puts *workflow* in force, whose parties may be new, and may do so."""
    if by is None:
        return SYSTEM_ACTOR
    is_party = isinstance(by, str) and by in workflow.parties
    who = Actor(str(by), str(by)) if is_party else people.actor(app, by, conn)
    permits.check(people_store.directory(conn), who, "activate", (), now)
    return who


def tzdata_release() -> str:
    """The release of the time-zone data that due dates are computed with."""
    from importlib.metadata import version

    return version("tzdata")
