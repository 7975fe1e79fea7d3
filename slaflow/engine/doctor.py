"""Whether everything slaflow stands on is in order, and how to mend what is not. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from slaflow.engine import workflows
from slaflow.errors import SlaflowError
from slaflow.lifecycle.draft import instant_text
from slaflow.store import leads as lead_store
from slaflow.store import moments, schema
from slaflow.store import workflows as workflow_store
from slaflow.store.workflows import Version

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

AHEAD = timedelta(days=365)
"""How long before stored holidays end it is said. Source: SEMANTICS.md, rule 22."""
SKEW = timedelta(minutes=1)
NEEDED = frozenset(("database", "migrations"))
"""Checks without which none of the others can be made: the environment's, not the agreement's."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``detail`` says what was found and, where not ``ok``, what to do."""

    name: str
    ok: bool
    detail: str


def examine(app: Engine) -> list[Check]:
    """Every check in order; those that the database is needed for are left out where it is not there."""
    found: list[Check] = []
    for name, check in _CHECKS.items():
        try:
            found += [Check(name, ok, detail) for ok, detail in check(app)]
        except SlaflowError as error:
            found.append(Check(name, False, str(error)))
        if name in NEEDED and not found[-1].ok:
            break
    return found


Findings = Iterator[tuple[bool, str]]


def _database(app: Engine) -> Findings:
    schema.current(app.database)
    yield True, f"{app.database.shown} answers"


def _migrations(app: Engine) -> Findings:
    differences = schema.check(app.database)
    if differences:
        yield False, f"{'; '.join(differences)}; run 'slaflow db upgrade'"
    else:
        yield True, f"the tables are at revision {schema.current(app.database)}, as this slaflow needs"


def _active(app: Engine) -> list[Version]:
    with app.database.read() as conn:
        return list(workflow_store.all_active(conn).values())


def _workflow(app: Engine) -> Findings:
    active = _active(app)
    if not active:
        yield False, "no agreement is active; run 'slaflow workflow activate FILE'"
    for version in active:
        # Compiled anew, as it stands in the database: what an earlier slaflow took, this one must read too.
        workflow = workflows.compiled(version)
        if workflow.digest != version.digest:
            yield (
                False,
                f"{version.name}: the stored text is not the one that was activated; restore a backup",
            )
        else:
            yield True, f"{version.name} is active since {instant_text(version.activated_at)}"


def _calendars(app: Engine) -> Findings:
    now, release = app.now(), workflows.tzdata_release()
    for version in _active(app):
        end = _holidays_end(version)
        if end is not None and end < (now + AHEAD).date():
            mend = "activate the file again to take in later ones"
            yield False, f"{version.name}: the holidays stored with it end on {end}; {mend}"
        workflow = app.remember(version)
        for name, calendar in workflow.calendars.items():
            if calendar.next_open(now) is None:
                mend = "give it hours and activate the file"
                yield False, f"{version.name}: calendar {name} never opens again; {mend}"
        told = "" if version.tz_release == release else f" (installed now: {release})"
        yield True, f"{version.name}: time zones of {version.tz_release}{told}"


def _holidays_end(version: Version) -> date | None:
    """The last holiday stored for the country whose list ends first; None where none are named."""
    stored = workflows.as_dates(json.loads(version.holidays))
    last = [max(days) for days in stored.values() if days]
    return min(last, default=None)


def _clock(app: Engine) -> Findings:
    now = app.now()
    with app.database.read() as conn:
        server, recorded = moments.server_now(conn), moments.last_recorded(conn)
    if server is not None and abs(server - now) > SKEW:
        apart = abs(server - now).total_seconds()
        yield False, f"the database server's clock is {apart:.0f} s from this machine's; synchronise both"
    yield True, f"it is {instant_text(now.replace(microsecond=0))}{_ahead(recorded, now)}"


def _ahead(recorded: datetime | None, now: datetime) -> str:
    if recorded is None or recorded <= now + SKEW:
        return ""
    return f"; the last entry was recorded at {instant_text(recorded)}: a clock, or --at, ran ahead"


def _leads(app: Engine) -> Findings:
    with app.database.read() as conn:
        failing = lead_store.failing(conn)
    for lead in failing:
        again = instant_text(lead.retry_at) if lead.retry_at else "at the next tick"
        yield False, f"lead {lead.lead_id} could not be settled: {lead.failure}; it is tried again {again}"
    if not failing:
        yield True, "every lead could be settled"


_CHECKS: dict[str, Callable[[Engine], Findings]] = {
    "database": _database,
    "migrations": _migrations,
    "workflow": _workflow,
    "calendars": _calendars,
    "clock": _clock,
    "leads": _leads,
}
